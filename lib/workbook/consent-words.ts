/**
 * The words by which other tools and people say whether a person wants mail, in English, German, French, Spanish,
 * Italian, Dutch, Portuguese and Polish. A word that is not here has no meaning: it is asked about, never read as a
 * yes.
 *
 * Sources: the export files and API enumerations of the tools in lib/intake/formats, each named there.
 */

import { quoteText } from '../core/sql.ts';

/** What a value says. `suppressed`: the address gets no mail, though its person did not leave (bounced, cleaned). */
export type ConsentMeaning = 'yes' | 'no' | 'suppressed' | 'nothing';

/** A value as it is compared: lower case, without accents, letters, digits, ticks and crosses only. */
export const plainWord = (value: string): string =>
  value
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replace(/^-(?=\d)/, 'minus')
    .replace(/[^\p{L}\p{N}✓✔✅☑✗✘❌✖❎☒☐]+/gu, '');

/** Dashes, dots and empty lists: a cell of which nothing is known. */
const isBlank = (value: string): boolean => /^[\s\p{Pd}._/[\]{}]*$/u.test(value);

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words for yes and no that mean what their column's header asks. */
const TRUE =
  words(`yes y true t 1 x on checked ja j oui o vrai si s sim verdadero vero wahr waar tak prawda verdadeiro v
  ✓ ✔ ✅ ☑ ok okay sure yesplease jagerne jabitte`);
const FALSE = words(
  `no n false f 0 00 off unchecked nein non faux nao nee nej nei falso falsch onwaar nie falsz ☐ nothanks neindanke notchecked notselected`,
);
/** A cross is a no under an agreement; under a refusal it may be its mark, or deny it. */
const CROSSES = words('✗ ✘ ❌ ✖ ❎ ☒');

const YES =
  words(`subscribed subscribe subscriber activesubscriber optin optedin doubleoptin singleoptin confirmed active enabled
  granted accepted allowed agreed consented explicitconsent marketingcontact marketing permission given mailable emailable
  contactable whitelisted verifiedsubscriber explicit implied expressconsent impliedconsent explicitconsentgiven
  resubscribed doubleoptedin singleoptedin doubleoptinconfirmed confirmedoptin marketable engagedmarketable
  unengagedmarketable consentgiven
  angemeldet abonniert abonnent aktiv bestatigt zugestimmt eingewilligt einverstanden erteilt erlaubt
  abonne abonnee inscrit inscrite actif active confirme confirmee accepte acceptee autorise autorisee
  suscrito suscrita activo activa confirmado aceptado autorizado
  iscritto iscritta attivo attiva confermato accettato autorizzato
  ingeschreven geabonneerd actief actieve bevestigd akkoord aangemeld
  inscrito inscrita assinante ativo ativa aceito aceite
  zapisany zapisana aktywny aktywna potwierdzony potwierdzona zgoda`);

/** Words for yes in a column of consent, that may mean something else in any other. */
const YES_HERE = words('express doi soi double single normal engaged allow send agree iagree joined');

/** Words for yes that mean it under any header, also under "Unsubscribed". */
const SUBSCRIBED = words(
  'subscribed subscriber optin optedin marketingcontact angemeldet abonniert inscrit suscrito iscritto allow allowed send',
);

/** Words that refuse mail in any column and in any cell. */
const NO =
  words(`unsubscribed unsubscribe unsub unsubscriber optout optedout neversubscribed nonsubscribed notsubscribed
  nosubscription pending unconfirmed notconfirmed awaitingconfirmation unverified notoptedin nooptin donotcontact
  donotemail donotmail nonmarketingcontact nonmarketing transactional denied refused declined rejected revoked
  withdrawn withdrew removed deleted noconsent canceled cancelled inactive disabled deactivated paused blocked
  blocklisted blacklisted listunsubscribe groupunsubscribe globalunsubscribe unsubscribedviaemail manuallyunsubscribed
  complained complaint complaints spam spamcomplaint spamreport reportedspam reportedasspam markedasspam abuse
  abusecomplaint spamcomplaints redacted forgotten anonymized archived excluded expired requestedremoval nopermission
  invalidated notgranted notallowed manualsuppression manuallysuppressed
  abgemeldet ausgetragen gesperrt abgelehnt widerrufen widersprochen inaktiv unbestatigt ausstehend nichtangemeldet
  nichtabonniert nichtbestatigt nichterteilt keineeinwilligung gekundigt
  desabonne desinscrit inactif refuse enattente nonabonne noninscrit nonconfirme bloque
  dadodebaja baja desuscrito inactivo cancelado rechazado pendiente nosuscrito bloqueado
  disiscritto annullato cancellato rifiutato inattivo nonconfermato nonattivo nonautorizzato nondato negato
  nonaccettato revocato inattesa noniscritto bloccato
  uitgeschreven afgemeld inactief geweigerd geblokkeerd nietingeschreven nietakkoord nietbevestigd wachtend
  descadastrado desinscrito inativo recusado pendente naoinscrito
  wypisany nieaktywny odrzucony oczekujacy zablokowany brakzgody niezapisany niepotwierdzony cofnieta`);
