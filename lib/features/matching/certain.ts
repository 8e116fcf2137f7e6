/**
 * Whether a pair is certainly one person, so that it may be merged without asking.
 *
 * Certain means: an identifier of the person's own agrees (a birth date, an identifying code, a mailbox of their own), the
 * first name is the same and written out, the generation suffix is the same, and nothing conflicts. What a household or
 * a company shares (a landline, an address, a switchboard, info@, a family's mailbox) is one identifier together and is
 * never enough. A value that stands on records of different people is shared, no matter what it looks like.
 * Things (shops, firms) are certain where their name and two independent identifiers agree.
 */
import { headerWords, isCompany } from './headers.ts';
import { type Compared, type Kind, type LevelName, levelNumber } from './kinds.ts';
import { both } from './levels.ts';
import { firstNameColumn, firstNameSql, m, several, sh, v, x } from './record-columns.ts';
import type { MatchingRules } from './rules.ts';
import { familyWords, joiningWords, longFamilyWords, notFirstNames } from './shared-words.ts';
import { literal } from './values.ts';

/** A test of each column of some kinds, given its place. */
const testsOf = (compared: readonly Compared[], kinds: readonly Kind[], test: (index: number) => string): string[] =>
  compared.flatMap(({ kind }, index) => (kinds.includes(kind) ? [test(index)] : []));

/** SQL that is true where one of the columns of a kind is on one of the levels. */
function anyAt(compared: readonly Compared[], kind: Kind, at: readonly LevelName[]): string {
  const numbers = at.map((name) => levelNumber(kind, name)).filter((number) => number > 0);
  return numbers.length === 0 ? 'false' : either(testsOf(compared, [kind], (i) => `l${i} in (${numbers.join(', ')})`));
}

const either = (tests: readonly string[]): string => (tests.length === 0 ? 'false' : `(${tests.join(' or ')})`);
const one = (test: string): string => `(case when ${test} then 1 else 0 end)`;
const listOf = (words: readonly string[]): string => `[${words.map(literal).join(', ')}]`;

/** SQL that is true where `name` (plain words) starts with a first name that is written out; other scripts have short ones. */
const writtenOut = (name: string): string =>
  `(not regexp_matches(${name}, '^[a-z]( |$)| (${joiningWords}) ') and ` +
  `not list_contains(${listOf(notFirstNames)}, split_part(${name}, ' ', 1)))`;

/** SQL for the words of the mailbox in e-mail column `index`. */
const mailWords = (side: string, index: number): string =>
  `string_split_regex(translate(${side}.${x(index)}, 'äöüéèáàóíñç', 'aoueeaaoinc'), '[^a-z]+')`;

/** SQL that is true where the mailbox in e-mail column `index` is a person's own, for a pair with the same first name. */
function ownMailbox(compared: readonly Compared[], index: number): string {
  const words = mailWords('a', index);
  const letters = `regexp_replace(a.${x(index)}, '[^a-z]', '', 'g')`;
  const first = firstNameSql(compared, 'a');
  const holds =
    `(length(${first}) >= 3 and (list_contains(${words}, ${first}) or starts_with(${letters}, ${first}) or ` +
    `ends_with(${letters}, ${first})))`;
  const role = `len(list_intersect(${words}, getvariable('match_roles'))) > 0 or list_contains(getvariable('match_roles'), a.${x(index)})`;
  const roleFirst = `list_contains(getvariable('match_roles'), list_filter(${words}, w -> w <> '')[1])`;
  const family =
    `len(list_intersect(${words}, ${listOf(familyWords)})) > 0 or ` +
    `regexp_matches(${letters}, '^(${longFamilyWords})|(${longFamilyWords})$')`;
  return both(
    `l${index} = 1 and contains(a.${v(index)}, '@')`,
    `not (${roleFirst}) and (${holds} or not (${role}) and not (${family}) and not a.${sh(index)} and ${ofName(compared, letters)})`,
  );
}

