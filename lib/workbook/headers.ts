/**
 * Which header stands for which column: without case, with spaces, `-` and `_` alike, and with the names that other
 * tools use. Refuses to guess: a header that is not known is an unknown column, kept as it is.
 */
import { NightshiftError } from '../core/errors.ts';
import { type TableName, tableNames, tableOf } from '../core/tables.ts';
import { nearest } from '../core/text/nearest.ts';

/** `Contact ID`, `contact-id` and `CONTACT_ID` are all `contact_id`. Also the SQL name of an unknown column. */
export const normalHeader = (header: string): string =>
  header
    .normalize('NFC')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');

/** Names divided by spaces and line ends. */
export const namesIn = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Names of contacts' columns in other tools and languages, as `normalHeader` gives them. What one tool alone calls
 * otherwise stands in its format (lib/intake/formats).
 */
const namesOfColumns: Readonly<Record<string, string>> = {
  email: `email_address e_mail e_mail_address mail emailaddress primary_email work_email contact_email email_1 e_mail_1_value
    e_mail_adresse email_adresse emailadresse mailadresse adresse_e_mail adresse_email adresse_mail courriel correo
    correo_electronico correo_electrónico e_mailadres indirizzo_email indirizzo_e_mail endereco_de_email adres_e_mail
    adres_email customer_email
    subscriber_email user_email person_email e_post epost e_postadress e_postadresse`,
  first_name:
    'firstname given_name fname first vorname prenom prénom nombre nome voornaam imie imię name_first förnamn fornavn',
  last_name:
    'lastname surname family_name lname last nachname familienname nom_de_famille apellido apellidos cognome ' +
    'achternaam nazwisko sobrenome name_last efternamn etternavn efternavn',
  phone: `phone_number telephone mobile_phone_number mobile mobile_phone work_phone phone_1_value telefon telefonnummer handy mobil
    téléphone telephone_portable teléfono telefono telefone telefoon tel sms whatsapp`,
  company:
    'company_name organization organisation organization_name organization_1_name account_name employer ' +
    'firma unternehmen entreprise société empresa azienda bedrijf',
  job_title:
    'title jobtitle position organization_1_title organization_title beruf poste puesto cargo functie stanowisko',
  website: 'website_url web_site url',
  address: 'street_address street address_1 address1 address_line_1 mailing_street strasse straße rue calle ulica',
  city: 'mailing_city town ort stadt ville ciudad città citta cidade stad miasto',
  region: 'state state_region province mailing_state county bundesland région provincia provincie',
  postal_code:
    'zip zip_code postcode postalcode mailing_zip mailing_postal_code plz postleitzahl code_postal codigo_postal código_postal cap',
  country: 'country_region cc mailing_country country_code land pays país pais paese kraj',
  birth_date: 'date_of_birth birthday birthdate geburtsdatum geburtstag date_de_naissance',
  created_at: `optin_time create_date created created_on created_date created_time date_created date_added added_time signup_date
    signed_up_at subscribed_at subscription_date join_date joined_at date_joined first_seen erstellt_am angelegt_am`,
  updated_at:
    'last_changed last_modified_date modified_time last_modified last_updated updated date_updated modified_date',
  last_activity_at: 'last_activity_date last_activity last_active last_seen_at last_seen',
  contact_id: 'leid euid record_id contact_id person_id subscriber_id',
  employees: 'number_of_employees employee_count company_size mitarbeiter mitarbeiterzahl anzahl_mitarbeiter',
  annual_revenue: 'jahresumsatz umsatz',
  source: 'lead_source original_source utm_source',
  industry: 'branche sector',
};

const contactAliases: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(namesOfColumns).flatMap(([column, names]) => namesIn(names).map((name) => [name, column])),
);

const tableColumns = new Set(tableNames.flatMap((table) => Object.keys(tableOf(table).columns)));

/** Whether a header is a column of any table, by its own or another name. */
export const isKnownName = (header: string): boolean => {
  const name = normalHeader(header);
  return tableColumns.has(name) || name in contactAliases;
};

/**
 * Words beside "email" in the header of a person's own address: "Invitee Email", "What's your email?", "Billing
 * Email".
 */
const BESIDE_EMAIL = new RegExp(
  String.raw`\b(?:what|whats|s|is|are|your|the|a|my|please|enter|provide|valid|best|address|addresses|` +
    'primary|main|preferred|work|business|personal|private|contact|customer|billing|invitee|attendee|' +
    'guest|buyer|participant|registrant|student|donor|member|client|user|lead|recipient|subscriber|' +
    'person|company|de|votre|ihre|deine|bitte|correo|electronico|tu|su|o|seu|sua|la|tua|il|tuo|je|' +
    String.raw`twoj|adres|adresse|indirizzo|endereco|direccion|privat|geschaftlich)\b`,
  'g',
);

