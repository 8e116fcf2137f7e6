/**
 * Lays out a working copy of the sample workbook, as fresh as this morning: its dates moved by whole days, so that the
 * sample's last day is today. It never touches the sample itself, nor a working copy that is there already.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { tableNames } from '../../core/tables.ts';
import { laterDate, shiftDays } from './shift-days.ts';

/**
 * Copies the sample's CSV files from folder `from` to folder `to`, moved so that the last day which `from/world.json`
 * states becomes `today` (`YYYY-MM-DD`). The folder appears whole or not at all; one that is there already, with
 * anything in it, is left as it is. Throws where `from` states no last day.
 */
export async function layOutSample(from: string, to: string, today: string): Promise<void> {
  const target = resolve(to);
  if (await holdsAnything(target)) return;
  const days = daysBetween(await lastDayOf(from), today);
  // Named as git and the stores ignore it, and beside the target, because a rename doesn't cross file systems.
  const workshop = join(dirname(target), '.nightshift', `sample-${process.pid}`);
  await rm(workshop, { recursive: true, force: true });
  await mkdir(workshop, { recursive: true });
  try {
    const files = (await readdir(from)).filter((file) => file.endsWith('.csv'));
    await Promise.all(files.map((file) => layOutFile(join(from, file), join(workshop, file), days)));
    await rename(workshop, target);
  } catch (error) {
    await rm(workshop, { recursive: true, force: true });
    if (!(await holdsAnything(target))) throw error; // else another run was faster, and its copy is as good
  }
}

async function layOutFile(from: string, to: string, days: number): Promise<void> {
  const bytes = await readFile(from);
  const table = tableNames.find((name) => `${name}.csv` === basename(from));
  if (table) shiftDays(bytes, table, days);
  const file = await open(to, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function lastDayOf(folder: string): Promise<string> {
  const path = join(folder, 'world.json');
  const world: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (typeof world === 'object' && world !== null && 'lastDay' in world && typeof world.lastDay === 'string') {
    return world.lastDay;
  }
  throw new Error(
    `${path} states no "lastDay". Generate the sample again: npx tsx data/generator/main.ts sample ${folder}`,
  );
}

function daysBetween(from: string, to: string): number {
  for (const day of [from, to]) {
    if (laterDate(day, 0) === undefined) throw new Error(`"${day}" is no day. Expected YYYY-MM-DD.`);
  }
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

async function holdsAnything(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
