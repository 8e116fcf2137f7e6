/**
 * Words that name no single person, in fifteen languages and plain letters: where a first name is expected, and in
 * mailboxes. They only keep records from being merged without asking; they never distinguish two records.
 */

/** Stands where a first name is expected and is none: titles, roles, relatives, placeholders. */
export const notFirstNames = (
  'familie family fam famille familia famiglia familien familjen perhe rodzina rodina gezin csalad eheleute ehepaar ' +
  'couple haushalt household team office info sales med phil jur nat ing mba phd md prof dr doctor professor sir lady ' +
  'lord the buero firma company reception empfang accounting buchhaltung praxis herr frau herrn hr fr mr mrs ms mme ' +
  'mlle monsieur madame mademoiselle senor senora sr sra srta senhor senhora sig signor signora dhr mevr mevrouw meneer ' +
  'pan pani panstwo fru herra rouva bay bayan gospodin gospodja kunde kundin customer client cliente klient klant kund ' +
  'guest gast gaest huesped hote user subscriber newsletter friend member owner inhaber manager director direktor ' +
  'directeur gerente geschaeftsfuehrer geschaftsfuhrer admin contact kontakt mama papa mum mom dad oma opa grandma grandpa und ra'
).split(' ');

/** A first name that is two people's: "Peter und Petra". */
export const joiningWords = 'und|and|et|e|y|i|og|och|en|ja|plus|oder|or';

/** Words in a mailbox that several people of a household use. */
export const familyWords = (
  'familie family fam famille familia famiglia familien familjen familj perhe rodzina rodina gezin csalad haushalt ' +
  'household home house haus casa maison dom hogar eltern parents mama papa und and et plus the die les los wir ' +
  'we us our unser wij ons couple'
).split(' ');

/** Those of them that are long enough to be known where nothing parts them from the surname (familieholm). */
export const longFamilyWords = 'familie|family|famille|familia|famiglia|familj|perhe|rodzina|gezin|haushalt|household';

/** Mailboxes that belong to a role: the part before the @, or a word of it. */
export const roleWords = (
  'info admin office sales support contact hello mail team billing accounts accounting finance hr jobs careers ' +
  'marketing press media service help helpdesk webmaster postmaster hostmaster abuse noreply no-reply orders ' +
  'enquiries inquiries reception newsletter kontakt buero vertrieb contacto ventas contatto commerciale bonjour ' +
  'praxis kanzlei empfang rezeption verwaltung einkauf buchhaltung personal zentrale sekretariat shop store ' +
  'secretariat accueil direction administracion administration segreteria amministrazione mailbox frontdesk ' +
  'post firma kontor biuro sklep zamowienia recepcja recepcion recepcao receptie pedidos facturacion compras vendite ' +
  'ordini negozio direzione geral comercial loja financeiro administratie boekhouding bestellingen winkel ' +
  'kundeservice kundtjanst salg bestilling myynti asiakaspalvelu rechnung rechnungen bestellung bestellungen ' +
  'leitung vorstand gf geschaeftsfuehrung redaktion gemeinde verein booking reservations reservierung it edv hallo ' +
  'werkstatt schule restaurant presse pfarramt ordre lager kasse jugend hotel direktion cafe apotheke direktor'
).split(' ');
