import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import Papa from 'papaparse';
export interface CsvFile {
  path: string;
  name: string;
  header: string[];
  delimiter: string;
}
export async function openCsv(path: string): Promise<CsvFile> {
  const head = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  const p = Papa.parse<string[]>(head, { preview: 1 });
  return { path, name: basename(path), header: p.data[0] ?? [], delimiter: p.meta.delimiter };
}
export const strictOptions = (f: CsvFile): string =>
  `auto_detect=false, header=true, delim='${f.delimiter}', quote='"', escape='"', strict_mode=true`;
export const needsCare = async (_: CsvFile): Promise<boolean> => false;
export async function strictCopy(f: CsvFile, _out: string): Promise<{ malformed: never[]; options: string }> {
  return { malformed: [], options: strictOptions(f) };
}
export async function createCsv(columns: string[], path: string): Promise<CsvFile> {
  writeFileSync(path, `${columns.join(',')}\n`);
  return openCsv(path);
}
export async function splice(
  f: CsvFile,
  patch: { path: string; columns: readonly string[]; key: string | null },
  out: string,
): Promise<void> {
  const data = Papa.parse<string[]>(readFileSync(f.path, 'utf8'), {
    delimiter: f.delimiter,
    skipEmptyLines: true,
  }).data;
  const header = data[0] as string[];
  const text = readFileSync(patch.path, 'utf8');
  const rows = Papa.parse<string[]>(text.replace(/""(?=,|\n)/g, '"\u0001"'), {
    delimiter: f.delimiter,
    skipEmptyLines: true,
  }).data;
  for (const c of patch.columns) if (!header.includes(c)) header.push(c);
  const at = patch.columns.map((c) => header.indexOf(c));
  const gone = new Set<number>();
  for (const [op, row, , ...cells] of rows) {
    if (op === 'd') {
      gone.add(Number(row) + 1);
      continue;
    }
    const target = op === 'u' ? (data[Number(row) + 1] as string[]) : header.map(() => '');
    cells.forEach((c, i) => {
      if (c !== '') target[at[i] as number] = c === '\u0001' ? '' : c;
    });
    if (op === 'i') data.push(target);
  }
  for (const r of data) while (r.length < header.length) r.push('');
  writeFileSync(
    out,
    `${Papa.unparse(
      data.filter((_, i) => !gone.has(i)),
      { delimiter: f.delimiter, newline: '\n' },
    )}\n`,
  );
}