/** Whether a header names a person's e-mail address. */
export const isAddressName = (header: string): boolean => {
  const name = normalHeader(header);
  if (name === 'email' || contactAliases[name] === 'email') return true;
  const words = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('_', ' ')
    .replace(/\be mail\b/g, 'email');
  return words.length <= 60 && words.replace(BESIDE_EMAIL, ' ').trim() === 'email';
};

/**
 * A table's columns must be found before any job may run; `known` says what there is, `missing` what there should be.
 */
export class HeaderError extends NightshiftError {
  override name = 'HeaderError';
  override readonly outward =
    'A table’s header row is not as expected: a column that is needed is missing, or two have one name.';
}

/**
 * Finds the columns of a table among its headers.
 * @param extra the workbook's own aliases, header → column (rules)
 * @returns column → header text. The first alias that is there counts; the column's own name comes before any alias.
 */
export function findColumns(
  table: TableName,
  headers: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Map<string, string> {
  const known = tableOf(table).columns;
  const aliases: Record<string, string> = {
    ...(table === 'contacts' || table === 'archive' ? contactAliases : {}),
    ...Object.fromEntries(Object.entries(extra).map(([header, column]) => [normalHeader(header), column])),
  };
  const found = new Map<string, string>();
  for (const header of headers) {
    const column = normalHeader(header);
    if (column in known && !found.has(column)) found.set(column, header);
  }
  for (const header of headers) {
    const column = aliases[normalHeader(header)];
    if (column && column in known && !found.has(column)) found.set(column, header);
  }
  if (table === 'contacts') addUncommon(headers, found);
  return found;
}

/** Adds an address under an uncommon header, and the last name of a list that calls it "Name" beside "Vorname". */
function addUncommon(headers: readonly string[], found: Map<string, string>): void {
  const address = headers.find(isAddressName);
  if (!found.has('email') && address !== undefined) found.set('email', address);
  if (
    found.has('last_name') ||
    !/^(?:vorname|pr[eé]nom|voornaam|imi[eę])$/i.test(found.get('first_name')?.trim() ?? '')
  )
    return;
  const last = headers.find((header) => /^(?:name|nom|naam)$/i.test(header.trim()));
  if (last !== undefined) found.set('last_name', last);
}

/** Columns without which a table says nothing. A contact's id can be worked out; everything else needs its key. */
const required: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  contacts: ['email'],
  events: ['event_id', 'type', 'occurred_at'],
  bounces: ['bounce_id', 'email', 'occurred_at'],
  purchases: ['order_id', 'ordered_at', 'amount'],
};

/** An address, a phone number, an order number. */
const looksLikeData = (header: string): boolean => /@.+\.|\d{5}/.test(header) || header.length > 60;

/** A column's own name, and the other names of it that are long enough to be known again when they are mistyped. */
const namesOf = (table: TableName, column: string): string[] => [
  column,
  ...(table === 'contacts' ? Object.keys(contactAliases) : []).filter(
    (name) => contactAliases[name] === column && name.length > 4,
  ),
];

/**
 * Throws a `HeaderError` that lists the headers found and the nearest name, where a required column is missing. A row
 * in which no column is known may be a row of data, where a name or a street looks like any header: nothing of it goes
 * into the message.
 */
export function requireColumns(
  table: TableName,
  label: string,
  headers: readonly string[],
  found: ReadonlyMap<string, string>,
  looksLike?: string,
): void {
  const missing = (required[table] ?? tableOf(table).key).filter((column) => !found.has(column));
  const noOwner = (table === 'events' || table === 'purchases') && !found.has('contact_id') && !found.has('email');
  if (noOwner) missing.push('contact_id" or "email');
  if (missing.length === 0) return;
  if (looksLike !== undefined) {
    // A job writes to the table's own file, so that another tool's can't have its name.
    const rename =
      table === 'bounces' || table === 'suppressions'
        ? `Rename it, for example to other-${table}.csv: every run then reads it beside the contacts. Or move it`
        : 'Move it';
    throw new HeaderError(
      `${label} looks like ${looksLike}, not like the table ${table}. ${rename} to the folder "inbox" beside the ` +
        'workbook, which is imported before the next batch; or move it elsewhere and run: npx nightshift import ' +
        'FILE.',
    );
  }
  const isData = found.size === 0 || headers.some(looksLikeData);
  const faults = missing.map((column) => {
    const near = namesOf(table, column)
      .map((name) => nearest(name, headers))
      .find((name) => name !== null);
    if (!near) return `No column "${column}" in ${label}.`;
    const hint = isData ? `Is its column ${headers.indexOf(near) + 1} meant?` : `Did you mean "${near}"?`;
    return `No column "${column}" in ${label}. ${hint}`;
  });
  const there = isData
    ? `None of the ${headers.length} cells in its first row may be shown: they look like data. Put a row of ` +
      'column names above them, or rename a column'
    : `Its columns are: ${headers.join(', ')}. Rename one`;
  throw new HeaderError(`${faults.join(' ')} ${there}, or add the alias in jobs/rules/workbook.ts.`);
}
