/** What each class of bounce (see classify.ts) means, for people. */
import { raw, type Sql } from '../../core/sql.ts';

/** The words for the class in a column. */
export const meaningOf = (column: string): Sql =>
  raw(`case ${column}
  when 'complaint' then 'the person complained'
  when 'unsubscribe' then 'the person left'
  when 'cleaned' then 'dead, as another tool has it'
  when 'sender' then 'our own fault: says nothing of the address'
  when 'dead' then 'the address is dead'
  when 'unclear' then 'permanent, but does not say whose fault'
  when 'mailbox_full' then 'the mailbox is full'
  when 'no_answer' then 'nobody answered'
  when 'routing' then 'mail could not find its way'
  else 'a passing fault' end`);
