/** What files of no particular tool call their columns: whose a row is, when it happened, and what. */
import { isAddressName, namesIn } from '../../workbook/headers.ts';
import type { FileHead } from './format.ts';

export const WHEN =
  namesIn(`occurred_at timestamp date time datetime created_at created bounced_at event_time event_date
  datum date_time event_timestamp date_added added_at complained_at reported_at sent_at zeitpunkt fecha data`);
/** Beside these columns a date of unsubscribing is empty for most people in the list. */
export const STAYING = namesIn('status contact_id created_at subscribed_at');
export const OWNER = namesIn(`email email_address e_mail e_mail_address mail recipient recipient_email customer_email
  emailaddress rcpt_to to user_email subscriber_email contact_email e_mail_adresse email_adresse adresse_e_mail correo`);
const PEOPLE = namesIn(`first_name firstname fname vorname prenom last_name lastname lname nachname company phone
  phone_number job_title full_name`);
export const KIND = namesIn(`kind bounce_type bounce_id bounce_kind code bounce_class bounce_category bounce_code
  complaint_type`);
export const EVENT = namesIn('event event_type event_id type event_name activity activity_type action');

/** Whether a file lists people: its name alone then makes no person bounced or unsubscribed. */
export const listsPeople = ({ cells }: FileHead): boolean => cells.has(...PEOPLE);

const uncommonOwner = ({ headers }: FileHead): number => headers.findIndex(isAddressName);
export const hasOwner = (file: FileHead): boolean => file.cells.has(...OWNER) || uncommonOwner(file) >= 0;
export const address = (file: FileHead): string =>
  file.cells.has(...OWNER) || uncommonOwner(file) < 0 ? file.cells.text(...OWNER) : `c${uncommonOwner(file)}`;
