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
  'abgemeldet|abmeld|abbestell|austrag|ausgetragen|widerruf|widerspr|werbesperre|mail ?sperre|email sperre|kontaktsperre',
  'gesperrt|sperrliste|sperrvermerk|sperrkennz',
  'kein(?:e|en)? (?:werbung|newsletter|email|mail|kontakt|marketing)|nicht (?:kontakt|anschreib|mail|email)',
  'desabonn|desinscri|ne pas (?:contact|envoy|email|mail)|liste noire|opposition|stop (?:email|pub)',
  'desuscri|dado de baja|baja\\b|no (?:contactar|enviar|molestar)|lista negra|lista robinson|robinson',
  'disiscri|cancellato|non (?:contattare|inviare)|lista nera|revoca',
  'uitgeschreven|uitschrij|afgemeld|afmeld|niet (?:mail|email|contact|benader)|geen (?:mail|email)|zwarte lijst',
  'descadastr|nao (?:contact|contat|enviar|pertur)|opt(?:ou|ar) por sair',
  'avregistr|avmeld|frameld',
  'wypis|rezygn|wyrejestr|nie (?:kontakt|wysyl)|sprzeciw|czarna lista',
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
  'infomail|rundmail|kontakterlaubnis|gemaild|akkoord (?:mail|email|nieuws)',
  '(?:accept|acept|akzept|accett|aceit|akcept|agree)\\w* (?:\\w+ )?(?:email|mail|marketing|newsletter|werb|promo|contact|publi)',
  'gdpr|dsgvo|rgpd|rodo\\b',
  '(?:allow|can|may|ok to|okay to|want)s? (?:we )?(?:to )?(?:be )?(?:email|mail|contact|marketing)',
  '(?:receive|get|send|want)s? (?:me )?(?:\\w+ ){0,3}(?:email|mail|newsletter|offer|promo|marketing)',
  '(?:agree|consent|would like|want|wish) to (?:receive|be contacted|hear)',
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
  '(?:is )?(?:active|enabled|reachable)$',
  'mailing ?lists?|contactab|email channel|channel email|e ?news$|news$|bulletin$|updates?$|akkoord|privacy (?:marketing|consent|ok)',
  'keep me|stay in touch|keep in touch|notify me|sign me up|contact me|receive|(?:may|can) we',
  'souhait|recevoir|erhalten|informiert|recibir|ricevere|ontvangen|receber|otrzymyw|sollicit',
);
const MAILING_LIST = /\bmailing ?lists?\b/g;
/** Beside an agreement such a word turns it into a refusal: "Geen nieuwsbrief", "Newsletter gekündigt". */
const NEGATION = new RegExp(
  String.raw`\b(?:no|not|non|pas|kein\w*|nicht|ohne|geen|niet|zonder|nao|sin|senza|bez|nie|never|stop|` +
    String.raw`cancel\w*|abbestell\w*|gekundigt|disabled|revoked|withdrawn|denied|refused|declined)\b`,
);

/** Stems that stand inside of longer words too: German compounds, names of fields without capitals. */
const REFUSES_INSIDE = new RegExp(
  'unsubscri|blacklist|blocklist|optout|optedout|donotemail|donotcontact|donotmail|dontemail|' +
    'newsletterabmeld|abgemeldet|werbesperre|mailsperre|kontaktsperre|mailingsperre',
);
const AGREES_INSIDE = new RegExp(
  String.raw`optin\b|optedin\b|subscri|subskr|newsletter|einwillig|zustimmung|consent|werbeerlaubnis|` +
    'accepts(?:email|marketing)|marketingemail|emailmarketing|allowemail|emailallowed',
);

/** About another way than e-mail, unless e-mail is named too. */
const OTHER_CHANNEL = any(
  'sms',
  'phone',
  'call',
  'whats ?app',
  'fax',
  'push',
  'letter',
  'mobile',
  'voice',
  'postal',
  'telefon',
  'anruf',
  'viber',
  'rcs',
);
/** What beside such a word says that the column is about something else. */
const NO_STATEMENT = new RegExp(
  String.raw`\b(?:id|ids|ip|url|link|uuid|hash|token|key|page|uri|street|city|zip|country|county|province|` +
    'postal|address line|plan|price|amount|revenue|mrr|currency|invoice|owner|version|lang|language|' +
    String.raw`language code|tax|stripe|paypal|partners?|partenaires?|third part(?:y|ies))\b`,
);
/** An agreement's date, place or wording is no refusal; a refusal's is. */
const ABOUT_AN_AGREEMENT = any(
  '(?:time|date|datum|data|fecha|since|when|timestamp|source|method|text|form|page|ip|reason|campaign|title)\\b',
  '(?:at|on|am|le|il|el|op)$',
  '(?:count|number|anzahl|names?|lists?|tier|types?|platform|via|days?|month|utm|referrer|medium|channel|frequency)\\b',
  '(?:year|created|updated|quelle|expires?|expiry|ends?|starts?|renews?|period|rate|score)\\b',
  // What came of mail that was sent.
  '(?:opened|opens|open rate|delivered|delivery|clicks?|clicked|sent|sends|received|replied|replies|bounces)\\b',
);
/** Mail came back from the address, or a tool holds it back for its quality. */
const CAME_BACK = new RegExp(
  String.raw`\b(?:hard )?bounced?(?: at| date| on| reason| type)?$|\bemail(?: address)? quarantined$|` +
    '^(?:is )?invalid email(?: address)?$|^email(?: address)?(?: is)? invalid$|^emailinvalid$|' +
    String.raw`\b(?:unzustellbar|undeliverable)$`,
);
const STATUS = /(?:\b|anmelde|aanmeld|inschrijf)(?:status|statut|state|estado|stato|stan|zustand)\b/;
const STATUS_OF_MAIL = new RegExp(
  String.raw`\b(?:email|mail|marketing|newsletter|aanmeld\w*|inschrijf\w*|subscri\w*|subskr\w*|abonn\w*|` +
    String.raw`suscri\w*|iscri\w*|inscri\w*|opt|consent\w*|mailing\w*|anmelde?\w*|einwillig\w*)`,
);

/** What a header says; null where it does not speak of consent. */
export function consentRole(header: string): { role: ConsentRole; isLoose?: true } | null {
  const words = headerWords(header);
  if (OTHER_CHANNEL.test(words) && !/\b(?:email|mail|newsletter|all|any)\b/.test(words)) return null;
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
  if (isStatus && /^(?:(?:contact|member|list|user|kontakt|person|lead|customer) )?\w+$/.test(words))
    return { role: 'status', isLoose: true };
  return MAY_AGREE.test(words) ? { role: 'agrees', isLoose: true } : null;
}

/** The columns of a list of people that speak of consent. A column of ours (`status`) is one of them. */
export function consentColumns(headers: readonly string[]): ConsentColumn[] {
  return headers.flatMap((header, place) => {
    const found = consentRole(header);
    return found ? [{ place, header, ...found }] : [];
  });
}
