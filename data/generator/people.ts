/**
 * The raw material that invented people are made of, by country: names, towns, streets, and telephone ranges that are
 * set aside for fiction (NANPA 555-0100 to 555-0199; Ofcom, Bundesnetzagentur, Arcep, ACMA and PTS drama ranges). No
 * name, address or number here is anybody's.
 */

interface Town {
  readonly city: string;
  readonly region: string;
  readonly postal: string;
}

/** A telephone number in national form: digits with `#` for the ones that vary. */
interface NumberRange {
  readonly national: string;
  /** The national form without its trunk zero, behind the country's code: E.164 with `#`. */
  readonly international: string;
}

export interface Country {
  readonly code: string;
  /** What people write in the country column. The first is the ISO code. */
  readonly spellings: readonly string[];
  readonly currency: string;
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly towns: readonly Town[];
  readonly streets: readonly string[];
  readonly houseFirst: boolean;
  readonly phones: readonly NumberRange[];
}

const words = (text: string): readonly string[] => text.split(' ');
const town = (city: string, region: string, postal: string): Town => ({ city, region, postal });
const range = (national: string, code: string): NumberRange => ({
  national,
  international: `+${code}${national.replace(/[^\d#]/g, '').replace(/^0/, '')}`,
});

const englishGiven = words(
  'Elizabeth William Margaret Robert Katherine James Jennifer Michael Patricia Thomas Deborah Daniel Susan Joseph Rebecca Charles Christine Richard Alexandra Anthony Barbara Edward Abigail Matthew Samantha Benjamin Victoria Nicholas Theresa Andrew Pamela Stephen Cynthia Timothy Judith Gregory Dorothy Samuel Frances Jonathan Olivia Ethan Grace Lucas Chloe Mason Zoe Owen Ruby Noah Hazel Caleb Ivy Felix Nora Silas Maya Jasper Leah Hugo',
);
const englishFamily = words(
  "Abbott Ainsley Barlow Bexley Calloway Carrow Danforth Dunmore Ellery Everhart Fairfax Farrow Galloway Garrick Hadley Holloway Ingram Iverson Jarrett Kearney Kingsley Larkin Lockhart Marlowe Merrick Nettles Norwood Oakley O'Brien O'Hara Pemberton Prescott Quimby Radcliffe Ransome Sedgwick Sinclair Tanner Thorne Underhill Vance Vickers Wainwright Whitlock Yardley Ashcombe Birdwell McDonald McAllister Crowhurst Dellwood Eastlake Fenwick Greaves Hartwell Ives Kettering Langford Mayhew Smith-Jones",
);

const us: Country = {
  code: 'US',
  spellings: ['US', 'United States', 'USA', 'us', 'U.S.A.', 'United States of America'],
  currency: 'USD',
  given: englishGiven,
  family: englishFamily,
  towns: [
    town('Portland', 'OR', '972##'),
    town('Austin', 'TX', '787##'),
    town('Columbus', 'OH', '432##'),
    town('Denver', 'CO', '802##'),
    town('Madison', 'WI', '537##'),
    town('Albany', 'NY', '122##'),
    town('Savannah', 'GA', '314##'),
    town('Boise', 'ID', '837##'),
    town('Springfield', 'IL', '627##'),
    town('Boston', 'MA', '021##'),
  ],
  streets: [
    'Maple Street',
    'Juniper Avenue',
    'Old Mill Road',
    'Harbor Lane',
    'Cedar Court',
    'Quarry Hill Road',
    'Station Street',
    'Larkspur Drive',
    'Orchard Way',
    'Sycamore Place',
  ],
  houseFirst: true,
  phones: ['503', '512', '614', '303', '608', '518', '912', '208', '217', '617', '212', '312', '415', '206'].map(
    (area) => range(`(${area}) 555-01##`, '1'),
  ),
};

const canada: Country = {
  ...us,
  code: 'CA',
  spellings: ['CA', 'Canada', 'CAN', 'canada'],
  currency: 'CAD',
  towns: [
    town('Toronto', 'ON', 'M5V 2T#'),
    town('Halifax', 'NS', 'B3H 1W#'),
    town('Vancouver', 'BC', 'V6B 1A#'),
    town('Winnipeg', 'MB', 'R3C 0V#'),
  ],
  phones: ['416', '902', '604', '204'].map((area) => range(`${area}-555-01##`, '1')),
};

