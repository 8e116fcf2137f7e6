/**
 * The records of a provider's JSON file as rows of cells: what each is for which table, or what is wrong with it.
 */
import { kindWords } from '../snapshot/bounce-kinds.ts';
import { addressesIn } from '../snapshot/unreadable-rows.ts';
import { unwrap } from './formats/envelopes.ts';
import type { Read } from './formats/format.ts';
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

function staged(line: number, read: Read): Staged {
  const at = String(line);
  const of = (cells: Readonly<Record<string, string | null>>): Staged => STAGED.map((column) => cells[column] ?? null);
  if ('ignored' in read) return of({ line: at, goes: 'ignored', word: read.ignored });
  if ('fault' in read) return of({ line: at, goes: 'reject', word: read.column, fault: read.fault });
  const { cells, table } = read;
  return of({
    ...cells,
    line: at,
    goes: table,
    id: cells.bounce_id ?? cells.event_id ?? cells.order_id ?? null,
    word: cells.kind ?? cells.type ?? cells.reason ?? null,
    detail: cells.detail ?? cells.note ?? null,
    occurred_at: cells.occurred_at ?? cells.suppressed_at ?? cells.ordered_at ?? null,
  });
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
    if (!format) return [unknown];
    labels.add(format.label);
    const reads = format.read(value, name);
    return reads.length > 0 ? reads : [empty];
  });
}

/** A record that is cut off still counts where it names an address and a word of it refuses mail. */
function refusalsIn(text: string): Read[] {
  const words = new Set(
    text
      .toLowerCase()
      .split(/[^\w-]+/)
      .map((word) => word.replaceAll('_', '')),
  );
  const reason = (['complaint', 'unsubscribe'] as const).find((kind) =>
    kindWords[kind].some((word) => words.has(word)),
  );
  if (reason === undefined) return [];
  const found = addressesIn(text.replace(/\\*"/g, '"')).filter((each) => /^[^@\s{}]+@[^@\s{}]+\.[^@\s{}]+$/.test(each));
  return found.map((email) => ({
    table: 'suppressions',
    cells: { email, scope: 'person', reason, source: 'import', note: 'from a record that could not be read' },
  }));
}
