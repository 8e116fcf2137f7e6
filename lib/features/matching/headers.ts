/**
 * What a header says about its column, in the languages that teams write headers in.
 * A hint only: content has the last word (column-kinds.ts). It knows general words, and no file's headers.
 */
import type { Kind } from './kinds.ts';

/** `answer` is the result of an earlier matching, `record` is about the record and not about who it is. */
export type Hint = Kind | 'name' | 'title' | 'birth' | 'answer' | 'record' | 'identifier';

/** Tried from the top; the first whose words stand in the header (as whole words, or all of a phrase's) wins. */
const hints: readonly (readonly [Hint, string])[] = [
  ['answer', 'cluster, cluster id, match probability, is duplicate, duplicate of, ground truth, true id, gold id'],
  [
    'record',
    'created, create, updated, update, modified, changed, imported, timestamp, last activity, last seen, last login, ' +
      'status, stage, score, band, source, tag, tags, segment, campaign, optin, opt, consent, unsubscribed, subscribed, ' +
      'orders, revenue, employees, count, total, amount, balance, price, lifetime, value, engagement, fit, note, notes, ' +
      'enriched, probability, latitude, longitude, lat, lon, lng, rating, reviews, erstellt, geaendert, modifie, creado',
  ],
  ['email', 'email, mail, e mail, correo, courriel, emailaddress, epost'],
  [
    'phone',
    'phone, telephone, tel, mobile, cell, fax, telefon, telefono, handy, mobil, movil, telefone, portable, msisdn, телефон, ' +
      'phonenumber, celular, telefoon, gsm, 电话, هاتف',
  ],
  ['url', 'url, website, web, homepage, domain, site, webseite'],
  [
    'birth',
    'birth, dob, birthday, born, birthdate, dateofbirth, geburtsdatum, geburtstag, geboren, naissance, nacimiento, nascita, ' +
      'nascimento, geboortedatum, рождения, 出生日期, الميلاد',
  ],
  [
    'housenumber',
    'house number, street number, streetnumber, housenumber, hausnummer, hausnr, house no, street no, numero civico',
  ],
  [
    'postcode',
    'postcode, postal code, zip, zipcode, plz, postleitzahl, code postal, codigo postal, cap, postal, pincode, индекс, 邮编',
  ],
  [
    'given',
    'first name, given name, given, firstname, fname, forename, forenames, vorname, prenom, nombre, nombres, voornaam, fornavn, imie, ' +
      'primeiro nome, givenname, имя, 名, الاسم الأول, first',
  ],
  [
    'surname',
    'last name, surname, lastname, lname, family name, nachname, familienname, apellido, apellidos, cognome, achternaam, ' +
      'efternavn, nazwisko, sobrenome, familyname, sname, фамилия, 姓, nom de famille, اسم العائلة, second name',
  ],
  [
    'company',
    'company, organisation, organization, employer, firma, firm, business, unternehmen, entreprise, societe, empresa, azienda, ' +
      'bedrijf, account name, manufacturer, brand, company name, организация, компания',
  ],
  [
    'street',
    'street, address, addr, address1, address2, adresse, strasse, str, rue, calle, direccion, indirizzo, via, endereco, rua, ' +
      'straat, улица, адрес, 地址, العنوان',
  ],
  [
    'locality',
    'city, town, suburb, locality, place, stadt, ort, wohnort, ville, ciudad, citta, cidade, stad, plaats, comune, poblacion, ' +
      'village, город, 城市, المدينة, municipality, commune, bairro',
  ],
  [
    'region',
    'state, region, province, county, country, land, bundesland, pays, pais, paese, provincia, estado, страна, country code, nation',
  ],
  [
    'category',
    'gender, sex, geschlecht, sexe, sexo, salutation, anrede, industry, type, category, class, kind, venue, cuisine, year',
  ],
  ['text', 'description, comment, comments, bio, about, beschreibung, authors, author'],
  [
    'identifier',
    'id, ssn, soc sec id, social security, passport, tax, vat, nif, dni, cpf, iban, account number, licence, license, national, nhs, uid, guid, uuid, code, no, nr, number, key, ref, reference, identifier',
  ],
  ['title', 'title, titel, titre, titulo, headline'],
  [
    'name',
    'name, fullname, nom, naam, nome, nombre completo, имя фамилия, contact, person, customer, kunde, client, 姓名, 名字, الاسم, фио',
  ],
];

/** A header as plain words: `FirstName`, `first_name` and `First-Name` are all `first name`. */
export function headerWords(header: string): string {
  return header
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/ß/g, 'ss')
    .toLowerCase()
    .replace(/([a-z])([0-9])/g, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const table = hints.map(([hint, words]) => ({ hint, words: words.split(', ').map((phrase) => headerWords(phrase)) }));

/** The hint in a header, or undefined where it says nothing known. A whole header goes before a word in it. */
export function headerHint(header: string): Hint | undefined {
  const words = headerWords(header);
  const whole = table.find((row) => row.words.includes(words));
  if (whole) return whole.hint;
  return table.find((row) => row.words.some((phrase) => ` ${words} `.includes(` ${phrase} `)))?.hint;
}
