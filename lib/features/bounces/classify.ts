/**
 * What a bounce says, and of whom. The provider's verdict (`kind`) comes first, but a fault of the sender stays one,
 * whatever kind it was filed under: HubSpot and others call spam and policy blocks "hard", and 4,864 people of one
 * customer were lost that way. Codes: RFC 3463, X.Y.Z = class, subject, detail.
 */
import { join, raw, type Sql, sql } from '../../core/sql.ts';

// No pattern holds a backslash: string literals of DuckDB and BigQuery disagree on it.
const CODE = '[45][.][0-7][.][0-9]{1,3}';
const IP_ADDRESS = '[0-9]+([.][0-9]+){3}';
const SENDER_CODES = '^[45][.]([67][.]|1[.][78]$|2[.]3$|3[.]4$)';
const DEAD_CODES = '^5[.](1[.](0|1|2|3|6|10)|2[.]1)$';
const SENDER_WORDS =
  'spam|blocked|block list|blocklist|blacklist|denylist|reputation|policy|dmarc|dkim|(^|[^a-z])spf([^a-z]|$)|unauthenticated|rate limit|too many|throttl|content rejected|attachment|too large|message size|virus|malware|phish|banned|relay(ing)? (access )?denied';
const DEAD_WORDS =
  "user unknown|unknown user|no such (user|recipient|mailbox|address)|does ?n[o']t exist|does not exist|recipient (address )?rejected|invalid (recipient|mailbox|address)|(mailbox|address|account|user|recipient).{0,20}(not found|disabled|deactivated|unavailable)|no mailbox|unrouteable|bad destination|domain not found|no such domain";
const FULL_WORDS = 'mailbox (is )?full|over ?quota|quota exceeded|insufficient (system )?storage';
const NO_ANSWER_WORDS =
  'timed? ?out|no answer|connection (refused|reset|lost)|dns|nxdomain|host (not found|unknown)|mx (lookup|record)';

const literal = (pattern: string): Sql => raw(`'${pattern.replaceAll("'", "''")}'`);

/** The first RFC 3463 code in a text, NULL where there is none: a part of a longer number or of an IP address is no code. */
const codeIn = (text: Sql): Sql =>
  sql`nullif(regexp_extract(regexp_extract(regexp_replace_all(${text}, ${literal(IP_ADDRESS)}, ' '), ${literal(`(?:^|[^0-9.])${CODE}`)}), ${literal(CODE)}), '')`;

/** The RFC 3463 code that a bounce carries, in its code or in its diagnostic text; NULL where there is none. */
export const enhancedCode = (code: Sql, detail: Sql): Sql => sql`coalesce(${codeIn(code)}, ${codeIn(detail)})`;

const said = (pattern: string): Sql => sql`regexp_contains(lower(coalesce(detail, '')), ${literal(pattern)})`;
const coded = (pattern: string): Sql => sql`regexp_contains(coalesce(enhanced, ''), ${literal(pattern)})`;

/** What was said of hardness: by the provider, else by the code's first digit. */
export const hardness: Sql = sql`
  coalesce(kind, case when starts_with(coalesce(enhanced, code), '5') then 'hard' when starts_with(coalesce(enhanced, code), '4') then 'soft' end)`;

/**
 * The class of each row of a table with `kind` (see kinds.ts), `hardness`, `enhanced` (see above), `code` and `detail`.
 * Subjects: 1 the address (1.7 and 1.8 the sender's), 2 the mailbox (2.1 disabled, 2.2 full, 2.3 a message too large),
 * 3 and 4 the way there (4.1 no answer, 4.3 and 4.4 DNS), 6 and 7 the message and policy. A code says more than words
 * do, and a class-4 code is never a dead address, even where somebody filed it as hard.
 * Classes: complaint, unsubscribe; cleaned (dead by another tool's judgement); sender (our own fault, never theirs); dead and
 * unclear are hard; mailbox_full, no_answer, routing and other_soft are soft.
 */
export const bounceClass: Sql = sql`
  case
    when kind in ('complaint', 'unsubscribe', 'cleaned') then kind
    when kind = 'block' or ${coded(SENDER_CODES)} then 'sender'
    when ${coded('^[45][.]2[.]2$')} then 'mailbox_full'
    when ${coded('^[45][.]4[.][134]$')} then 'no_answer'
    when ${coded('^[45][.][34][.]')} then 'routing'
    when hardness = 'hard' and ${coded(DEAD_CODES)} then 'dead'
    when ${said(SENDER_WORDS)} then 'sender'
    when ${said(FULL_WORDS)} then 'mailbox_full'
    when hardness = 'hard' and ${coded('^(5|$)')} and ${said(DEAD_WORDS)} then 'dead'
    when ${said(NO_ANSWER_WORDS)} then 'no_answer'
    when kind = 'hard' and enhanced is null and code is null then 'dead'
    when hardness = 'hard' and ${coded('^(5|$)')} then 'unclear'
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
