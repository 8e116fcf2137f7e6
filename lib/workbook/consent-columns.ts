/**
 * Which headers speak of consent to mail, by the stems of their words in English, German, French, Spanish, Italian,
 * Dutch, Portuguese and Polish. It judges headers alone; what the cells say is read in
 * lib/snapshot/consent-reading.ts. A header that may speak of consent and does not costs a question; one that is
 * missed costs a person mail that they refused.
 */
import type { ConsentRole } from './consent-words.ts';

export interface ConsentColumn {
  /** Its place among the headers, from 0. */
  readonly place: number;
  readonly header: string;
  readonly role: ConsentRole;
  /** Its values count only where they are words of consent: "Status" and "News" may be about anything. */
  readonly isLoose?: true;
  /** Meanings of values by a format or the team's rules, as they are compared (see `plainWord`). */
  readonly known?: ReadonlyMap<string, 'yes' | 'no' | 'suppressed' | 'nothing'>;
  /** What an empty cell says, where a format knows. */
  readonly empty?: 'no';
  /** Its header says nothing of consent, and one of its values does. */
  readonly byValues?: true;
}

/** `emailOptOut`, `Opt-out Date` and `OPTOUT_E_MAIL` as words without accents: "email opt out". */
export const headerWords = (header: string): string =>
  header
    .replace(/__c$/i, '')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replace(/[^\p{L}\p{N}#]+/gu, ' ')
    .trim()
    .replace(/\be mails?\b|\bemails\b|\bmails\b/g, 'email')
    .replace(/\b(?:yes|ja|oui|si|sim|tak|y) (?:or |oder |ou |o )?(?:no|nein|non|nao|nie|nee|n)\b/g, ' ')
    .replace(/ +/g, ' ')
    .trim();

const any = (...parts: readonly string[]): RegExp => new RegExp(`\\b(?:${parts.join('|')})`);

const REFUSES = any(
  'un ?sub',
  'opt(?:ed)? ?out',
  'black ?list',
  'block ?list',
  '(?:email|contact|user|is) blocked',
  'blocked(?: email| at| date)?$',
  'suppress',
  'do ?no?t ?(?:allow ?)?(?:e ?mail|mail|contact|market|disturb|send|bulk)',
  'no (?:email|mail|mailing|contact|marketing|newsletter|spam)\\b',
  'exclu(?:de|ded|sion)\\b|(?:is )?excluded? from',
  '(?:email|marketing|mailing) suspended',
  'dnc\\b|dne\\b|dnm\\b',
  'complain|spam|abuse',
  '(?:never|non|not) ?subscri',
  '(?:email|mail|newsletter|marketing|account|user) (?:is )?(?:disabled|deactivated|revoked|refused|declined)',
  '(?:disabled|deactivated) (?:email|mail|newsletter)',
  '^(?:is |was )?(?:archived|deleted|disabled|deactivated|inactive|banned)(?: (?:at|on|date|time))?$',
  'left (?:the )?(?:news|list|mailing|email)|removed? (?:me )?from (?:\\w+ )?list|removal request|request\\w* (?:for )?removal',
  'asked to (?:stop|be removed|leave)|right to object|objection to|(?:is )?withdrawn\\b',
  'abgemeldet|abmeld|abbestell|austrag|ausgetragen|widerruf(?!s)|widerspr|email sperre',
  'gesperrt|sperrliste|sperrvermerk|sperrkennz',
  'kein(?:e|en)? (?:werbung|newsletter|email|mail|kontakt|marketing)|nicht (?:kontakt|anschreib|mail|email)',
  'desabonn|desinscri|ne pas (?:contact|envoy|email|mail)|liste noire|opposition|stop (?:e?mail|pub|news)',
  'refus\\w* (?:\\w+ )?(?:e?mail|pub|news|contact|prospection|sollicit)',
  'desuscri|dado de baja|baja\\b|no (?:contactar|enviar|molestar)|lista negra|lista robinson|robinson',
  'disiscri|cancellato|data (?:di )?cancellazione|non (?:contattare|inviare)|lista nera|revoca',
  'uitgeschreven|uitschrij|afgemeld|afmeld|niet (?:mail|email|contact|benader)|geen (?:mail|email)|zwarte lijst',
  'descadastr|nao (?:contact|contat|enviar|pertur)|opt(?:ou|ar) por sair',
  'avregistr|avmeld|frameld',
  'wypis|rezygn|wyrejestr|nie (?:kontakt|wysyl)|sprzeciw|czarna lista',
  // Who is dead wants no mail either.
  '^(?:is )?(?:deceased|verstorben|decede|fallecid|deceduto|overleden|falecid|zmarl)',
);

const AGREES = any(
  'opt(?:ed)? ?in\\b',
  'subscri',
  'abonn|abonent|suscri|iscri(?:tto|zione|tti)|inscri(?:t|ption|cao|to)|ingeschreven|inschrij|zapis(?:an|any)?\\b',
  'angemeldet|newsletter anmeld|anmeldung newsletter|anmeldestatus',
  'newsletter|infolettre|lettre d information|boletin|bollettino|nieuwsbrief|biuletyn|nyhetsbrev|nyhedsbrev|samtykke|samtycke',
  'consent|consenso|einwillig|zustimm|einverstand|toestemming|zgod',
  'permission|permiso|permesso|permissao|permiss|permite (?:email|mail)|autoriza',
  'erlaubnis|(?:email|mail|kontakt|werbung|mailing|infomail|rundmail) (?:erlaubt|erwunscht|gewunscht|ok)|zugestimmt',
  'infomail|rundmail|mailversand|kontakterlaubnis|gemaild|akkoord (?:mail|email|nieuws)|email me\\b',
  '(?:darf|durfen) (?:\\w+ )?(?:angeschrieben|angemailt|kontaktiert)|anschreiben (?:ok|erlaubt|erwunscht)',
  '(?:accept|acept|akzept|accett|aceit|akcept|agree)\\w* (?:\\w+ )?(?:email|mail|marketing|newsletter|werb|promo|contact|publi)',
  'gdpr|dsgvo|rgpd|rodo\\b',
  '(?:allow|can|may|ok to|okay to|want)s? (?:we )?(?:to )?(?:be )?(?:email|mail|contact|marketing)',
  '(?:receive|get|send|want)s? (?:me )?(?:\\w+ ){0,3}(?:email|mail|newsletter|offer|promo|marketing)',
  '(?:agree|consent|like|want|wish) to (?:receive|be contacted|hear)|email notifications?',
  '(?:email|marketing|news) ?contact (?:allowed|ok)|contact (?:me )?(?:by|via) email',
  'mailable|emailable|contactable|(?:email|marketing) (?:ok|allowed|enabled|active|preference|confirmed)',
  'marketing (?:email|mail|contact|status|state|list)',
  '(?:email|direct) marketing',
  'mailings?$',
  'werbung|werbe(?:email|mail|status|erlaubnis)|publicit|pubblicit|reclame|comunica\\w+ comercia|promo(?:tional)? (?:email|mail)',
  '(?:accepte|prospection|demarchage)\\b|acepta comunica|aceita receber|commercial (?:email|mail)',
);

/** May speak of consent, or of something else: counts only where the values do. */
const MAY_AGREE = any(
  '(?:is )?(?:active|enabled|reachable|confirmed)$',
  '^(?:marketing|privacy|permissions?|abonnements?|nl|doi)\\b',
  'mailing ?lists?|contactab|email channel|channel email|e ?news$|news$|bulletin$|updates?$|akkoord|privacy (?:marketing|consent|ok)',
  'keep me|(?:keep|stay) (?:in touch|informed|updated|posted)|^notifications?$|notify me|sign me up|contact me|receive|(?:may|can) we',
  'souhait|recevoir|erhalten|informiert|recibir|ricevere|ontvangen|receber|otrzymyw|sollicit',
);
const MAILING_LIST = /\bmailing ?lists?\b/g;
/** Beside an agreement such a word turns it into a refusal: "Geen nieuwsbrief", "Newsletter gekündigt". */
const NEGATION = new RegExp(
  String.raw`\b(?:no|not|non|ne|pas|kein\w*|nicht|ohne|geen|niet|zonder|nao|sin|senza|bez|nie|never|stop|` +
    String.raw`cancel\w*|abbestell\w*|gekundigt|disabled|revoked|withdrawn|denied|refused|declined)\b`,
);

/** Stems that stand inside of longer words too: German compounds, names of fields without capitals. */
const REFUSES_INSIDE = new RegExp(
  'unsubscri|blacklist|blocklist|optout|optedout|donotemail|donotcontact|donotmail|dontemail|' +
    'newsletterabmeld|abgemeldet|widerspr|(?:werbe|mail|mailing|kontakt|newsletter|versand)(?:sperre|verbot|stopp?)',
);
const AGREES_INSIDE = new RegExp(
  String.raw`optin\b|optedin\b|subscri|subskr|newsletter|einwillig|zustimmung|consent|werbeerlaubnis|` +
    'accepts(?:email|marketing)|marketingemail|emailmarketing|allowemail|emailallowed',
);

/** About another way than e-mail, unless e-mail is named too. */
const OTHER_CHANNEL = any(
  'sms|phone|call|whats ?app|fax|push|letter|mobile|voice|postal|telefon|anruf|viber|rcs',
  '^post (?:opt|consent|ok|einwillig|werb)',
  'postwerb|per post',
);
/** What beside such a word says that the column is about something else. */
const NO_STATEMENT = new RegExp(
  String.raw`\b(?:id|ids|ip|url|link|uuid|hash|token|key|page|uri|street|city|zip|country|county|province|` +
    'postal|address line|plan|price|amount|revenue|mrr|currency|invoice|owner|version|lang|language|' +
    'language code|tax|stripe|paypal|partners?|partenaires?|third part(?:y|ies)|agents?|agency|budget|ticket|' +
    String.raw`system|level|spam score)\b`,
);
/** An agreement's date, place or wording is no refusal; a refusal's is. */
const ABOUT_AN_AGREEMENT = any(
  '(?:time|date|datum|data|fecha|since|when|timestamp|source|method|text|form|page|ip|reason|campaign|title)\\b',
  '(?:at|on|am|le|il|el|op)$',
  '(?:count|number|anzahl|liczba|aantal|names?|lists?|tier|types?|platform|via$|days?|month|utm|referrer|medium|channel|frequency)\\b',
  '(?:year|created|updated|quelle|expires?|expiry|ends?|starts?|renews?|period|rate|score)\\b',
  // What came of mail that was sent.
  '(?:opened|opens|open rate|delivered|delivery|clicks?|clicked|sent|sends|received|replied|replies|bounces)\\b',
);
/** Mail came back from the address, or a tool holds it back for its quality. */
const CAME_BACK = new RegExp(
  String.raw`\b(?:hard )?bounced?(?: at| date| on| reason| type)?$|\bemail(?: address)? quarantined$|` +
    '^npai$|^(?:is )?invalid email(?: address)?$|^email(?: address)?(?: is)? invalid$|^emailinvalid$|' +
    String.raw`\b(?:unzustellbar|undeliverable)$`,
);
const STATUS = /(?:\b|anmelde|aanmeld|inschrijf)(?:status|statut|state|estado|stato|stan|zustand)\b/;
const STATUS_OF_MAIL = new RegExp(
  String.raw`\b(?:doi|email|mail|marketing|newsletter|aanmeld\w*|inschrijf\w*|subscri\w*|subskr\w*|abo|abonn\w*|` +
    String.raw`suscri\w*|iscri\w*|inscri\w*|opt|consent\w*|mailing\w*|anmelde?\w*|einwillig\w*)`,
);

/** A preferred way of contact: a channel, or none. */
const PREFERENCE =
  /(?:contact|communication|kontakt) (?:preference|method)|prefer\w* (?:method of )?(?:contact|communication)/;
const CHANNELS = new Map(
  ['email', 'mail', 'any', 'all', 'phone', 'sms', 'post', 'fax', 'letter', 'both', 'whatsapp', 'telefon', 'brief'].map(
    (channel): [string, 'nothing'] => [channel, 'nothing'],
  ),
);

/** What a header says; null where it does not speak of consent. */
export function consentRole(header: string): Pick<ConsentColumn, 'role' | 'isLoose' | 'known'> | null {
  const words = headerWords(header);
  if (isOfOtherChannel(header)) return null;
  if (/^unsubscribed\b.*\bids$/.test(words)) return { role: 'refuses' };
  if (NO_STATEMENT.test(words) || /\bmarketing email bounced\b|^mailing state$/.test(words)) return null;
  const isStatus = STATUS.test(words);
  if (REFUSES.test(words) || REFUSES_INSIDE.test(words)) return { role: isStatus ? 'status' : 'refuses' };
  if (CAME_BACK.test(words)) return { role: 'bounced' };
  if (/^email(?: address)? status$/.test(words)) return { role: 'address' };
  if (isStatus && STATUS_OF_MAIL.test(words)) return { role: 'status' };
  if (AGREES.test(words) || AGREES_INSIDE.test(words)) {
    if (!isStatus && ABOUT_AN_AGREEMENT.test(words.replace(MAILING_LIST, '')))
      return NEGATION.test(words) ? { role: 'refuses' } : null;
    return { role: NEGATION.test(words) ? 'refuses' : 'agrees' };
  }
  if (
    isStatus &&
    /^(?:(?:contact|member|list|confirmation|communication|user|kontakt|person|lead|customer) )?\w+$/.test(words)
  )
    return { role: 'status', isLoose: true };
  if (PREFERENCE.test(words)) return { role: 'status', known: CHANNELS };
  return MAY_AGREE.test(words) ? { role: NEGATION.test(words) ? 'refuses' : 'agrees', isLoose: true } : null;
}

/** Whether a header is about another way than e-mail alone, whose values say nothing of mail. */
export const isOfOtherChannel = (header: string): boolean => {
  const words = headerWords(header);
  return OTHER_CHANNEL.test(words) && !/\b(?:email|mail|newsletter|all|any)\b/.test(words);
};

/** The columns of a list of people that speak of consent. A column of ours (`status`) is one of them. */
export function consentColumns(headers: readonly string[]): ConsentColumn[] {
  return headers.flatMap((header, place) => {
    const found = consentRole(header);
    return found ? [{ place, header, ...found }] : [];
  });
}
