/**
 * A night on a folder of CSV files, in this process: the run that the command line makes, with its store and its
 * ledger, but for the clock and the words around it. For tests that ask what jobs decide.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rehearsal } from '../../lib/cli/run-request.ts';
import { type NightShift, resolveNames, type ScheduledJob } from '../../lib/core/batch.ts';
import { parseAsOf } from '../../lib/core/calendar/period.ts';
import type { Outside } from '../../lib/core/prepare.ts';
import type { WorkbookRules } from '../../lib/core/workbook-rules.ts';
import { recogniseWith } from '../../lib/intake/formats/registry.ts';
import { layOutJson } from '../../lib/intake/json-as-csv.ts';
import { folderLedger, type Ledger, readOnlyLedger } from '../../lib/run/ledger.ts';
import type { JobResult, RunResult } from '../../lib/run/result.ts';
import { runBatch } from '../../lib/run/run.ts';
import { openCsvStore } from '../../lib/workbook/csv/store.ts';
import type { Store } from '../../lib/workbook/store.ts';
import { nightShift } from '../fixture/batches.ts';
import { asOf as endOfToday } from './workbook.ts';

export interface Night {
  /** The batches and workbook rules; those of test/fixture, unless given. */
  readonly shift?: NightShift;
  /** The moment that the run pretends it is, or a day (its end); the end of `today`, unless given. */
  readonly asOf?: string;
  /** Names of jobs or batches, or jobs themselves; the nightly batch, unless given. */
  readonly jobs?: readonly string[] | readonly ScheduledJob[];
  readonly approvals?: readonly string[];
  /** Rules of the workbook that are other than the team's. */
  readonly rules?: Partial<WorkbookRules>;
  readonly dryRun?: boolean;
  /** A file for the rows of all plans. */
  readonly planFile?: string;
  /** The clock when the run starts; as-of, unless given. */
  readonly now?: string;
  /** Puts something between the run and its store, or its ledger: a person who edits, a disk that fails. */
  readonly store?: (store: Store) => Store;
  /** Opens another workbook than the folder's files; the folder then only keeps the ledger. */
  readonly open?: (run: string) => Promise<Store>;
  readonly ledger?: (ledger: Ledger) => Ledger;
  readonly progress?: (line: string) => void;
  /** Secrets, and whether the workbook is the sample. */
  readonly outside?: Outside;
}

/**
 * Runs a night on the workbook in `folder`; its ledger is beside the folder's own state. Runs are numbered, so that
 * they sort.
 */
export async function night(
  folder: string,
  { asOf = endOfToday, jobs = ['nightly'], approvals = [], dryRun = false, ...given }: Night = {},
): Promise<RunResult> {
  const shift = given.shift ?? nightShift;
  const { workbook } = shift;
  const moment = parseAsOf(asOf, workbook.timeZone);
  if (!moment) throw new Error(`"${asOf}" is no moment`);
  const scheduled = scheduledJobs(shift, jobs);
  const ledgerFolder = join(folder, '.nightshift', 'test-ledger');
  const ledger = (given.ledger ?? itself)(folderLedger(ledgerFolder));
  const run = `${String(entriesIn(ledgerFolder)).padStart(6, '0')}-test`;
  const open =
    given.open ??
    (() =>
      openCsvStore({
        folder,
        aliases: workbook.aliases,
        recognise: recogniseWith(workbook.aliases),
        layOutJson,
        command: 'test',
        run,
      }));
  const store = await open(run);
  const start = performance.now();
  try {
    return await runBatch({
      what: {
        jobs: scheduled,
        rules: { ...workbook, ...given.rules },
        asOf: moment,
        identity: {
          run,
          startedAt: given.now ? new Date(given.now) : moment,
          workbook: 'test',
          commit: null,
          trigger: 'local',
        },
      },
      where: {
        store: (given.store ?? itself)(dryRun ? rehearsal(store) : store),
        ledger: dryRun ? readOnlyLedger(ledger) : ledger,
        ...(given.outside && { outside: given.outside }),
      },
      how: {
        approvals: new Set(approvals),
        ...(given.planFile !== undefined && { planFile: given.planFile }),
        applied: dryRun ? 'planned' : 'applied',
        progress: given.progress ?? (() => {}),
        ...(given.planFile !== undefined && { planFile: given.planFile }),
        elapsed: () => (performance.now() - start) / 1000,
      },
    });
  } finally {
    await store.close();
  }
}

const itself = <T>(thing: T): T => thing;

/** What one job of a night came to; an error where it did not take part. */
export function jobOf(result: RunResult, name: string): JobResult {
  const found = result.jobs.find((each) => each.job === name);
  if (!found) throw new Error(`no job "${name}" in this night`);
  return found;
}

function scheduledJobs(shift: NightShift, jobs: readonly string[] | readonly ScheduledJob[]): readonly ScheduledJob[] {
  const names = jobs.filter((each) => typeof each === 'string');
  if (names.length === 0) return jobs.filter((each) => typeof each !== 'string');
  const found = resolveNames(shift, names);
  if ('unknown' in found) throw new Error(`no job or batch "${found.unknown}"`);
  return found;
}

const entriesIn = (folder: string): number =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true }).filter((each) => String(each).endsWith('.json')).length
    : 0;
