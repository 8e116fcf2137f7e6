/**
 * What a bounce says, and of whom. The provider's verdict (`kind`) comes first, but a fault of the sender stays one,
 * under any kind it was filed: HubSpot and others call spam and policy blocks "hard", and 4,864 people of one
 * customer were lost that way. Codes: RFC 3463, X.Y.Z = class, subject, detail; basic codes: RFC 5321 4.2.3.
 */
import { join, literal, type Sql, sql } from '../../core/sql.ts';

// No pattern holds a backslash: string literals of DuckDB and BigQuery disagree on it.
const CODE = '[45][.][0-7][.][0-9]{1,3}';
const IP_ADDRESS = '[0-9]+([.][0-9]+){3}';
const SENDER_CODES = '^[45][.]([67][.]|1[.][78]$|2[.]3$|3[.]4$)';
const DEAD_CODES = '^5[.](1[.](0|1|2|3|6|10)|2[.]1)$';

/** Any of these, as one pattern. */
const anyOf = (...patterns: readonly string[]): string => patterns.join('|');

const USER = '(user|mailbox|address|account|recipient|person|customer|local user|e-?mail)';

/** An answer of the mailbox itself, which lives. */
const AUTO_REPLY_WORDS = anyOf(
  'out of (the )?office',
  'auto(matic|mated)?[- ]?(reply|response|antwort)',
  'on vacation',
  'abwesenheit',
  'absence du bureau',
);

/** Texts that mean something else than their code: Gmail's rate limit under 5.2.1, greylisting under 4.7.1. */
const PASSING_WORDS = anyOf('receiving mail (at a rate|too quickly)', 'gr[ae]y-?list');

/**
 * Providers that do not send to an address any more, because it bounced before: the address is dead by their judgement.
 */
const ALREADY_SUPPRESSED_WORDS = anyOf(
  '^bounced address',
  'suppression list',
  'address is suppressed',
  'previously bounced',
  'onaccountsuppressionlist',
);

/** The receiver refuses the sender's own address, and says nothing of the recipient's. */
const SENDER_ADDRESS_WORDS = 'sender( address| domain)? (rejected|denied|refused|unknown|not (found|allowed|verified))';

const SENDER_WORDS = anyOf(
  'spam|blocked|block list|blocklist|blacklist|denylist|reputation|policy',
  'dmarc|dkim|(^|[^a-z])spf([^a-z]|$)|unauthenticated|not authenticated',
  'rate limit|too many (connections|messages|recipients|errors)|throttl',
  'content (rejected|restrictions)|attachment|message (size|too (large|big))|too large|virus|malware|phish|banned',
  'relay(ing)? (access )?denied|allowed rcpthosts|prohibition|prohibited|not authori[sz]ed|message refused',
  'access denied',
);

const DEAD_WORDS = anyOf(
  `(unknown|no such|invalid|non-?existent|inactive) ${USER}`,
  `${USER}( is)? (unknown|inactive|invalid|closed|suspended)`,
  `${USER}.{0,30}(not found|not available|disabled|deactivated|unavailable|no longer (exists|available|active|valid))`,
  '(email account|mailbox|account) that you tried to reach (is (inactive|disabled)|does not exist)',
  // Any letter for the apostrophe: a literal can't hold one in each dialect.
  'does ?n.t exist|does not exist|does(n.t| not) have an? .{1,40} account',
  'no (such )?(person|one)( here| at this address| by that name)',
  '(recipient )?address rejected|recipient rejected|no mailbox|unrouteable',
  // other languages
  'unbekannte[rs]? (benutzer|empf(ä|ae)nger|adresse)',
  '(benutzer|empf(ä|ae)nger|adresse|postfach) (ist )?(unbekannt|existiert nicht|nicht gefunden)',
  '(utilisateur|destinataire|adresse|compte|bo(î|i)te) .{0,12}(inconnue?|introuvable|inexistante?|n.existe pas)',
  '(usuario|destinatario|cuenta|buz(ó|o)n|utente|indirizzo|casella) .{0,12}' +
    '(desconocid[oa]|inexistente|sconosciut[oa]|no existe|non esiste)',
  'onbekende (gebruiker|ontvanger)|(gebruiker|ontvanger) onbekend',
);

/** The domain itself is not there. */
const NO_DOMAIN_WORDS = anyOf(
  'nxdomain|no data known|no such (host|domain)|domain not found|bad destination',
  '(host|domain)( name)? (is )?unknown|unknown (host|domain)|domain .{0,20}does not exist',
);

const FULL_WORDS = anyOf(
  '(mailbox|inbox|storage|disk)( for [^ ]+)?( is)? full|full mailbox|mailbox.{0,20} is full|postfach (ist )?voll',
  'over ?quota|over (its |the |his |her |their )?quota|quota (is )?exceeded|exceed(s|ed|ing)? .{0,20}quota',
  'exceeded (storage|its storage) ?allocation|storage allocation|(mailbox|storage|account|user).{0,20}size limit',
  'insufficient (system )?storage|(bo(î|i)te|buz(ó|o)n|casella) .{0,12}(pleine|llen[oa]|piena)',
);

