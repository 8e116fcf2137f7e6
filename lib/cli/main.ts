/**
 * The command line: reads it, hands over to the command, and turns what went wrong into one clear message and an exit code.
 */
import { allJobs, type NightShift } from '../core/batch.ts';
import { describeError } from '../core/errors.ts';
import { printable } from '../core/text/printable.ts';
import { Held } from '../workbook/csv/commit/lock.ts';
import { helpText, type Options, readOptions, UsageError } from './options.ts';
import { type Session, startSession } from './session.ts';

type Run = (session: Session) => Promise<number>;

/** Commands that open no workbook. */
const apart: Readonly<Record<string, () => Promise<(options: Options) => Promise<number>>>> = {
  match: async () => (await import('./match.ts')).matchCommand,
};

/** Each command loads only what it needs. */
const handlers: Readonly<Record<string, () => Promise<Run>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  list: async () => (await import('./list.ts')).listCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  undo: async () => (await import('./undo.ts')).undoCommand,
  import: async () => (await import('./import.ts')).importCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  erase: async () => (await import('./erase.ts')).eraseCommand,
  init: async () => (await import('./init.ts')).initCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  shift: async () => (await import('./shift.ts')).shiftCommand,
  watchdog: async () => (await import('./watchdog.ts')).watchdogCommand,
  digest: async () => (await import('./digest.ts')).digestCommand,
  drill: async () => (await import('./drill.ts')).drillCommand,
};

/** Runs one command. Returns the exit code; never throws, also where the rules of the night shift given are wrong. */
export async function main(argv: readonly string[], given: NightShift | Promise<NightShift>): Promise<number> {
  const start = performance.now();
  try {
    const nightShift = await Promise.resolve(given).catch(async (error: unknown) =>
      (await import('./unloadable.ts')).unloadable(error, argv),
    );
    const options: Options = readOptions(argv);
    if (options.help || options.command === null) {
      console.log(
        helpText([...nightShift.batches.map((batch) => batch.name), ...allJobs(nightShift).map(({ job }) => job.name)]),
      );
      return options.help ? 0 : 2;
    }
    const standalone = await apart[options.command]?.();
    if (standalone) return await standalone(options);
    const load = handlers[options.command];
    if (!load) throw new UsageError(`There is no command "${options.command}".`);
    const run = await load();
    return await run(await startSession(nightShift, options, start));
  } catch (error) {
    const isOurs = error instanceof Held || error instanceof UsageError;
    console.error(isOurs ? printable(error.message) : describeError(error).message);
    return codeOf(error);
  }
}

function codeOf(error: unknown): number {
  if (error instanceof Held) return 4;
  return error instanceof UsageError ||
    (error instanceof Error && ['WorkbookError', 'RulesError', 'ConsentQuestion'].includes(error.name))
    ? 2
    : 1;
}