/** Beginnings of such words, with any ending: "Unsubscribed by admin", "IspComplained". */
const NO_STEM =
  'unsub|unconfirm|opt(?:ed)?out|\\w{0,12}complain|markedasspam|neversub|notsub|nonsub|noconsent|withdrawn|' +
  'donot(?:e?mail|contact|send|allow)|pendingopt|awaitingconf|desabonn|desinscri|disiscri|uitgeschr|descadastr|wypisan';

/** Words that refuse mail in a column of consent, and may mean something else in any other. */
const NO_HERE =
  words(`transactionalonly junk markasspam temphold temporaryhold activationrequested providedfeedback underreview left
  quit stopped lapsed ended banned sharedsuppression mailblocked globaloptout systemoptout none without nonegiven
  geloscht beschwert beschwerde keine keiner keines aucun aucune ninguno ninguna nessuno nessuna nenhum brak dormant unengaged`);
const NO_STEM_HERE =
  'spam|reported|abuse|dont|donot|never|not(?:opt|conf|agree|accept|consent|grant|allow|given|asked|permit|mail|' +
  'market|activ|yet|verif|interest)|nopermission|nooptin|non(?:market|mail|opt|abonn|inscr|iscr|conf|att|aut|dato|acc)|' +
  'pending|await|consent(?:withdr|denied|revoked)|withoutconsent|revoke|denied|declin|refus|reject|block|blacklist|' +
  'suspend|onhold|held|abgemeldet|abbestellt|widerruf|widerspr|kein|nicht|ohne|pas(?:abonn|inscr|acc|autor|de)|' +
  'dadodebaja|debaja|baja|desuscri|no(?:sus|ins|acep|autor)|non?aut|afgemeld|geen|niet|nao(?:ins|ace|aut|con|sub)|' +
  'nie(?:zap|wyr|pot|zgo|zga|akty)|brak|rezygn';

const BEGINS_NO = new RegExp(`^(?:${NO_STEM})`);
const BEGINS_NO_HERE = new RegExp(`^(?:${NO_STEM}|${NO_STEM_HERE})`);
const refuses = (word: string): boolean => NO.has(word) || NO_HERE.has(word) || BEGINS_NO_HERE.test(word);

/**
 * What refuses mail under any header, as the whole of a cell in lower case: a regular expression that JavaScript and the
 * engine read alike. Words that may be about something else (cancelled, pending, blocked, "no contact" of a call that
 * reached no one) are not among them. Here `_` stands for spaces, `~` for a space, a hyphen, an underscore or nothing.
 */
