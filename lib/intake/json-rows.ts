/**
 * The records of a provider's JSON file as rows of cells: what each is for which table, or what is wrong with it.
 */
import { kindWords } from '../snapshot/bounce-kinds.ts';
import { addressesIn } from '../snapshot/unreadable-rows.ts';
import { unwrap } from './formats/envelopes.ts';
import type { Json, Read } from './formats/format.ts';
import { jsonFormatOf } from './formats/registry.ts';
import { type JsonRecord, jsonRecords } from './json-records.ts';

/** The cells of a row, in order. `goes` is the table, `ignored` or `reject`; `word` its kind, type or reason. */
export const STAGED = [
  'line',
  'goes',
  'id',
  'email',
  'word',
  'code',
  'detail',
  'provider',
  'occurred_at',
  'campaign',
  'fault',
  'scope',
  'source',
  'amount',
  'currency',
] as const;

export type Staged = (string | null)[];

/** Which cells of a row are which columns of the table that it goes to. */
export const COLUMNS: Readonly<
  Record<'bounces' | 'events' | 'purchases' | 'suppressions', Readonly<Record<string, (typeof STAGED)[number]>>>
> = {
  bounces: {
    ...{ bounce_id: 'id', email: 'email', kind: 'word', code: 'code', detail: 'detail', provider: 'provider' },
    occurred_at: 'occurred_at',
  },
  events: { event_id: 'id', email: 'email', type: 'word', occurred_at: 'occurred_at', campaign: 'campaign' },
  purchases: { order_id: 'id', email: 'email', ordered_at: 'occurred_at', amount: 'amount', currency: 'currency' },
  suppressions: {
    ...{ email: 'email', scope: 'scope', reason: 'word', suppressed_at: 'occurred_at', source: 'source' },
    note: 'detail',
  },
};

type Cells = Readonly<Record<string, string | null>>;

function staged(line: number, read: Read): Staged {
  const row: Cells = { ...cellsOf(read), line: String(line) };
  return STAGED.map((column) => row[column] ?? null);
}

function cellsOf(read: Read): Cells {
  if ('ignored' in read) return { goes: 'ignored', word: read.ignored };
  if ('fault' in read) return { goes: 'reject', word: read.column, fault: read.fault };
  const cells = Object.entries(COLUMNS[read.table]).map(([column, cell]) => [cell, read.cells[column] ?? null]);
  return { ...Object.fromEntries(cells), goes: read.table };
}

const unknown: Read = { fault: 'not of a provider that we know', column: '' };
const empty: Read = { fault: 'names no address', column: '' };

/**
 * The rows of one file.
 * @param labels gets the names of the formats that were found
 */
export async function* jsonRows(
  path: string,
  name: string,
  labels: Set<string>,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Staged> {
  let line = 0;
  for await (const record of jsonRecords(path, onRead))
    for (const read of readsOf(record, labels, name)) yield staged(++line, read);
}

function readsOf(record: JsonRecord, labels: Set<string>, name: string): Read[] {
  if ('fault' in record) {
    const refusals = refusalsIn(record.text);
    if (refusals.length > 0) labels.add('JSON that was cut off');
    return [...refusals, { fault: record.fault, column: '' }];
  }
  return unwrap(record.value).flatMap((value) => {
    const format = jsonFormatOf(value);
    if (!format) {
      const refusals = refusalsOf(value);
      if (refusals.length > 0) labels.add('JSON of an unknown tool that names who wants no mail');
      return [...refusals, unknown];
    }
    labels.add(format.label);
    const reads = format.read(value, name);
    return reads.length > 0 ? reads : [empty];
  });
}

const REFUSING = ['complaint', 'unsubscribe'] as const;
const IS_ADDRESS = /^[^@\s{}]+@[^@\s{}]+\.[^@\s{}]+$/;
/** Fields that name who sent the mail. */
const OF_THE_SENDER = /from|sender|source|reply|return|owner/i;

const refusal = (email: string, reason: string): Read => ({
  table: 'suppressions',
  cells: { email, scope: 'person', reason, source: 'import', note: 'from a record that could not be read' },
});

/** A record of an unknown tool counts where one of its values is a word that refuses mail, for the addresses in it. */
function refusalsOf(value: Json): Read[] {
  const texts: string[] = [];
  JSON.stringify(value, (key, each: unknown) => {
    if (OF_THE_SENDER.test(key)) return undefined;
    if (typeof each === 'string') texts.push(each);
    return each;
  });
  const letters = new Set(texts.map((text) => text.toLowerCase().replace(/[^a-z]/g, '')));
  const reason = REFUSING.find((kind) => kindWords[kind].some((word) => letters.has(word)));
  if (reason === undefined) return [];
  return [...new Set(texts.filter((text) => IS_ADDRESS.test(text)))].map((email) => refusal(email, reason));
}

/** A record that is cut off counts where a word of it refuses mail, for the addresses in it. */
function refusalsIn(text: string): Read[] {
  const words = new Set(
    text
      .toLowerCase()
      .split(/[^\w-]+/)
      .map((word) => word.replaceAll('_', '')),
  );
  const reason = REFUSING.find((kind) => kindWords[kind].some((word) => words.has(word)));
  if (reason === undefined) return [];
  return addressesIn(text.replace(/\\*"/g, '"')).flatMap((each) =>
    IS_ADDRESS.test(each) ? [refusal(each, reason)] : [],
  );
}