/** SQL that is true unless both records are of a firm and their mailbox (`letters`) has nothing of the name: it may be a role's. */
function ofName(compared: readonly Compared[], letters: string): string {
  const columns = compared.flatMap(({ kind }, index) => (kind === 'surname' || kind === 'fullname' ? [index] : []));
  const company = compared.findIndex((column) => column.kind === 'company' || isCompany(column));
  if (company < 0 || columns.length === 0) return 'true';
  const first = firstNameSql(compared, 'a');
  const names = columns.map((index) => `string_split(a.${v(index)}, ' ')`).join(' || ');
  const holds = `list_bool_or(list_transform(${names}, w -> length(w) >= 3 and contains(${letters}, w)))`;
  const initials = columns.map((i) => `left(${first}, 1) || left(split_part(a.${v(i)}, ' ', -1), 1)`);
  return `(a.${v(company)} is null or b.${v(company)} is null or not regexp_matches(${first}, '^[a-z]') or
    coalesce(${holds}, false) or ${letters} in (${initials.join(', ')}))`;
}

/** SQL for how many identifiers of the person's own agree, by sort. */
function personal(compared: readonly Compared[]): { birth: string; code: string; mailbox: string } {
  const of = (kind: Kind, test: (index: number) => string): string => either(testsOf(compared, [kind], test));
  return {
    birth: of('date', (i) =>
      compared[i]?.personal ? `l${i} = 1 and length(a.${v(i)}) = 8 and not ends_with(a.${v(i)}, '00')` : 'false',
    ),
    code: of('code', (i) => (compared[i]?.personal ? `l${i} = 1 and not a.${sh(i)}` : 'false')),
    mailbox: of('email', (i) => ownMailbox(compared, i)),
  };
}

/** SQL that is true where the whole address agrees: street, house number and place. */
function sameAddress(compared: readonly Compared[]): string {
  const number = compared.some(({ kind }) => kind === 'housenumber')
    ? anyAt(compared, 'housenumber', ['same'])
    : 'true';
  const place = either([anyAt(compared, 'postcode', ['same']), anyAt(compared, 'locality', ['same', 'near'])]);
  return `(${anyAt(compared, 'street', ['same', 'near'])} and ${number} and ${place})`;
}

/** SQL that is true where something agrees that a household or a company shares. */
const sharedAgrees = (compared: readonly Compared[]): string =>
  either([anyAt(compared, 'phone', ['same']), anyAt(compared, 'email', ['same']), sameAddress(compared)]);

/** SQL that is true where two records share an address or a company: a mailbox with another phone was not passed on. */
const liveOrWorkTogether = (compared: readonly Compared[]): string =>
  either([anyAt(compared, 'company', ['same']), sameAddress(compared)]);

/** SQL for how many of the other columns agree, and how many differ. */
function support(compared: readonly Compared[]): { agree: string; differ: string } {
  const counted: readonly Kind[] = ['email', 'phone', 'street', 'locality', 'postcode', 'company', 'middle', 'url'];
  const columns = compared.map((column, index) => ({ ...column, index })).filter(({ kind }) => counted.includes(kind));
  const sum = (test: (index: number, kind: Kind) => string): string =>
    columns.length === 0 ? '0' : columns.map(({ index, kind }) => one(test(index, kind))).join(' + ');
  return {
    agree: sum((i, kind) => `l${i} = 1 or l${i} = ${levelNumber(kind, 'near') || 1}`),
    differ: sum((i, kind) => `l${i} = ${levelNumber(kind, 'other')}`),
  };
}

/** SQL for a written-out first name that is the same, and a surname that is the same or nearly; undefined without first names. */
function namesSql(compared: readonly Compared[]): { first: string; surname: string; surnameSame: string } | undefined {
  const column = firstNameColumn(compared);
  if (column < 0) return undefined;
  const name = `a.${v(column)}`;
  if (compared[column]?.kind === 'fullname') {
    const first = both(`l${column} = 1 and contains(${name}, ' ')`, writtenOut(name));
    return { first, surname: 'true', surnameSame: 'true' };
  }
  const near = testsOf(compared, ['surname'], (i) =>
    both(`l${i} = ${levelNumber('surname', 'near')}`, slipInOneWord(i)),
  );
  const surnameSame = anyAt(compared, 'surname', ['same']);
  return { first: both(`l${column} = 1`, writtenOut(name)), surname: either([surnameSame, ...near]), surnameSame };
}

/** SQL that is true where names differ in one word that is nearly the same: a word more may be a suffix that we do not know. */
function slipInOneWord(index: number): string {
  const alone = (mine: string, other: string): string =>
    `list_filter(string_split(${mine}.${v(index)}, ' '), w -> not list_contains(string_split(${other}.${v(index)}, ' '), w))`;
  const [one, other] = [alone('a', 'b'), alone('b', 'a')];
  return `(len(${one}) = 1 and len(${other}) = 1 and jaro_winkler_similarity(${one}[1], ${other}[1]) >= 0.85)`;
}

