/**
 * The words by which other tools and people say whether a person wants mail, in English, German, French, Spanish, Italian,
 * Dutch, Portuguese and Polish. A word that is not here has no meaning: it is asked about, never read as a yes.
 *
 * Sources: the export files and API enumerations of the tools in lib/intake/formats, each named there.
 */

import { quoteText } from '../core/sql.ts';

/** What a value says. `suppressed`: the address gets no mail, though its person did not leave (bounced, cleaned). */
export type ConsentMeaning = 'yes' | 'no' | 'suppressed' | 'nothing';

/** A value as it is compared: lower case, without accents, letters and digits only. */
export const plainWord = (value: string): string =>
  value
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replace(/[^\p{L}\p{N}✓✔✗✘☑☐]+/gu, '');

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words for yes and no that mean what their column's header asks. */
const TRUE =
  words(`yes y true t 1 x on checked ja j oui o vrai si s sim verdadero vero wahr waar tak prawda verdadeiro v
  ✓ ✔ ☑`);
const FALSE = words(`no n false f 0 off unchecked nein non faux nao nee falso falsch onwaar nie falsz ✗ ✘ ☐`);

const YES =
  words(`subscribed subscribe subscriber activesubscriber optin optedin doubleoptin singleoptin confirmed active enabled
  granted accepted allowed agreed consented explicitconsent marketingcontact marketing permission given mailable emailable
  contactable whitelisted verifiedsubscriber explicit implied
  angemeldet abonniert abonnent aktiv bestatigt zugestimmt eingewilligt einverstanden erteilt erlaubt
  abonne inscrit actif confirme accepte autorise
  suscrito activo confirmado aceptado autorizado
  iscritto attivo confermato accettato autorizzato
  ingeschreven geabonneerd actief bevestigd akkoord aangemeld
  inscrito assinante ativo aceito aceite
  zapisany aktywny potwierdzony zgoda`);

/** Words for yes that mean it under any header, also under "Unsubscribed". */
const SUBSCRIBED = words(
  'subscribed subscriber optin optedin marketingcontact angemeldet abonniert inscrit suscrito iscritto',
);

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

const SUPPRESSED =
  words(`suppressed cleaned bounced bounce bouncedhard bouncedsoft hardbounced hardbounce softbounced dropped invalid
  undeliverable nonexistent ungultig unzustellbar invalide nonvalide rebotado rimbalzato ongeldig odbity`);

/** What tools put into a column about an address that says nothing of consent. */
const DELIVERABILITY =
  words(`valid risky verified unavailable guessed catchall acceptall deliverable unknown likelytoengage
  extrapolated userprovided unverifiable opened clicked delivered soft softbounce`);

/** An empty cell under another name. */
const EMPTY = words(
  `na null none nil nan undefined keine keineangabe unbekannt inconnu desconocido sconosciuto onbekend brak`,
);

/** Whether a column refuses mail where it says yes, agrees to it, says that mail came back, or has words with their own meaning. */
export type ConsentRole = 'refuses' | 'agrees' | 'bounced' | 'status';

/** What a value says under a header of that role; null where it is not understood. Empty cells say nothing. */
export function meaningOf(value: string, role: ConsentRole): ConsentMeaning | null {
  const word = plainWord(value);
  if (word === '' || EMPTY.has(word)) return 'nothing';
  if (role === 'bounced') return cameBack(word);
  if (role === 'refuses') return SUBSCRIBED.has(word) ? 'yes' : refusal(word);
  if (SUPPRESSED.has(word)) return 'suppressed';
  if (NO.has(word)) return 'no';
  if (YES.has(word)) return 'yes';
  if (DELIVERABILITY.has(word)) return 'nothing';
  if (TRUE.has(word)) return role === 'agrees' ? 'yes' : null;
  if (FALSE.has(word)) return role === 'agrees' ? 'no' : null;
  return null;
}

/** Under "Unsubscribed", every value that is no "no" means an unsubscribe: a yes, a date, a reason. */
const refusal = (word: string): ConsentMeaning => (FALSE.has(word) || /^0+$/.test(word) ? 'nothing' : 'no');

/** Under "Bounced": a yes, a date or a hard bounce; a count says nothing of the last mail. */
const cameBack = (word: string): ConsentMeaning =>
  FALSE.has(word) || word.startsWith('soft') || (/^\d{1,5}$/.test(word) && word !== '1') ? 'nothing' : 'suppressed';

/** Whether a value is a word of consent by itself, in a column of any name. */
export const isConsentWord = (value: string): boolean => {
  const word = plainWord(value);
  return NO.has(word) || YES.has(word) || SUPPRESSED.has(word);
};

/** Whether a word says by itself, in any cell of a row, that a person wants no mail. */
export const refusesByItself = (value: string): boolean => NO.has(plainWord(value));

const OURS = ['subscribed', 'unsubscribed', 'suppressed'] as const;

/**
 * SQL over a cell of a column "status": our own three words, other words that are known as ours, and any other word as it is, in
 * lower case. Nearly every cell is one of ours, and is asked no more.
 */
export function statusSql(cell: string): string {
  const text = `lower(trimmed(${cell}))`;
  const bare = `regexp_replace(strip_accents(${text}), '[^\\p{L}\\p{N}]+', '', 'g')`;
  const bareOneOf = (words: ReadonlySet<string>): string =>
    `is_one_of(${bare}, [${[...words].map(quoteText).join(', ')}])`;
  return `case when ${text} in (${OURS.map(quoteText).join(', ')}) then ${text} when ${bareOneOf(NO)} then 'unsubscribed' when ${bareOneOf(SUPPRESSED)} then 'suppressed' when ${bareOneOf(YES)} then 'subscribed' else ${text} end`;
}
