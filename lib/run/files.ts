/**
 * The files that jobs make, `exports/NAME.csv` beside the workbook: staged while the engine stands, and put in their
 * places once the run's landing is done, so that no export shows what did not land. Each appears whole, with
 * `NAME.csv.json` beside it: rows and checksum. A file that would be the same is not written again.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Engine } from '../engine/duckdb.ts';
import { raw, type Sql, sql } from '../engine/sql.ts';
import type { JobFile } from '../job/file.ts';
import { writeFileAtomic } from '../landing/atomic-file.ts';
import { quote } from '../snapshot/load.ts';
import type { Store } from '../store/store.ts';

export const EXPORTS = 'exports';

/** A file that is ready, and where it belongs. */
export interface StagedFile {
  readonly staged: string;
  readonly target: string;
  readonly rows: number;
  readonly sha256: string;
  /** What the next period is compared with: no file for others, and without a note beside it. */
  readonly isMemory: boolean;
}

/** Where exports lie: beside the workbook's own files. */
export const exportFolder = (store: Pick<Store, 'stateFolder'>): string => join(dirname(store.stateFolder), EXPORTS);

/** A cell that a spreadsheet would take for a formula begins with an apostrophe; a plain number or phone number is none. */
const safe = (column: string): string =>
  `case when regexp_matches(${column}, '^[=+@\\t\\r-]') and not regexp_full_match(${column}, '[+-]?[0-9.]+') then '''' || ${column} else ${column} end`;

/** Writes the files into the store's scratch folder. Those that stand there already, the same, are left out. */
export async function stageFiles(
  engine: Engine,
  files: readonly JobFile[],
  period: string,
  store: Store,
): Promise<{ staged: StagedFile[]; rows: Record<string, number> }> {
  const staged: StagedFile[] = [];
  const rows: Record<string, number> = {};
  const folder = exportFolder(store);
  for (const file of files) {
    const whole = await stage(engine, store, file.query, file.name, join(folder, `${file.name}.csv`));
    rows[file.name] = whole.rows;
    if (!file.onlyChanged) {
      staged.push(whole);
      continue;
    }
    const memory = join(store.stateFolder, EXPORTS, file.name);
    const before = await stateBefore(memory, period);
    const now = scan(whole.staged);
    const old = before === null ? null : scan(join(memory, before));
    const key = raw(`"${file.key}"`);
    const changed = old ? sql`${now} except ${old}` : now;
    const gone = old
      ? sql`select ${key} from (${old}) where ${key} not in (select ${key} from (${now}) where ${key} is not null)`
      : sql`select ${key} from (${now}) where false`;
    const dated = `${file.name}-${period}`;
    const ordered = (query: Sql): Sql => sql`select * from (${query}) as rows order by ${key}`;
    const news = await stage(engine, store, ordered(changed), dated, join(folder, `${dated}.csv`));
    rows[file.name] = news.rows;
    staged.push(news);
    staged.push(await stage(engine, store, ordered(gone), `${dated}-left`, join(folder, `${dated}-left.csv`)));
    staged.push({ ...whole, target: join(memory, `${period}.csv`), isMemory: true });
  }
  const fresh: StagedFile[] = [];
  for (const file of staged) if ((await hashOf(file.target)) !== file.sha256) fresh.push(file);
  return { staged: fresh, rows };
}

const scan = (path: string): Sql => raw(`select * from read_csv(${quote(path)}, header=true, all_varchar=true)`);

async function stage(engine: Engine, store: Store, query: Sql, name: string, target: string): Promise<StagedFile> {
  const staged = join(store.scratch, `export-${name}.csv`);
  const columns = await engine.columnsOf(query);
  const cells = columns.map((column) => `${safe(`"${column}"`)} as "${column}"`).join(', ');
  const table = 'export_rows';
  await engine.run(sql`create or replace temp table ${raw(table)} as ${query}`);
  await engine.run(
    raw(`copy (select ${cells} from ${table} order by rowid) to ${quote(staged)} (format csv, header true)`),
  );
  const rows = await engine.number(raw(`select count(*) from ${table}`));
  return { staged, target, rows, sha256: (await hashOf(staged)) ?? '', isMemory: false };
}

/** The newest state of an earlier period; null where there is none. */
async function stateBefore(folder: string, period: string): Promise<string | null> {
  const states = existsSync(folder) ? (await readdir(folder)).filter((name) => name < `${period}.csv`).sort() : [];
  return states.at(-1) ?? null;
}

async function hashOf(path: string): Promise<string | null> {
  if (!existsSync(path)) return null;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Older states than this many are not needed any more. */
const STATES_KEPT = 2;

/** Puts the files in their places, each whole at once. */
export async function placeFiles(files: readonly StagedFile[]): Promise<void> {
  for (const { staged, target, rows, sha256, isMemory } of files) {
    await mkdir(dirname(target), { recursive: true });
    await writeFileAtomic(target, await readFile(staged));
    if (!isMemory) {
      await writeFileAtomic(`${target}.json`, `${JSON.stringify({ file: basename(target), rows, sha256 })}\n`);
      continue;
    }
    const states = (await readdir(dirname(target))).sort();
    for (const old of states.slice(0, -STATES_KEPT)) await rm(join(dirname(target), old), { force: true });
  }
}