/** SQL that is true where a record holds a first name, a surname and a mailbox of the person's own: its copies are one person. */
export function ownCopySql(compared: readonly Compared[], people: boolean): string {
  const names = people ? namesSql(compared) : undefined;
  return names ? both(`${names.first} and ${names.surnameSame}`, personal(compared).mailbox) : 'false';
}

/** SQL that is true where a pair of people shows enough of their own, names and suffix included. */
function personSql(compared: readonly Compared[]): string {
  const names = namesSql(compared);
  if (!names) return 'false';
  const { first, surname, surnameSame } = names;
  const { birth, code, mailbox } = personal(compared);
  const births = testsOf(compared, ['date'], (i) => `l${i} <= 1`);
  const sameBirth = births.length === 0 ? 'true' : `(${births.join(' and ')})`;
  const { agree, differ } = support(compared);
  const enough = [
    `${one(birth)} + ${one(code)} + ${one(mailbox)} >= 2`,
    `${code} and ${surname}`,
    `${mailbox} and ${surname} and ${sameBirth} and (not ${anyAt(compared, 'phone', ['other'])} or ${liveOrWorkTogether(compared)})`,
    `${birth} and ${surname} and ${sharedAgrees(compared)}`,
    `${birth} and ${surnameSame} and (${agree}) >= (${differ})`,
  ];
  return both(`${first} and a.gen = b.gen`, either(enough.map((test) => `(${test})`)));
}

/** SQL that is true where two records of things agree in their name and in two independent identifiers. */
function thingSql(compared: readonly Compared[], rules: MatchingRules): string {
  const single = testsOf(
    compared,
    ['phone', 'code', 'email'],
    (i) => `l${i} = 1 and greatest(a.n${i}, b.n${i}) <= ${rules.commonAbove}`,
  );
  const name = anyAt(compared, 'fullname', ['same']);
  const count = [...single, sameAddress(compared)].map(one).join(' + ');
  return `(${name} and ${count} >= 2)`;
}

/** SQL that is true where records `a` and `b` with levels l0, l1 … show enough to be certain; conflicts aside. */
export function enoughSql(compared: readonly Compared[], rules: MatchingRules, people: boolean): string {
  return people ? personSql(compared) : thingSql(compared, rules);
}

/** SQL that is true where two records conflict in something that can't differ between two records of one person. */
export function conflictSql(compared: readonly Compared[], rules: MatchingRules): string {
  const vetoes = new Set(rules.vetoes.map(headerWords));
  const fixed: Partial<Record<Kind, readonly LevelName[]>> = {
    code: ['other'],
    date: ['other', 'alike', 'partly'],
    given: ['other', 'alike'],
    fullname: ['other', 'alike'],
  };
  const tests = compared.flatMap(({ name, kind, personal: own }, index) => {
    const at: readonly LevelName[] = own ? (fixed[kind] ?? []) : [];
    const veto: readonly LevelName[] = vetoes.has(headerWords(name)) || kind === 'year' ? ['other'] : [];
    const numbers = [...new Set([...at, ...veto])].map((level) => levelNumber(kind, level));
    return numbers.length === 0 ? [] : [`l${index} in (${numbers.join(', ')})`];
  });
  return either([...tests, 'a.gen <> b.gen']);
}

/**
 * SQL that is true where records `a` and `b` are two people no matter what else they share: a veto of the rules, or another
 * generation suffix (one may have none) without a birth date or a code that is the same.
 */
export function vetoSql(compared: readonly Compared[], rules: MatchingRules): string {
  const vetoes = new Set(rules.vetoes.map(headerWords));
  const tests = compared.flatMap(({ name, kind }, index) =>
    vetoes.has(headerWords(name)) ? [`l${index} = ${levelNumber(kind, 'other')}`] : [],
  );
  const { birth, code } = personal(compared);
  return either([...tests, `(a.gen <> b.gen and not ${birth} and not ${code})`]);
}

/** SQL that is true where a mailbox agrees that is a person's own, as far as the data shows: on no records of others, no role. */
function unsharedMailbox(compared: readonly Compared[]): string {
  const tests = testsOf(compared, ['email'], (i) => {
    const words = `string_split_regex(a.${x(i)}, '[^a-z]+')`;
    const ofSeveral = `len(list_intersect(${words}, list_concat(${listOf(familyWords)}, getvariable('match_roles')))) > 0`;
    return both(`l${i} in (1, ${levelNumber('email', 'near')}) and not a.${several(i)}`, `not ${ofSeveral}`);
  });
  return either(tests);
}

