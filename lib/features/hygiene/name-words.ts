/** Words that a name's case depends on, all in lower case. Data only: name.ts says what is done with them. */

/** Small words before a family name. Italian di, della and lo are written with a capital, and are not here. */
export const PARTICLES: ReadonlySet<string> = new Set(
  "van von der den de del des dos das da do du ter ten te zu zum zur af av bin binti ibn op 't ’t".split(' '),
);

/** Small only behind "de": de la Cruz, de los Santos; alone they begin a name: La Rocca. */
export const PARTICLES_AFTER_DE: ReadonlySet<string> = new Set(['la', 'las', 'los', 'le', 'l']);

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
    'al an bo cy di du ed el ho hu ko ky la le li lo lu ly ma mo my na ni om oz qi ra ro ru si so su ta to ty tu ty vi vo ' +
    'vu wu xi xu ye yi yu ze zu jo'
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
