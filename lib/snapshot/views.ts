/**
 * The tables and views that a snapshot makes beside the workbook's own tables, as SQL values for their readers. Their
 * rows are described where they are made (consent.ts, spellings.ts, check.ts).
 */
import { name } from '../core/sql.ts';

export const views = {
  /** (contact_id, why): each contact that no list meant for sending may hold. */
  unmailable: name('unmailable'),
  /** (email, contact_id, scope, reason, suppressed_at): the suppressions in force. */
  suppressed: name('suppressed'),
  /** (email, means, occurred_at): reported complaints and unsubscribes. */
  reported: name('reported'),
  /** (email, means): the reports that no release has answered. */
  unanswered: name('unanswered'),
  /** (email, means): addresses whose person unsubscribed, complained or is suppressed as a person. */
  departures: name('departures'),
  /** (email, why): every address that no mail may go to. */
  refusedAddresses: name('refused_addresses'),
  /** (address, plain): an address as it is written, and the form that all its spellings have in common. */
  spellings: name('spellings'),
  /** (address, spelling): addresses of bounces, and how a contact spells them. */
  respelt: name('respelt'),
  /** Complaints and unsubscribes found among the events, in the columns of bounces. */
  eventReports: name('event_reports'),
  /** Contacts and suppressions whose row can't be read, with what can be. */
  unreadContacts: name('unread_contacts'),
  unreadSuppressions: name('unread_suppressions'),
  /** (table, row_key, column, value, reason): what this snapshot could not read. */
  quarantineNow: name('quarantine_now'),
  /** (contact_id): people whom a plan that waits for approval would suppress. */
  waitingPeople: name('waiting_people'),
};