/**
 * SQL that is true where what agrees tells a household or a firm, and not one person: the first names differ, and each
 * stands in a mailbox of its own (anna.stone and anne.stone); or nothing of a person's own agrees, and
 * - the first names differ, or are forms of each other (Maria and Marie), at one address or a mailbox of several people; or
 * - one has no first name, at a mailbox of several people; or
 * - their mailboxes at one firm differ in a number (eva.stone1 and eva.stone2); or
 * - beside the names nothing agrees but a mailbox of several people.
 */
export function sharedOnlySql(compared: readonly Compared[], people: boolean): string {
  const column = firstNameColumn(compared);
  const kind = compared[column]?.kind;
  if (!kind || !people) return 'false';
  const own = either([
    anyAt(compared, 'date', ['same', 'near']),
    anyAt(compared, 'code', ['same', 'near']),
    unsharedMailbox(compared),
  ]);
  const mail = anyAt(compared, 'email', ['same', 'near']);
  const otherMail = anyAt(compared, 'email', ['alike', 'other']);
  const otherForm = `${anyAt(compared, kind, ['nickname', 'other'])} and (${mail} or ${otherMail} and ${sameAddress(compared)})`;
  const noName = `l${column} = 0 and ${mail}`;
  const numbered = testsOf(compared, ['email'], (i) => {
    const domain = (side: string): string => `split_part(${side}.${v(i)}, '@', 2)`;
    const another = `a.${m(i)} <> b.${m(i)} and ${domain('a')} = ${domain('b')}`;
    return both(`l${i} = ${levelNumber('email', 'alike')}`, another);
  });
  const firm = compared.flatMap((each, i) => (isCompany(each) ? [`l${i} = 1`] : []));
  const colleagues = `${either(firm)} and ${either(numbered)}`;
  const elsewhere = either([anyAt(compared, 'phone', ['same', 'near']), liveOrWorkTogether(compared)]);
  const nothingElse = `${mail} and not ${elsewhere}`;
  const shared = both(either([otherForm, noName, colleagues, nothingElse].map((test) => `(${test})`)), `not ${own}`);
  const [nameA, nameB] = [firstNameSql(compared, 'a'), firstNameSql(compared, 'b')];
  const twoNames = testsOf(compared, ['email'], (i) => {
    const holds = (side: string, name: string): string => `list_contains(${mailWords(side, i)}, ${name})`;
    const each = [holds('a', nameA), holds('b', nameB), `not ${holds('a', nameB)}`, `not ${holds('b', nameA)}`];
    return both(`l${column} > 1 and l${i} > 1 and ${nameA} <> ${nameB}`, each.join(' and '));
  });
  // Twins share a birth date, but Bob and Robert of one birth date may be one person with two mailboxes.
  const [born, form] = [anyAt(compared, 'date', ['same', 'near']), `l${column} = ${levelNumber(kind, 'nickname')}`];
  const another = `not ${anyAt(compared, 'code', ['same', 'near'])} and not (${form} and ${born})`;
  return either([both(either(twoNames), another), shared]);
}

/**
 * SQL that is true where a person need not be asked about a likely pair: the first names differ outright; something
 * conflicts, and either the probability is not certain or the first names are not the same; or what agrees is shared.
 */
export function notAskedSql(compared: readonly Compared[], rules: MatchingRules, people: boolean): string {
  const column = firstNameColumn(compared);
  const kind = compared[column]?.kind;
  const conflict = conflictSql(compared, rules);
  if (!kind || !people) return `(${conflict} and probability < ${rules.bands.certain})`;
  const differs = anyAt(compared, kind, ['other', 'alike']);
  const doubtful = `${conflict} and (probability < ${rules.bands.certain} or not l${column} = 1)`;
  return either([differs, `(${doubtful})`, sharedOnlySql(compared, people)]);
}

/** SQL for the certain band, over columns `probability`, `enough` and `conflict`. */
export const certainSql = (rules: MatchingRules): string =>
  `(probability >= ${rules.bands.certain} and enough and not conflict)`;

/** SQL that is true where a pair is in one cluster, small enough to be merged without asking. */
export const smallSql = (rules: MatchingRules): string =>
  `left_cluster = right_cluster and cluster_rows <= ${rules.largestCertainCluster}`;
