/** Words that a name's case depends on, all in lower case. Data only: name.ts says what is done with them. */

/** Small words before a family name. Italian di, della and lo are written with a capital, and are not here. */
export const PARTICLES: ReadonlySet<string> = new Set(
  "van von der den de del des dos das da do du ter ten te zu zum zur af av bin binti ibn op 't ’t".split(' '),
);

/** Small only behind "de": de la Cruz, de los Santos; alone they begin a name: La Rocca. */
export const PARTICLES_AFTER_DE: ReadonlySet<string> = new Set(['la', 'las', 'los', 'le', 'l']);

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const DUTCH = words("van der den de ter ten te op 't ’t");
const GERMAN = words('von vom van der den de zu zum zur am');
const SPANISH = words('de del');
const PORTUGUESE = words('de da do das dos');
const FRENCH = words('de du des');
const NORDIC = words('af av von van de');
const ARABIC = words('bin binti ibn');

/**
 * The small words with which a family name may begin, by country. Elsewhere (De Niro, Van Halen) only its owner knows.
 */
export const PARTICLES_BY_COUNTRY: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...['NL', 'SR', 'ZA'].map((country) => [country, DUTCH] as const),
  ...['DE', 'AT', 'CH', 'LI', 'LU'].map((country) => [country, GERMAN] as const),
  ...'ES MX AR CO CL PE VE EC BO PY UY CR PA GT HN SV NI CU DO PR'
    .split(' ')
    .map((country) => [country, SPANISH] as const),
  ...['PT', 'BR', 'AO', 'MZ'].map((country) => [country, PORTUGUESE] as const),
  ['FR', FRENCH],
  ...['DK', 'NO', 'SE', 'FI'].map((country) => [country, NORDIC] as const),
  ...['SA', 'AE', 'KW', 'QA', 'BH', 'OM', 'MY', 'BN', 'SG'].map((country) => [country, ARABIC] as const),
  // Italian names have none: De Luca, Di Stefano, Dal Pozzo.
  ['IT', new Set<string>()],
  ['SM', new Set<string>()],
]);

/** Where d' before a vowel stays small: d'Estaing. Elsewhere it is D'Angelo. */
export const ELIDING_COUNTRIES: ReadonlySet<string> = new Set(['FR', 'MC', 'LU']);

/** Where an i may have a dot or none: I is the capital of ı, İ that of i. */
export const TURKIC_COUNTRIES: ReadonlySet<string> = new Set(['TR', 'AZ']);

/** What stands behind a name, as it is written. */
export const SUFFIXES: ReadonlyMap<string, string> = new Map(
  Object.entries({ ii: 'II', iii: 'III', iv: 'IV', jr: 'Jr', sr: 'Sr', esq: 'Esq', phd: 'PhD', md: 'MD', mba: 'MBA' }),
);

/** Titles and short forms without a vowel, which would pass for initials. */
export const ALWAYS: ReadonlyMap<string, string> = new Map(
  Object.entries({ dr: 'Dr', mr: 'Mr', mrs: 'Mrs', st: 'St', ste: 'Ste', ng: 'Ng' }),
);

/** Names of two letters. Other pairs (AJ, JP, CJ) are initials as likely as not. */
export const SHORT_NAMES: ReadonlySet<string> = new Set(
  (
    'al an bo cy di du ed el ho hu ko ky la le li lo lu ly ma mo my na ni om oz qi ra ro ru si so su ta to ty tu ty ' +
    'vi vo vu wu xi xu ye yi yu ze zu jo'
  ).split(' '),
);

/** Names with Mac and a second capital. Most words that begin with "mac" have none: Macy, Mack, Machado, Maciel. */
export const MAC_NAMES: ReadonlySet<string> = new Set(
  (
    'macalister macallister macarthur macaulay macauley macbeth macbride maccallum maccarthy maccormack macdonald ' +
    'macdonnell macdougall macdowell macduff maceachern macewan macfadyen macfarlane macgillivray macgowan macgregor ' +
    'macguire macinnes macintosh macintyre macisaac maciver mackinnon maclachlan maclaren maclean macleod macmahon ' +
    'macmanus macmillan macmurray macnab macnair macnamara macneil macneill macnicol macphail macpherson macquarie ' +
    'macqueen macrae macsween mactaggart mactavish macvicar macwilliams'
  ).split(' '),
);