const britain: Country = {
  code: 'GB',
  spellings: ['GB', 'United Kingdom', 'UK', 'Great Britain', 'gb', 'England'],
  currency: 'GBP',
  given: englishGiven,
  family: englishFamily,
  towns: [
    town('London', 'Greater London', 'EC1A #BB'),
    town('Leeds', 'West Yorkshire', 'LS1 #AA'),
    town('Bristol', 'Bristol', 'BS1 #XY'),
    town('Norwich', 'Norfolk', 'NR2 #QD'),
  ],
  streets: ['High Street', 'Church Lane', 'Mill Road', 'Station Road', 'Priory Walk', 'Kiln Lane', 'Weavers Row'],
  houseFirst: true,
  phones: [range('020 7946 0###', '44'), range('0113 496 0###', '44'), range('0117 496 0###', '44')],
};

const germany: Country = {
  code: 'DE',
  spellings: ['DE', 'Germany', 'Deutschland', 'de', 'GERMANY'],
  currency: 'EUR',
  given: words(
    'Anna Lukas Katharina Jonas Elisabeth Maximilian Johanna Friedrich Margarete Tobias Susanne Matthias Ursula Sebastian Franziska Benedikt Annette Florian Jürgen Käthe Björn Greta Emil Frieda Anton Ida Karl-Heinz Hanna Moritz Clara',
  ),
  family: words(
    'Ackermann Brandt Dittmer Eberhard Falkner Gerlach Hagedorn Imhoff Jahnke Kessler Lindner Mertens Nagel Oster Pohlmann Quandt Reinhardt Sommerfeld Tillmann Ulbrich Vollmer Wiegand Zeller Böttcher Dörfler Grünewald Köhler Löffler Mühlbauer Schäfer Täuber Vögele Weidner Bergmann Drescher Engelke Fuhrmann Gebhardt Hartwig Isenberg Kirchner Lehnert Marquardt Neuhaus Overbeck Petersen Rademacher Seidel Thalberg Uhlmann Voss Westphal Ziegler Albers Borchert Claasen Deichmann Ehlers Feldmann Albrecht-Thalmann',
  ),
  towns: [
    town('Berlin', 'Berlin', '101##'),
    town('München', 'Bayern', '803##'),
    town('Köln', 'Nordrhein-Westfalen', '506##'),
    town('Hamburg', 'Hamburg', '203##'),
    town('Frankfurt am Main', 'Hessen', '603##'),
  ],
  streets: ['Lindenstraße', 'Gartenweg', 'Am Alten Markt', 'Bahnhofstraße', 'Mühlengasse', 'Ahornallee', 'Schulstraße'],
  houseFirst: false,
  phones: [
    range('030 23125 ###', '49'),
    range('089 99998 ###', '49'),
    range('0221 4710 ###', '49'),
    range('040 66969 ###', '49'),
    range('069 90009 ###', '49'),
  ],
};

const france: Country = {
  code: 'FR',
  spellings: ['FR', 'France', 'fr', 'FRANCE'],
  currency: 'EUR',
  given: words(
    'Camille Jean-Luc Aurélie Mathieu Hélène Antoine Élodie Guillaume Véronique Théo Manon Baptiste Solène Rémi Geneviève Étienne Sylvie Pascal Noémie Fabrice Anne-Marie Olivier Clémence Damien Margaux Thierry',
  ),
  family: words(
    'Aubertin Beaumont Carpentier Delacourt Escoffier Fontaine Gauthier Hamelin Jourdain Lacroix Marchand Noblet Ouvrard Perrault Quesnel Rousselin Savarin Tessier Vaillant Bélanger Chéreau Désormeaux Félicien Guérin Lefèvre Mérieux Pélissier Thévenot Allard Bourdon Chastain Dupré Ferrand Gaillard Hautecoeur Joubert Lambertin Montclair Navarre Picardin Ravel Sabatier Toussaint Verdier Bonnard Cazenave Drouet Fabron Girardin Larivière',
  ),
  towns: [
    town('Paris', 'Île-de-France', '7501#'),
    town('Lyon', 'Auvergne-Rhône-Alpes', '6900#'),
    town('Nantes', 'Pays de la Loire', '440##'),
  ],
  streets: ['rue des Tilleuls', 'avenue de la Gare', 'rue du Moulin', 'place du Marché', 'chemin des Vignes'],
  houseFirst: true,
  phones: [range('01 99 00 ## ##', '33'), range('02 61 91 ## ##', '33')],
};