const NO_ANSWER_WORDS = anyOf(
  'timed? ?out|no answer|connection (refused|reset|lost|dropped)|dns|host (or domain name )?not found',
  'mx (lookup|record)|message expired',
);

/** Permanent by its text alone, where neither kind nor code says so. */
const PERMANENT_WORDS = 'failed permanently|permanent (error|failure|fatal)|permanently (failed|rejected)';

/**
 * The first RFC 3463 code in a text, NULL where there is none: a part of a longer number or of an IP address is no
 * code.
 */
const codeIn = (text: Sql): Sql => sql`
  nullif(regexp_extract(regexp_extract(regexp_replace_all(${text}, ${literal(IP_ADDRESS)}, ' '),
    ${literal(`(?:^|[^0-9.])${CODE}`)}), ${literal(CODE)}), '')`;

/** The RFC 3463 code that a bounce carries, in its code or in its diagnostic text; NULL where there is none. */
export const enhancedCode = (code: Sql, detail: Sql): Sql => sql`coalesce(${codeIn(code)}, ${codeIn(detail)})`;

/** The basic code of RFC 5321 (`550`), from the code or the start of the text; NULL where there is none. */
const basicCode: Sql = sql`
  nullif(regexp_extract(coalesce(code, detail, ''), ${literal('(?:^|[ ;:])[45][0-9][0-9](?:[^0-9.]|$)')}), '')`;

const words = (pattern: string): Sql => sql`regexp_contains(lower(coalesce(detail, '')), ${literal(pattern)})`;
const coded = (pattern: string): Sql => sql`regexp_contains(coalesce(enhanced, ''), ${literal(pattern)})`;
const basic = (digits: string): Sql => sql`regexp_contains(coalesce(${basicCode}, ''), ${literal(digits)})`;

/** How hard the bounce is: by the provider, else by the code's first digit, else by the text where it is clear. */
export const hardness: Sql = sql`
  coalesce(kind,
    case
      when starts_with(coalesce(enhanced, code), '5') then 'hard'
      when starts_with(coalesce(enhanced, code), '4') then 'soft'
      when ${basic('5')} then 'hard' when ${basic('4')} then 'soft'
      when ${words(DEAD_WORDS)} or ${words(PERMANENT_WORDS)} then 'hard'
    end)`;

/** Permanent, and not by a code of class 4: those are never a dead address, even where they are filed as hard. */
const permanent: Sql = sql`(hardness = 'hard' and ${coded('^(5|$)')})`;

/**
 * The class of each row of a table with `kind` (see bounce-kinds.ts), `hardness`, `enhanced` (see above), `code` and
 * `detail`.
 * Subjects: 1 the address (1.7 and 1.8 the sender's), 2 the mailbox (2.1 disabled, 2.2 full, 2.3 a message too large),
 * 3 and 4 the way there (4.1 no answer, 4.3 and 4.4 DNS, 4.7 expired), 6 and 7 the message and policy. A code says more
 * than words do, but for the few texts that are known to stand under another code.
 * Classes: complaint, unsubscribe; cleaned (dead by another tool's judgement); auto_reply (no bounce at all); sender
 * (our own fault); dead and unclear are hard; mailbox_full, no_answer, routing and other_soft are soft.
 * Sources: Gmail's SMTP errors (5.2.1 rate), spamresource.com 2025-02 (Microsoft 365's 5.4.1), RFC 5321 4.2.3 (552).
 */
export const bounceClass: Sql = sql`
  case
    when kind in ('complaint', 'unsubscribe', 'cleaned') then kind
    when ${words(AUTO_REPLY_WORDS)} then 'auto_reply'
    when ${words(PASSING_WORDS)} then 'other_soft'
    when kind = 'block' or ${words(SENDER_ADDRESS_WORDS)} then 'sender'
    when ${permanent} and ${coded('^5[.]4[.]1$')} and ${words('address rejected: access denied')} then 'dead'
    when ${permanent} and ${coded('^(5[.]4[.]4|)$')} and ${words(NO_DOMAIN_WORDS)} then 'dead'
    when ${coded(SENDER_CODES)} then 'sender'
    when ${coded('^[45][.]2[.]2$')} then 'mailbox_full'
    when ${coded('^[45][.]4[.][12347]$')} then 'no_answer'
    when ${coded('^[45][.][34][.]')} then 'routing'
    when ${permanent} and ${coded(DEAD_CODES)} then 'dead'
    when ${permanent} and ${words(ALREADY_SUPPRESSED_WORDS)} then 'dead'
    when ${words(FULL_WORDS)} then 'mailbox_full'
    when ${words(SENDER_WORDS)} then 'sender'
    when ${basic('552')} and enhanced is null then 'mailbox_full'
    when ${basic('571')} then 'sender'
    when ${permanent} and ${words(DEAD_WORDS)} then 'dead'
    when ${words(NO_ANSWER_WORDS)} then 'no_answer'
    when kind = 'hard' and enhanced is null and code is null then 'dead'
    when ${permanent} then 'unclear'
    else 'other_soft'
  end`;

/**
 * The mailbox that an address stands for: lower case, and without dots or tag where the rules say that the domain
 * ignores them.
 */
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