const REFUSALS = [
  String.raw`un-?sub(?:scribed)?(?:[ ,:(–-]+[^\x1f]{0,40})?`,
  String.raw`un-?subscriber?(?:_(?:me|us|please|request|requested|from|by|via|on|at|due)[^\x1f]{0,40})?`,
  String.raw`opt(?:ed)?~out(?:[ ,:(–-]+[^\x1f]{0,40})?`,
  '(?:never|not|non)~subscribed',
  String.raw`(?:please_)?do(?:_not|_?n.?t|[_-]not)~(?:e-?mail|mail|contact|market)[^\x1f]{0,20}`,
  String.raw`(?:please_)?do(?:_not|_?n.?t)_(?:send|allow)(?:_(?:any|more|me|us|e-?mail|mail|news|market)[^\x1f]{0,40})?`,
  'no(?:_more)?~(?:(?:e-?)?mails?|mailings?|newsletters?|marketing|consent|permission|contact,?_please)(?:,?_please)?',
  String.raw`i_do(?:_not|n.?t)_(?:agree|consent)[^\x1f]{0,60}`,
  String.raw`i_do(?:_not|n.?t)_(?:want|wish)(?:_(?:to_(?:get|receive|hear|be_contacted)|any|more|e-?mails?|mail|news)[^\x1f]{0,60})?`,
  '(?:black|block)-?listed|(?:marked|reported)_as_spam|spam_complaint|complained|hard~bounced?',
  'abgemeldet|abbestellt|werbewiderspruch|werbesperre|(?:hat_)?widersprochen',
  '(?:bitte_)?kein(?:e|en)?_(?:werbung|newsletter|e-?mails?|mails?|kontakt|mailings?)(?:_mehr)?(?:,?_bitte)?',
  '(?:bitte_)?nicht_(?:mehr_)?(?:kontaktieren|anschreiben|anmailen|mailen)(?:,?_bitte)?',
  String.raw`ich_stimme_nicht_zu[^\x1f]{0,60}`,
  String.raw`d[ée]sabonn[ée]e?|d[ée]sinscrite?|ne_(?:pas|plus)_(?:contacter|envoyer|d[ée]ranger)[^\x1f]{0,20}`,
  String.raw`(?:pas|plus)_de_(?:mail|newsletter|pub)[^\x1f]{0,10}|dad[oa]_de_baja|no_(?:contactar|enviar|molestar)`,
  'desuscrit[oa]|disiscritt[oa]|non_(?:contattare|inviare|disturbare)|uitgeschreven|afgemeld',
  'geen_(?:e-?mail|mail|nieuwsbrief|reclame)s?(?:_meer)?|niet_(?:meer_)?(?:mailen|benaderen|contacteren)',
  'descadastrad[oa]|n[ãa]o_(?:contatar|contactar|enviar|perturbe)',
  String.raw`wypisan[ya]|brak_zgody|nie_(?:kontaktowa|wysy)[^\x1f]{0,10}`,
];
const SPACES = '[ \\t\u00a0]';
const AROUND = '[ \\t\u00a0*"\'„“”.!()\\[\\]]*';
export const PLAIN_REFUSAL = `${AROUND}(?:${REFUSALS.join('|')
  .replaceAll('[_-]', '[ -]')
  .replaceAll('_?', `${SPACES}*`)
  .replaceAll('_', `${SPACES}+`)
  .replaceAll('~', '[ \u00a0_-]?')})${AROUND}`;