const netherlands: Country = {
  code: 'NL',
  spellings: ['NL', 'Netherlands', 'Nederland', 'The Netherlands'],
  currency: 'EUR',
  given: words(
    'Femke Daan Sanne Bram Lotte Thijs Marieke Joost Willemijn Ruben Anouk Sjoerd Tessa Pieter Roos Jeroen Eline Maarten',
  ),
  family: [
    'van der Berg',
    'de Vries',
    'van Dijk',
    "in 't Veld",
    'ter Horst',
    'van den Brink',
    'de Graaf',
    ...words(
      'Bakker Dekker Eijsink Faber Groeneveld Hoekstra Jansma Kuiper Linders Molenaar Noordhof Oosterhuis Postma Rietveld Schipper Terpstra Uittenbogaard Veenstra Wiersma Zijlstra Boersma Dijkgraaf Evertsen Fransen Gerritsma Haverkamp IJzerman Kloosterman Lammers Mulderink Nijhuis Overmars Pronk Riemersma Smeets Tuinman Visscher Witteveen Zandstra Aldershof Brouwers Claassen Duinker',
    ),
  ],
  towns: [town('Utrecht', 'Utrecht', '35## AB'), town('Groningen', 'Groningen', '97## CD')],
  streets: ['Molenstraat', 'Kerkweg', 'Tulpenlaan', 'Havenkade', 'Dorpsstraat'],
  houseFirst: false,
  phones: [],
};

const australia: Country = {
  ...britain,
  code: 'AU',
  spellings: ['AU', 'Australia', 'AUS', 'australia'],
  currency: 'AUD',
  towns: [town('Hobart', 'TAS', '70##'), town('Fremantle', 'WA', '61##'), town('Newcastle', 'NSW', '23##')],
  phones: [range('(02) 5550 ####', '61'), range('(03) 7010 ####', '61')],
};

const sweden: Country = {
  code: 'SE',
  spellings: ['SE', 'Sweden', 'Sverige', 'SWEDEN'],
  currency: 'SEK',
  given: words(
    'Astrid Lars Ingrid Oskar Maja Viktor Elsa Nils Freja Gustav Saga Axel Linnéa Henrik Åsa Göran Märta Sven',
  ),
  family: words(
    'Ahlström Bergqvist Dahlberg Ekdahl Forsgren Grönlund Hedman Isaksson Jönsdal Kjellberg Lindqvist Malmgren Nyström Odelberg Palmquist Rosenlund Sjöholm Tornberg Ullman Vikander Wallin Åkerlund Österdahl Backlund Edström Fagerlund Granath Hallberg Lönnroth Mårdh Norling Rydberg Sandvall Thorsell Wretman Zetterdal Björklund Cederholm Engdahl Friberg Gyllenhammar Hagman Jarlskog Kronlund Lagerby Modin Nordvall Persdal Ramstedt Stenmark',
  ),
  towns: [town('Göteborg', 'Västra Götaland', '411 ##'), town('Uppsala', 'Uppsala', '753 ##')],
  streets: ['Storgatan', 'Björkvägen', 'Hamngatan', 'Skolgatan'],
  houseFirst: false,
  phones: [range('08-465 004 ##', '46'), range('031-390 06 ##', '46')],
};

/** Twenty places, so that a country's share is how often it stands here. */
export const countries: readonly Country[] = [
  ...Array.from({ length: 9 }, () => us),
  canada,
  canada,
  britain,
  britain,
  germany,
  germany,
  germany,
  france,
  netherlands,
  australia,
  sweden,
];

/** Short forms of given names, as a second record of one person often has them. */
export const nicknames: Readonly<Record<string, string>> = {
  Elizabeth: 'Liz',
  William: 'Bill',
  Margaret: 'Peggy',
  Robert: 'Bob',
  Katherine: 'Kate',
  James: 'Jim',
  Jennifer: 'Jenny',
  Michael: 'Mike',
  Patricia: 'Pat',
  Thomas: 'Tom',
  Deborah: 'Debbie',
  Daniel: 'Dan',
  Susan: 'Sue',
  Joseph: 'Joe',
  Rebecca: 'Becky',
  Charles: 'Charlie',
  Christine: 'Chris',
  Richard: 'Dick',
  Alexandra: 'Alex',
  Anthony: 'Tony',
  Barbara: 'Barb',
  Edward: 'Ted',
  Abigail: 'Abby',
  Matthew: 'Matt',
  Samantha: 'Sam',
  Benjamin: 'Ben',
  Victoria: 'Vicky',
  Nicholas: 'Nick',
  Andrew: 'Andy',
  Pamela: 'Pam',
  Stephen: 'Steve',
  Timothy: 'Tim',
  Gregory: 'Greg',
  Samuel: 'Sam',
  Jonathan: 'Jon',
  Katharina: 'Kathi',
  Maximilian: 'Max',
  Elisabeth: 'Elli',
  Sebastian: 'Basti',
};
