/**
 * Runs the examples that stand beside each list: lays their made-up contacts out in an engine, asks who is on the list,
 * and tells which are wrong. It judges no list by anything else.
 */
import { sql } from '../../lib/core/sql.ts';
import { contactColumns } from '../../lib/features/segments/check.ts';
import { segmentInputQuery } from '../../lib/features/segments/input.ts';
import {
  checkLists,
  type Example,
  type ListRule,
  membershipQuery,
  type Segment,
} from '../../lib/features/segments/lists.ts';
import { isDay, parseAge } from '../../lib/features/segments/when.ts';
import { engineWith, type Rows } from './engine-tables.ts';

/** An example that its list gets wrong. */
export interface Failure {
  readonly list: string;
  readonly expected: 'in' | 'out';
  readonly example: Example;
}

/** The day on which all examples play, at noon. */
const examplesDay = '2026-11-22';
const asOf = new Date(`${examplesDay}T12:00:00Z`);

/** What `domains` holds when examples run: a mail provider's is free mail, example.com's kind is none. */
const domains = [
  { domain: 'gmail.com', kind: 'free-mail' },
  { domain: 'freemail.example', kind: 'free-mail' },
  { domain: 'throwaway.example', kind: 'disposable' },
];

/** Every example of every list that comes out wrong. Throws where a list itself is wrong. */
export async function runExamples(rules: readonly ListRule[]): Promise<Failure[]> {
  const extra = rules.flatMap(({ examples }) => [...examples.in, ...examples.out].flatMap(Object.keys));
  const columns = new Map([...contactColumns(), ...extra.map((column): [string, string] => [column, column])]);
  const { segments, wrong } = checkLists(rules, { columns });
  if (wrong.length > 0) throw new Error(wrong.flatMap(({ problems }) => problems).join('\n'));
  const failures: Failure[] = [];
  for (const segment of segments) failures.push(...(await runList(segment, extra)));
  return failures;
}

async function runList(segment: Segment, extra: readonly string[]): Promise<Failure[]> {
  const cases = (['in', 'out'] as const).flatMap((expected) =>
    segment.examples[expected].map((example) => ({ list: segment.name, expected, example })),
  );
  const none = Object.fromEntries(extra.filter((column) => !happened.includes(column)).map((column) => [column, null]));
  const engine = await engineWith({
    domains,
    contacts: cases.map(({ example }, i) => ({ ...none, ...contact(example, i) })),
    events: cases.flatMap(({ example }, i) => events(example, i)),
    purchases: cases.flatMap(({ example }, i) => purchases(example, i)),
  });
  try {
    const input = segmentInputQuery([segment.members], asOf);
    await engine.run(sql`create table segment_input as ${input}`);
    const members = new Set((await engine.rows(membershipQuery(segment, asOf))).map((row) => row.contact_id));
    return cases.filter(({ expected }, i) => members.has(`c${i}`) !== (expected === 'in'));
  } finally {
    engine.close();
  }
}

const happened = ['clicks', 'events', 'purchases'];

function contact(example: Example, i: number): Rows[number] {
  const own = Object.entries(example).filter(([column]) => !happened.includes(column));
  const cells = own.map(([column, value]) => [column, cell(column, value)]);
  const defaults = { email: `c${i}@example.com`, status: 'subscribed', email_status: 'valid' };
  return { ...defaults, ...Object.fromEntries(cells), contact_id: `c${i}` };
}

function cell(column: string, value: unknown): string | number | null {
  if (value === null || typeof value === 'number') return value;
  if (typeof value !== 'string') throw new Error(`An example's "${column}" is neither text nor a number.`);
  return /^\d+ \w+ ago$/.test(value) ? moment(value) : value;
}

function events(example: Example, i: number): Rows {
  const clicks = (example.clicks ?? []).map((at) => ({ type: 'click', at }));
  return [...clicks, ...(example.events ?? [])].map(({ type, at }, n) => ({
    event_id: `e${i}-${n}`,
    contact_id: `c${i}`,
    type,
    occurred_at: moment(at),
  }));
}

const purchases = (example: Example, i: number): Rows =>
  (example.purchases ?? []).map(({ amount, at, currency }, n) => ({
    order_id: `o${i}-${n}`,
    contact_id: `c${i}`,
    amount,
    currency,
    ordered_at: moment(at),
  }));

/** Noon of the day meant by '12 days ago' or '2026-01-31'. */
function moment(ago: string): string {
  if (isDay(ago)) return `${ago} 12:00:00`;
  const age = parseAge(ago.replace(/ ago$/, ''));
  if (!age || !ago.endsWith(' ago')) throw new Error(`"${ago}" in an example: expected '12 days ago' or '2026-01-31'.`);
  const day = new Date(asOf);
  if ('days' in age) day.setUTCDate(day.getUTCDate() - age.days);
  else day.setUTCMonth(day.getUTCMonth() - age.months);
  return day.toISOString().replace('T', ' ').replace('Z', '');
}
