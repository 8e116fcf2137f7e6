/**
 * Lists as marketers declare them, and what the run needs of them: checked, in an order in which each stands after the
 * lists that it asks for, and each as one query. A list that is wrong, or asks for one that is, is held by itself with
 * its reasons; the others go on. Decides nothing about guards.
 */

import * as z from 'zod';
import type { Trial } from '../../core/job.ts';
import { faultInWords, shown } from '../../core/rules.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { nearest } from '../../core/text/nearest.ts';
import { type Columns, checkCondition, contactColumns } from './check.ts';
import { compile } from './compile.ts';
import { type Condition, mapTests, testsIn, words } from './condition.ts';
import { segmentInputQuery } from './input.ts';

/** A moment in an example: '12 days ago' (months, weeks and years too), or a date. */
type Ago = string;

/**
 * A contact made up to show what a list means: any columns of contacts, and what happened. `clicks: ['12 days ago']` is
 * short for events of type click. Left out, the address is valid and the status is subscribed.
 */
export interface Example {
  readonly clicks?: readonly Ago[];
  readonly events?: readonly { readonly type: string; readonly at: Ago }[];
  readonly purchases?: readonly { readonly amount: number; readonly at: Ago; readonly currency?: string }[];
  readonly [column: string]: unknown;
}

/** A list as written in jobs/rules/segments.ts. */
export interface ListRule {
  readonly name: string;
  readonly description: string;
  /** Meant for mailings: it holds only contacts that may be mailed, with any `where`. */
  readonly sending: boolean;
  readonly where: Condition;
  /** Who is in and who is out, on the day of asking. They run as tests. */
  readonly examples: { readonly in: readonly Example[]; readonly out: readonly Example[] };
}

/** A checked list. `members` is its whole condition: `where`, lists it asks for put in place, and mailability. */
export interface Segment extends ListRule {
  readonly members: Condition;
}

/** A list that must be held, and every reason why. */
export interface WrongList {
  readonly name: string;
  readonly problems: readonly string[];
}

const shape = z.strictObject({
  name: words(`a list's name`),
  description: words('a sentence that says whom the list holds'),
  sending: z.boolean({ error: (issue) => `sending: found ${shown(issue.input)}. Expected true or false` }),
  where: z.unknown(),
  examples: z.strictObject(
    { in: z.array(z.record(z.string(), z.unknown())), out: z.array(z.record(z.string(), z.unknown())) },
    { error: (issue) => `examples: found ${shown(issue.input)}. Expected { in: [ … ], out: [ … ] }` },
  ),
});

/** What the lists are checked against. */
export interface Known {
  /** The columns that the engine's contacts table has; those of every workbook, unless given. */
  readonly columns?: Columns;
  readonly bands?: readonly string[];
  /** The engine's message for lists whose rules it refuses, by the list's name. */
  readonly refused?: ReadonlyMap<string, string>;
  /** All names of types of events; each stands for itself alone, unless given. */
  readonly eventNames?: (types: readonly string[]) => readonly string[];
}

/** Checks all lists. `segments` come in an order in which each stands after those it asks for. */
export function checkLists(rules: readonly unknown[], known: Known = {}): { segments: Segment[]; wrong: WrongList[] } {
  const wrong: WrongList[] = [];
  const lists = new Map<string, Read>();
  rules.forEach((input, i) => {
    const read = readList(input, i, known);
    const twin = lists.get(read.rule.name);
    if (twin) twin.problems.push(`List "${read.rule.name}": two lists have this name. Rename one.`);
    else lists.set(read.rule.name, read);
  });
  const segments = new Map<string, Segment | null>();
  for (const [name, { problems }] of lists) {
    resolve(name, lists, segments, []);
    if (problems.length > 0) wrong.push({ name, problems });
  }
  return { segments: [...segments.values()].filter((segment) => segment !== null), wrong };
}

type Read = ReturnType<typeof readList>;

