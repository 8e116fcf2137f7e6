/**
 * What a bounce says, and of whom. The provider's verdict (`kind`) comes first, but a fault of the sender stays one,
 * whatever kind it was filed under: HubSpot and others call spam and policy blocks "hard", and 4,864 people of one
 * customer were lost that way. Codes: RFC 3463, X.Y.Z = class, subject, detail.
 */
import { join, raw, type Sql, sql } from '../engine/sql.ts';

/** `sender`: our own fault, never theirs. `dead`, `unclear`: hard. The rest are soft. */
export type BounceClass =
  | 'complaint'
  | 'unsubscribe'
  | 'sender'
  | 'dead'
  | 'unclear'
  | 'mailbox_full'
  | 'no_answer'
  | 'routing'
  | 'other_soft';

const ENHANCED = '[245]\\.[0-9]{1,3}\\.[0-9]{1,3}';
const SENDER_WORDS =
  'spam|blocked|block list|blocklist|blacklist|denylist|reputation|policy|dmarc|dkim|\\bspf\\b|unauthenticated|rate limit|too many|throttl|content rejected|banned|relay(ing)? (access )?denied';
const DEAD_WORDS =
  "user unknown|unknown user|no such (user|recipient|mailbox|address)|does ?n[o']t exist|does not exist|recipient (address )?rejected|invalid (recipient|mailbox|address)|(mailbox|address|account|user|recipient).{0,20}(not found|disabled|deactivated|unavailable)|no mailbox|unrouteable|bad destination|domain not found|no such domain";
const FULL_WORDS = 'mailbox (is )?full|over ?quota|quota exceeded|insufficient (system )?storage';
const NO_ANSWER_WORDS =
  'timed? ?out|no answer|connection (refused|reset|lost)|dns|nxdomain|host (not found|unknown)|mx (lookup|record)';

/** The RFC 3463 code that a bounce carries, in its code or in its diagnostic text; NULL where there is none. */
export const enhancedCode = (code: Sql, detail: Sql): Sql => sql`
  coalesce(nullif(regexp_extract(coalesce(${code}, ''), ${raw(`'${ENHANCED}'`)}), ''), nullif(regexp_extract(coalesce(${detail}, ''), ${raw(`'${ENHANCED}'`)}), ''))`;

const words = (pattern: string): Sql =>
  raw(`regexp_contains(lower(coalesce(detail, '')), '${pattern.replaceAll("'", "''")}')`);

/**
 * The class of each row of a table with `kind` (lower case), `enhanced` (see above), `code` and `detail`.
 * Subjects: 1 the address, 2 the mailbox (2.1 disabled, 2.2 full), 3 and 4 the way there, 6 and 7 the message and
 * policy. A class-4 code is never a dead address, even where somebody filed it as hard.
 */
export const bounceClass: Sql = sql`
  case
    when kind = 'complaint' then 'complaint'
    when kind = 'unsubscribe' then 'unsubscribe'
    when kind = 'block' then 'sender'
    when regexp_contains(coalesce(enhanced, ''), '^[45]\\.[67]\\.') then 'sender'
    when regexp_contains(coalesce(enhanced, ''), '^[45]\\.2\\.2$') then 'mailbox_full'
    when regexp_contains(coalesce(enhanced, ''), '^[45]\\.4\\.[14]$') then 'no_answer'
    when regexp_contains(coalesce(enhanced, ''), '^[45]\\.[34]\\.') then 'routing'
    when coalesce(kind, 'hard') = 'hard' and regexp_contains(coalesce(enhanced, ''), '^5\\.(1\\.(0|1|2|3|6|10)|2\\.1)$') then 'dead'
    when enhanced is null and ${words(SENDER_WORDS)} then 'sender'
    when enhanced is null and ${words(FULL_WORDS)} then 'mailbox_full'
    when kind = 'hard' and (enhanced is null or regexp_contains(enhanced, '^5\\.')) and ${words(DEAD_WORDS)} then 'dead'
    when enhanced is null and ${words(NO_ANSWER_WORDS)} then 'no_answer'
    when kind = 'hard' and enhanced is null and code is null then 'dead'
    when kind = 'hard' and (enhanced is null or regexp_contains(enhanced, '^5\\.')) then 'unclear'
    when kind is null and regexp_contains(coalesce(enhanced, ''), '^5\\.') then 'unclear'
    else 'other_soft'
  end`;

/** The mailbox that an address stands for: lower case, and without dots or tag where the rules say that the domain ignores them. */
export function mailboxOf(
  address: Sql,
  rules: readonly { readonly domain: string; readonly ignoresDots: boolean; readonly ignoresTags: boolean }[],
): Sql {
  const key = sql`address_key(${address})`;
  if (rules.length === 0) return key;
  const local = sql`regexp_replace_all(${key}, '@[^@]*$', '')`;
  const cases = rules.map(({ domain, ignoresDots, ignoresTags }) => {
    const untagged = ignoresTags ? sql`regexp_replace_all(${local}, '[+].*$', '')` : local;
    const undotted = ignoresDots ? sql`replace(${untagged}, '.', '')` : untagged;
    return sql`when domain_of(${address}) = ${domain} then concat(${undotted}, ${`@${domain}`})`;
  });
  return sql`case ${join(cases, ' ')} else ${key} end`;
}