const IS_PLAIN_REFUSAL = new RegExp(`^${PLAIN_REFUSAL}$`);
/** "Opted out (SMS)", "do not contact by phone": of another way than e-mail alone. */
const OF_OTHER_WAY =
  /(?:from|of|for|by|[(:–-])\s*(?:all )?(?:sms|mms|phone|telephone|calls?|cold calls?|texts?|text messages?|post|postal|fax|whats ?app)\b/;
/** Whether a cell, in lower case, refuses mail under any header. */
export const isPlainRefusal = (text: string): boolean =>
  IS_PLAIN_REFUSAL.test(text) && (!OF_OTHER_WAY.test(text) || /e-?mail|newsletter|everything|\bany\b/.test(text));

const SUPPRESSED =
  words(`suppressed cleaned bounced bounce dropped invalid invalidemail emailinvalid invalidaddress undeliverable undelivered nonexistent
  doesnotexist nomxrecord domainsuppression nonvalide
  ungultig unzustellbar invalide rebotado rimbalzato ongeldig odbity`);
/** `Hard bounce`, `bounced (soft)`, `Blocked at server`. */
const SUPPRESSED_STEM = '(?:hard|soft|email|mail)?bounced?|blockedatserver';
/** Words for a dead address in a column of consent, that may mean something else in any other. */
const SUPPRESSED_HERE = words('unreachable notreachable mailboxnotfound unknownuser dead error');
const BEGINS_SUPPRESSED = new RegExp(`^(?:${SUPPRESSED_STEM})`);
const isSuppressed = (word: string): boolean =>
  SUPPRESSED.has(word) || SUPPRESSED_HERE.has(word) || BEGINS_SUPPRESSED.test(word);

/** What tools put into a column about an address that says nothing of consent. */
const DELIVERABILITY =
  words(`valid risky verified unavailable guessed catchall acceptall deliverable unknown likelytoengage
  extrapolated userprovided unverifiable opened clicked delivered soft softbounce`);

/** An empty cell under another name. */
const EMPTY = words(`na null nil nan undefined keineangabe notset notavailable notapplicable notspecified notprovided`);
/** Words for unknown; in a column of consent they are asked about. */
const UNKNOWN = words('unknown notknown unbekannt inconnu desconocido sconosciuto onbekend nieznany');

/**
 * Whether a column refuses mail where it says yes, agrees to it, says that mail came back, has words with their own
 * meaning, or has such words about the address too (`Email status`: valid).
 */
export type ConsentRole = 'refuses' | 'agrees' | 'bounced' | 'status' | 'address';

/** Whether a value only denies or affirms what its header says. */
export const isYesOrNo = (value: string): boolean => TRUE.has(plainWord(value)) || FALSE.has(plainWord(value));

/** Whether a cell says nothing, in one of the ways in which tools and people write that. */
export const isEmptyWord = (value: string): boolean => isBlank(value) || EMPTY.has(plainWord(value));

/** What a value says under a header of that role; null where it is not understood. Empty cells say nothing. */
export function meaningOf(value: string, role: ConsentRole): ConsentMeaning | null {
  if (isEmptyWord(value)) return 'nothing';
  const word = plainWord(value);
  if (word === '') return null;
  if (role !== 'refuses' && role !== 'bounced' && !isSuppressed(word) && isPlainRefusal(value.toLowerCase()))
    return 'no';
  if (role === 'bounced') return cameBack(word);
  if (role === 'refuses') return refusal(word);
  if (role === 'address' && DELIVERABILITY.has(word)) return 'nothing';
  if (isSuppressed(word)) return 'suppressed';
  if (role === 'agrees' && TRUE.has(word)) return 'yes';
  if (role === 'agrees' && (FALSE.has(word) || CROSSES.has(word))) return 'no';
  if (YES.has(word) || YES_HERE.has(word)) return 'yes';
  return refuses(word) ? 'no' : null;
}

/** Under "Unsubscribed", every value that is no "no" means an unsubscribe: a yes, a date, a reason. */
function refusal(word: string): ConsentMeaning | null {
  if (SUBSCRIBED.has(word)) return 'yes';
  if (CROSSES.has(word)) return null;
  return FALSE.has(word) || UNKNOWN.has(word) || /^0+$/.test(word) || word === 'none' ? 'nothing' : 'no';
}

/** Under "Bounced": a yes, a date or a hard bounce; a count says nothing of the last mail. */
const cameBack = (word: string): ConsentMeaning =>
  FALSE.has(word) || word === 'none' || word.startsWith('soft') || (/^\d{1,5}$/.test(word) && word !== '1')
    ? 'nothing'
    : 'suppressed';

/** Whether a word says by itself, in any cell of a row, that a person wants no mail. */
export const refusesByItself = (value: string): boolean => {
  const word = plainWord(value);
  return NO.has(word) || BEGINS_NO.test(word);
};

/** Whether a value is a word of consent by itself, in a column of any name. */
export const isConsentWord = (value: string): boolean => {
  const word = plainWord(value);
  return refusesByItself(value) || YES.has(word) || SUPPRESSED.has(word) || BEGINS_SUPPRESSED.test(word);
};

const OURS = ['subscribed', 'unsubscribed', 'suppressed'] as const;

/**
 * SQL over a cell of a column "status": our own three words, other words that are known as ours, and any other word as
 * it is, in lower case. Nearly every cell is one of ours, and is asked no more.
 */
export function statusSql(cell: string): string {
  const text = `lower(trimmed(${cell}))`;
  const bare = `regexp_replace(strip_accents(${text}), '[^\\p{L}\\p{N}]+', '', 'g')`;
  // All words in one text: an engine binds a list word by word.
  const among = (known: ReadonlySet<string>): string =>
    `strpos(${quoteText(` ${[...known].join(' ')} `)}, ' ' || ${bare} || ' ') > 0`;
  const is = (known: ReadonlySet<string>, stem: string): string =>
    `(${among(known)} or regexp_matches(${bare}, '^(?:${stem})'))`;
  return `case when ${text} in (${OURS.map(quoteText).join(', ')}) then ${text}
    when ${is(SUPPRESSED, SUPPRESSED_STEM)} then 'suppressed'
    when ${among(YES)} then 'subscribed' when ${is(NO, NO_STEM)} then 'unsubscribed' else ${text} end`;
}
