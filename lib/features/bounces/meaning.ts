/** What each class of bounce (see classify.ts) means, for people. */
import { type Sql, sql } from '../../core/sql.ts';

/** The words for the class in a column. */
export const meaningOf = (column: Sql): Sql => sql`
  case ${column}
  when 'complaint' then 'the person complained'
  when 'unsubscribe' then 'the person unsubscribed'
  when 'cleaned' then 'dead, says another tool'
  when 'auto_reply' then 'an automatic reply: the mailbox works'
  when 'sender' then 'rejected for the sender or the content: says nothing of the address'
  when 'dead' then 'the address is dead'
  when 'unclear' then 'permanent, cause unclear'
  when 'mailbox_full' then 'the mailbox is full'
  when 'no_answer' then 'no answer from the receiving server'
  when 'routing' then 'a routing fault'
  else 'a temporary fault' end`;
