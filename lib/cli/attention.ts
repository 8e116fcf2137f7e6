/**
 * What a first run on a team's own files ends with: the five things that want attention most, by file, column and
 * count. No cell is quoted.
 */
import type { Metrics } from '../core/prepare.ts';
import type { RunResult } from '../run/result.ts';
import type { Store } from '../workbook/store.ts';
import { count, table } from './text.ts';

const MOST = 5;

interface Finding {
  readonly rows: number;
  readonly what: string;
}

/** The lines below the report; none where nothing wants attention. */
export function attentionLines(result: RunResult, kind: Store['kind']): string[] {
  const file = (name: string): string =>
    kind === 'csv' ? `${name}.csv` : `${kind === 'sheets' ? 'tab' : 'table'} "${name}"`;
  const found = [...ofRows(result, file), ...result.jobs.flatMap(({ metrics }) => ofMetrics(metrics, file))];
  const first = found.sort((a, b) => b.rows - a.rows).slice(0, MOST);
  const files = (result.notRead ?? []).map(
    (name) => `  ${name}: not read, and may hold unsubscribes or a table. Import it`,
  );
  if (first.length + files.length === 0) return [];
  return [
    '',
    'What wants attention first:',
    ...files,
    ...table(
      first.map(({ rows, what }) => [rows, what]),
      '  ',
    ),
  ];
}

type FileOf = (table: string) => string;

/** Rows in quarantine and cells that can't be read, of a table or of one of its columns. */
function ofRows({ quarantine, unreadable = {} }: RunResult, file: FileOf): Finding[] {
  const named = (reason: string): string => reason.replace(/^([a-z_]+)(?=[:,])/, (name) => file(name));
  return [
    ...Object.entries(quarantine).map(([reason, rows]) => ({ rows, what: `rows in quarantine, ${named(reason)}` })),
    ...Object.entries(unreadable).map(([reason, rows]) => ({ rows, what: `cells unreadable, ${named(reason)}` })),
  ];
}

const ADDRESSES: Readonly<Record<string, string>> = {
  invalid: 'addresses are invalid and get no mail',
  risky: 'addresses are risky; "email_note" says why',
  'no address': 'contacts have no address',
};

function ofMetrics({ addresses, unknownEvents }: Metrics, file: FileOf): Finding[] {
  const counts = Object.entries((addresses ?? {}) as Readonly<Record<string, number>>);
  const { events = 0, types = 0 } = (unknownEvents ?? {}) as { readonly events?: number; readonly types?: number };
  return [
    ...counts.flatMap(([status, rows]) =>
      ADDRESSES[status] ? [{ rows, what: `${file('contacts')}, column "email": ${ADDRESSES[status]}` }] : [],
    ),
    ...(events > 0
      ? [{ rows: events, what: `${file('events')}, column "type": ${count(types)} types that no scoring rule knows` }]
      : []),
  ];
}
