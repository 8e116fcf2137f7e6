/**
 * The files that jobs make, `exports/NAME.csv` beside the workbook or in a folder that their rules name: staged while
 * the engine stands, and put in their places once the run's commit is done, so that no export shows what was not
 * written. Each appears complete, with
 * `NAME.csv.json` beside it: rows and checksum. A file that would be the same is not written again. In a workbook of
 * tabs a file may be a tab instead, which is committed with the tables; its rows and checksum stand in the job's
 * metrics.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import type { Engine } from '../core/engine.ts';
import type { JobFile } from '../core/job-file.ts';
import { headerName, join as joinSql, literal, type Sql, sql } from '../core/sql.ts';
import { encodeCell } from '../workbook/csv/cell.ts';
import { EXPORTS, type Store, type TabFile } from '../workbook/store.ts';
import { exportFolderNamed } from './export-folder.ts';
import type { HeldPart } from './held-part.ts';

/** A file that is ready, and where it belongs. */
export interface StagedFile {
  readonly staged: string;
  readonly target: string;
  readonly rows: number;
  readonly sha256: string;
  /** What the next period is compared with: no file for others, and without a note beside it. */
  readonly isMemory: boolean;
}

/** What stands in a tab. */
export interface TabSums {
  readonly rows: number;
  /** Rows without a key, or with one that stood there already. */
  readonly leftOut: number;
  /** Of its rows as a CSV file. */
  readonly sha256: string;
}

/**
 * Files and tabs that are ready; and of all that were asked for, also of those that stand there already, how many rows
 * they have.
 */
interface Staged {
  readonly staged: StagedFile[];
  readonly tabs: TabFile[];
  readonly rows: Record<string, number>;
  readonly inTabs: Record<string, TabSums>;
  /** Files that were not made, and why. */
  readonly held: Record<string, string>;
  /** Files that can't be written where their rules say. */
  readonly wrong: HeldPart[];
}

/** Where exports lie: beside the workbook's own files. */
export const exportFolder = (store: Pick<Store, 'stateFolder'>): string => join(dirname(store.stateFolder), EXPORTS);

/**
 * What no spreadsheet computes, though it begins like a formula: a number, a phone number, an address without signs of
 * its own.
 */
const HARMLESS = '[+-]?[0-9.]+|[A-Za-z0-9._%+=-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+';

/** A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection"). */
const safe = (cell: Sql): Sql =>
  sql`case when regexp_matches(${cell}, '^[=+@\\t\\r-]') and not regexp_full_match(${cell}, ${literal(HARMLESS)})
    then '''' || ${cell} else ${cell} end`;

/** Of each column whether one of its cells begins like a formula. */
const mayBeFormulas = sql`select bool_or(strpos('=+-@' || chr(9) || chr(13), left(columns('(?s)(.*)'), 1)) > 0) as '\\1'
  from export_rows`;

/** Writes the files into the store's scratch folder. Those that stand there already, the same, are left out. */
export async function stageFiles(
  engine: Engine,
  files: readonly JobFile[],
  period: string,
  store: Store,
  checkout?: string,
): Promise<Staged> {
  const staged: StagedFile[] = [];
  const tabs: TabFile[] = [];
  const inTabs: Record<string, TabSums> = {};
  const rows: Record<string, number> = {};
  const held: Record<string, string> = {};
  const wrong: HeldPart[] = [];
  for (const file of files) {
    if (file.isLater) continue;
    const [reason] = file.heldBy ? await engine.rows(file.heldBy) : [];
    if (reason) {
      held[file.name] = String(reason.text);
      continue;
    }
    if (file.tab !== undefined && store.sheet) {
      const { tab, sums } = await stageTab(engine, file, file.tab);
      rows[file.name] = sums.rows;
      inTabs[file.tab] = sums;
      if (!store.sheet.tabHolds(tab)) tabs.push(tab);
      continue;
    }
    const named = file.folder === undefined ? null : await exportFolderNamed(file.folder, checkout);
    if (named?.fault !== undefined) {
      wrong.push({ part: file.name, reason: `export "${file.name}": ${named.fault}`, rows: 0, plan: null });
      continue;
    }
    const folder = named?.path ?? exportFolder(store);
    const full = await stage(engine, store, file.query, file.name, join(folder, `${file.name}.csv`), file.forMachines);
    rows[file.name] = full.rows;
    if (!file.onlyChanged) {
      staged.push(full);
      continue;
    }
    const memory = join(store.stateFolder, EXPORTS, file.name);
    const before = await stateBefore(memory, period);
    const now = scan(full.staged);
    const old = before === null ? null : scan(join(memory, before));
    const key = headerName(file.key);
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
    staged.push({ ...full, target: join(memory, `${period}.csv`), isMemory: true });
  }
  const fresh: StagedFile[] = [];
  for (const file of staged) if ((await hashOf(file.target)) !== file.sha256) fresh.push(file);
  return { staged: fresh, tabs, rows, inTabs, held, wrong };
}

const scan = (path: string): Sql => sql`select * from read_csv(${literal(path)}, header=true, all_varchar=true)`;

/** The rows of a tab, one for each key. */
async function stageTab(
  engine: Engine,
  { name, query, key, mayBeMissing = false }: JobFile,
  title: string,
): Promise<{ tab: TabFile; sums: TabSums }> {
  const columns = await engine.columnsOf(query);
  const place = columns.indexOf(key);
  const rows = new Map<string, string[]>();
  let all = 0;
  for await (const chunk of engine.chunks(query)) {
    const count = chunk[0]?.length ?? 0;
    for (let i = 0; i < count; i += 1) {
      const row = chunk.map((column) => String(column[i] ?? ''));
      const own = row[place] ?? '';
      if (own !== '' && !rows.has(own)) rows.set(own, row);
    }
    all += count;
  }
  const hash = createHash('sha256');
  for (const row of [columns, ...rows.values()]) hash.update(`${row.map((cell) => encodeCell(cell, ',')).join(',')}\n`);
  return {
    tab: { name, title, columns, key, rows: [...rows.values()], mayBeMissing },
    sums: { rows: rows.size, leftOut: all - rows.size, sha256: hash.digest('hex') },
  };
}

async function stage(
  engine: Engine,
  store: Store,
  query: Sql,
  name: string,
  target: string,
  forMachines = false,
): Promise<StagedFile> {
  const staged = join(store.scratch, `export-${name}.csv`);
  await engine.run(sql`create or replace temp table export_rows as ${query}`);
  const headers = forMachines ? [] : await engine.columnsOf(sql`select * from export_rows`);
  const columns = forMachines ? {} : await engine.row(mayBeFormulas);
  const cells = headers.map((header) => {
    const column = headerName(header);
    return columns[header] === true ? sql`${safe(column)} as ${column}` : column;
  });
  const rows = await engine.changed(
    sql`copy (select ${forMachines ? sql`*` : joinSql(cells, ', ')} from export_rows order by rowid) to ${literal(staged)}
      (format csv, header true)`,
  );
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

/** Puts the files in their places, each complete at once. */
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