function readList(input: unknown, index: number, known: Known) {
  const result = shape.safeParse(input, { error: faultInWords, reportInput: true });
  const { name: given, where } = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const name = typeof given === 'string' && given.trim() !== '' ? given.trim() : `number ${index + 1}`;
  const place = `List "${name}"`;
  const problems = result.success ? [] : result.error.issues.map((issue) => `${place}: ${issue.message}.`);
  const { refused, eventNames, ...scope } = { columns: contactColumns(), ...known };
  const checked = checkCondition(where, place, { ...scope, history: true }, problems);
  const message = refused?.get(name);
  if (message !== undefined) problems.push(`${place}: its rule can't be run: ${message}.`);
  const asWritten: Condition = checked ?? { any: [] };
  const members = eventNames ? underAllNames(asWritten, eventNames) : asWritten;
  const rule: ListRule = { ...(result.data as ListRule), name, where: members };
  return { rule, problems };
}

/** Resolves a list after those it asks for; `path` is how we came here. */
function resolve(
  name: string,
  lists: ReadonlyMap<string, Read>,
  segments: Map<string, Segment | null>,
  path: readonly string[],
): Segment | null {
  const known = segments.get(name);
  if (known !== undefined) return known;
  const read = lists.get(name);
  if (!read) return null;
  if (path.includes(name)) {
    const circle = [...path.slice(path.indexOf(name)), name].map((step) => `"${step}"`).join(' → ');
    for (const step of path.slice(path.indexOf(name))) {
      lists.get(step)?.problems.push(`List "${step}" asks for itself in a circle: ${circle}. Take one memberOf() out.`);
    }
    return null;
  }
  const needs = [...testsIn(read.rule.where)].flatMap((test) => (test.test === 'list' ? [test.name] : []));
  const members = new Map<string, Condition>();
  for (const need of new Set(needs)) {
    const other = resolve(need, lists, segments, [...path, name]);
    if (other) members.set(need, other.members);
    else read.problems.push(...missing(name, need, lists, read.problems));
  }
  const segment = read.problems.length > 0 ? null : { ...read.rule, members: whole(read.rule, members) };
  segments.set(name, segment);
  return segment;
}

function missing(name: string, need: string, lists: ReadonlyMap<string, Read>, problems: readonly string[]): string[] {
  if (problems.some((problem) => problem.includes('in a circle'))) return [];
  if (lists.has(need)) return [`List "${name}" asks for the list "${need}", which is held.`];
  const near = nearest(need, [...lists.keys()]);
  return [`List "${name}" asks for the list "${need}", which does not exist.${near ? ` Did you mean "${near}"?` : ''}`];
}

function whole(rule: ListRule, lists: ReadonlyMap<string, Condition>): Condition {
  const where = placed(rule.where, lists);
  return rule.sending ? { all: [{ test: 'mailable' }, where] } : where;
}

/** A condition with every reference to a list replaced by that list's own condition. */
export const placed = (condition: Condition, lists: ReadonlyMap<string, Condition>): Condition =>
  mapTests(condition, (test) => (test.test === 'list' ? (lists.get(test.name) ?? test) : test));

/** A condition that finds events under every name of their types. */
const underAllNames = (condition: Condition, namesOf: (types: readonly string[]) => readonly string[]): Condition =>
  mapTests(condition, (test) => {
    if (test.test === 'event') return { ...test, types: namesOf(test.types) };
    const isOfEvents = (test.test === 'first' || test.test === 'last') && test.of !== 'purchase';
    return isOfEvents ? { ...test, of: namesOf(test.of as readonly string[]) } : test;
  });

/** The contact_id of every member of a list, read from the table `segment_input` (see input.ts). */
export const membershipQuery = (segment: Segment, asOf: Date): Sql =>
  sql`select c.contact_id from segment_input as c where ${compile(segment.members, asOf)}`;

/** A query for each list that is as hard to understand as the list is, without the lists that it asks for. */
export const trials = (segments: readonly Segment[], asOf: Date): Trial[] =>
  segments.flatMap(({ name, where }) => {
    const tests = [...testsIn(where)].filter(({ test }) => test !== 'list');
    if (tests.length === 0) return [];
    const query = sql`
      with domains as (select '' as domain, '' as kind), segment_input as (${segmentInputQuery(tests, asOf)})
      select count(*) as n from segment_input as c where ${compile({ all: tests }, asOf)}`;
    return [{ part: name, query }];
  });
