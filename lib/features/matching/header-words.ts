/**
 * Words of headers in the languages that teams write headers in: English, German, French, Spanish, Italian, Portuguese,
 * Dutch, Polish, Czech, Swedish, Danish, Norwegian, Finnish, Turkish and Russian, with some of Chinese and Arabic.
 * General words only; no header of any one file. A word with `*` at its end is a stem: words that start with it count.
 */

/**
 * What a header may hint at beside a kind. `answer`: the result of an earlier matching. `record`: about the record and
 * not about who it is. `rowid`: the record's own number. `identifier`: a code that identifies a person.
 */
export type Hint = keyof typeof hints | keyof typeof besideBirth;

/** Tried from the top; the first whose words stand in the header (as whole words, or all of a phrase's) wins. */
export const hints = {
  answer: 'cluster, cluster id, match probability, is duplicate, duplicate of, ground truth, true id, gold id',
  suffix:
    'suffix, name suffix, generation, generation suffix, namenszusatz, namenssuffix, suffixe, sufijo, suffisso, sufixo',
  record:
    'created, create, updated, update, modified, changed, imported, timestamp, last activity, last seen, last login, ' +
    'status, stage, score, band, source, tag, tags, segment, campaign, optin, opt, consent, unsubscribed, subscribed, ' +
    'orders, order, revenue, employees, count, total, amount, balance, price, lifetime, value, engagement, fit, note, ' +
    'notes, enriched, probability, latitude, longitude, lat, lon, lng, rating, reviews, owner, owned, assigned, ' +
    'assignee, agent, rep, salesperson, account manager, manager, joined, join, since, registered, registration, ' +
    'signup, sign up, signed up, purchase, purchased, visit, visited, visits, login, contacted, entered, entry, exported, ' +
    'synced, sync, lead source, channel, medium, referrer, referer, ip, ip address, device, browser, newsletter, utm*, ' +
    'subscription, renewal, expires, expiry, deleted, archived, bounced, clicked, opened, sent, customer since, lead, ' +
    'currency, discount, loyalty points, points, spent, visits, row, random, batch, version, ' +
    'erstellt*, angelegt*, geaendert*, anderung*, aenderung*, bearbeiter*, betreuer*, zustandig*, zustaendig*, ' +
    'beigetreten, beitritt*, eintritt*, mitglied seit, kunde seit, bestell*, umsatz*, letzte*, herkunft, quelle, ' +
    'notiz*, bemerkung*, anmeld*, registriert*, ansprechpartner*, verkaufer*, inhaber, ' +
    'modifie, cree*, creation, inscription*, inscrit*, commande*, derniere*, dernier*, proprietaire*, gestionnaire*, ' +
    'responsable, adhesion*, statut, ' +
    'creado, creacion, modificado, actualizado, alta, fecha alta, registro, pedido*, ultimo*, ultima*, propietario*, ' +
    'asignado*, vendedor*, estado civil, ' +
    'creato, creazione, modificato, iscrizione, iscritto, ordine, ordini, proprietario, assegnato*, ultimo, ' +
    'criado, criacao, atualizado, cadastro, inscricao, dono, ' +
    'aangemaakt, gewijzigd, bestelling*, eigenaar, laatste*, lid sinds, klant sinds, ' +
    'utworzono, zmieniono, zamowien*, wlasciciel, opiekun, ostatni*, vytvoreno, objednavk*, vlastnik, posledni*, ' +
    'skapad, andrad, agare, senaste, medlem sedan, oprettet, ejer, seneste, opprettet, eier, siste, ' +
    'luotu, muokattu, omistaja, viimeisin, tilaus*, olusturulma*, guncelle*, siparis*, sahibi, son, ' +
    'создан*, изменен*, обновлен*, заказ*, владелец*, менеджер*, ответственн*, последн*, дата регистрации',
  email:
    'email, mail, e mail, correo, courriel, emailaddress, epost, eposta, sahkoposti*, mejl*, mailadresse, emailadresse, ' +
    'posta elettronica, почт*, 邮箱, البريد',
  phone:
    'phone, telephone, tel, mobile, cell, fax, telefon*, handy*, mobil*, movil, celular, cellulare, telemovel, portable, ' +
    'msisdn, телефон*, phonenumber, telefoon*, gsm, whatsapp, rufnummer*, komorka, komorkowy, puhelin*, matkapuhelin*, ' +
    '电话, 手机, هاتف',
  url: 'url, website, web, homepage, domain, site, webseite, sitio, sito, strona, hemsida, сайт',
  birth:
    'birth*, dob, bday, born, dateofbirth, geburt*, geboren, naissance, ne le, nacimiento, nacim*, nascita, nato il, ' +
    'nascimento, geboorte*, urodzen*, narozen*, fodelse*, fodsel*, fødsel*, syntyma*, dogum*, рожден*, 出生*, الميلاد',
  housenumber:
    'house number, street number, streetnumber, housenumber, hausnummer, hausnr, house no, street no, numero civico, ' +
    'civico, huisnummer, huisnr, nr domu, numer domu, cislo domu, husnummer, номер дома',
  postcode:
    'postcode, post code, postal code, zip, zipcode, plz, postleitzahl, code postal, codigo postal, cap, cep, postal, ' +
    'pincode, kod pocztowy, psc, postnummer, postnr, postinumero, posta kodu, индекс, 邮编, الرمز البريدي',
  middle:
    'middle name, middle initial, middle, mname, second given name, zweiter vorname, deuxieme prenom, segundo nombre, отчество*',
  given:
    'first name, given name, given, firstname, fname, forename*, vorname*, rufname, prenom*, nombre, nombres, nombre de pila, ' +
    'voornaam, voornamen, fornavn, fornamn, imie, imiona, jmeno, krestni, primeiro nome, nome proprio, etunimi, isim, ' +
    'adi, givenname, christian name, имя, 名, الاسم الأول, first',
  surname:
    'last name, surname*, lastname, lname, family name, nachname*, familienname, zuname, apellido*, cognome, achternaam, ' +
    'efternavn, etternavn, efternamn, nazwisko, prijmeni, sobrenome, apelido, sukunimi, soyad*, soyisim, familyname, ' +
    'sname, фамилия, 姓, nom de famille, اسم العائلة, second name, last',
  company:
    'company, organisation, organization, employer, firma, firm, firmen*, business, unternehmen, arbeitgeber, entreprise, ' +
    'societe, empresa, azienda, ditta, bedrijf*, account name, manufacturer, brand, company name, spolecnost, foretag, ' +
    'yritys, sirket, przedsiebiorstwo, организация, компания',
  street:
    'street, address, addr, address1, address2, adress*, anschrift, strasse*, str, rue, voie, calle, domicilio, ' +
    'direccion, indirizzo, via, endereco, morada, rua, straat*, ulica, ul, adres, ulice, gata, gade, gate, vej, katu*, ' +
    'osoite, sokak, cadde, улица, адрес, 地址, العنوان',
  locality:
    'city, town, suburb, locality, place, stadt, ort, wohnort*, ortschaft, gemeinde, ville, localite, ciudad, localidad, ' +
    'citta, cidade, localidade, stad, plaats, woonplaats, comune, poblacion, miasto, miejscowosc, mesto, obec, ' +
    'postort, by, kaupunki, sehir, ilce, village, город, 城市, المدينة, municipality, commune, bairro',
  region:
    'state, region, province, provinz, county, country, land, bundesland, staat, pays, pais, paese, provincia, estado, ' +
    'departement, kanton, canton, wojewodztwo, kraj, zeme, lan, maa, ulke, страна, область, регион, country code, nation',
  year: 'year, yr, yyyy, jahr, annee, ano, anno, jaar, rok, ar, vuosi, yil, год',
  month: 'month, mm, monat, mois, mes, mese, maand, miesiac, mesic, manad, maned, kuukausi, ay, месяц',
  day: 'day, dd, jour, dia, giorno, dag, dzien, den, paiva, gun, день',
  category:
    'gender, sex, geschlecht, sexe, sexo, sesso, geslacht, plec, salutation, anrede, industry, type, category, class, kind, ' +
    'venue, cuisine, job title, jobtitle, position, role, function, funktion, occupation, profession, beruf, metier, ' +
    'department, abteilung, language, sprache, langue, idioma, lingua, пол',
  text: 'description, comment, comments, bio, about, beschreibung, abstract',
  authors:
    'author, authors, autor, autoren, autores, auteur*, autore, autori, verfasser*, forfatter*, writer, writers, автор, авторы',
  identifier:
    'ssn, soc sec id, soc sec, social security, passport*, tax*, vat, steuer*, nif, dni, nie, cpf, iban, licence, license, ' +
    'national id, national, nhs, insurance, versicher*, sozialversicher*, ausweis*, reisepass*, numero de securite sociale, ' +
    'codice fiscale, bsn, pesel, rodne cislo, personnummer, personal code, person code, cpr, henkilotunnus, ' +
    'kimlik, tckn, инн, снилс, паспорт*',
  rowid: 'id, uid, guid, uuid, no, nr, key, ref, reference, identifier, rec*, index, kundennr, kundennummer, номер',
  number: 'number, nummer, numero, code, num, numer, cislo, numara, account number, код',
  title: 'title, titel, titre, titulo, headline',
  name:
    'name, fullname, full name, nom, naam, nome, navn, namn, nazwa, nimi, ad soyad, nombre completo, nome completo, ' +
    'nome e cognome, nom complet, imie i nazwisko, имя фамилия, contact, person, customer, kunde, kundenname, client, 姓名, 名字, الاسم, фио',
} as const;

/** What stands beside "birth" in a header and makes it something else than a date. */
export const besideBirth = {
  locality:
    'place, birthplace, ort, lieu, luogo, lugar, local, city, town, stadt, ville, ciudad, citta, cidade, geburtsort, ' +
    'geburtsstadt, geboorteplaats, miejsce, misto, ort, sted, fodelseort, fodested, fødested, paikka, ' +
    'syntymapaikka, yeri, место, gemeente',
  region:
    'country, birthcountry, land, geburtsland, pays, paese, pais, state, region, county, province, geboorteland, kraj, ulke, страна',
  maiden:
    'name, birthname, geburtsname, nom, nome, nombre, apellido*, cognome, naam, geboortenaam, nazwisko, prijmeni, namn, ' +
    'navn, nimi, soyadi, фамилия, surname, lastname',
  year: 'year, birthyear, geburtsjahr, annee, ano, anno, jaar, geboortejaar, rok, ar, fodelsear, vuosi, yili, год, yob',
  month:
    'month, birthmonth, geburtsmonat, mois, mes, mese, maand, geboortemaand, miesiac, mesic, manad, kuukausi, месяц',
  day: 'day, birthday, geburtstag, jour, dia, giorno, dag, dzien, den, paiva, gunu, день',
} as const;
