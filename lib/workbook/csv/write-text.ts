/** Rows of a store as the strict CSV text that the engine reads: columns c0, c1, … */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { CsvText } from '../table-text.ts';
import { encodeCell } from './cell.ts';
import { strictOptions } from './strict-options.ts';

type Page = readonly (readonly (string | null)[])[];
type Pages = Iterable<Page> | AsyncIterable<Page>;

/** Writes rows to `path`; their columns are under `headers`. */
export async function writeText(pages: Pages, headers: readonly string[], path: string): Promise<CsvText> {
  const hash = createHash('sha256');
  const out = createWriteStream(path);
  let rows = 0;
  const write = async (text: string): Promise<void> => {
    hash.update(text);
    if (!out.write(text)) await once(out, 'drain');
  };
  await write(`${headers.map((_, i) => `c${i}`).join(',')}\n`);
  for await (const page of pages) {
    rows += page.length;
    // A record of one empty cell would be a blank line, which is no record.
    const lines = page.map((row) => row.map((cell) => encodeCell(cell ?? '', ',')).join(',') || '""');
    if (lines.length > 0) await write(`${lines.join('\n')}\n`);
  }
  out.end();
  await finished(out);
  const options = strictOptions({ header: [...headers], delimiter: ',' }, false);
  return { path, options, rows, hash: hash.digest('hex'), malformed: [] };
}
