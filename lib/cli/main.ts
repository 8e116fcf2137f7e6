/**
 * The command line: reads it, hands over to the command, and turns what went wrong into one clear message and an exit
 * code.
 */
import { type NightShift, namesIn } from '../core/batch.ts';
import { describeError, NightshiftError } from '../core/errors.ts';
import { checkJobs, ruleFaults } from '../run/check-jobs.ts';
import { completionScript } from './completion.ts';
import { type Options, readOptions, UsageError } from './options.ts';
import { type Session, startSession } from './session.ts';
import { print, printError, printJson, printText } from './terminal.ts';

type Run = (session: Session) => Promise<number>;

/** Commands that open no workbook. */
const apart: Readonly<Record<string, () => Promise<(options: Options, nightShift: NightShift) => Promise<number>>>> = {
  connect: async () => (await import('./connect.ts')).connectCommand,
  match: async () => (await import('./match.ts')).matchCommand,
  new: async () => (await import('./new-job.ts')).newCommand,
  sync: async () => (await import('./sync.ts')).syncCommand,
};

/** Each command loads only what it needs. */
const handlers: Readonly<Record<string, () => Promise<Run>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  list: async () => (await import('./list.ts')).listCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  backtest: async () => (await import('./backtest.ts')).backtestCommand,
  report: async () => (await import('./report-page.ts')).reportCommand,
  diff: async () => (await import('./diff.ts')).diffCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  undo: async () => (await import('./undo.ts')).undoCommand,
  import: async () => (await import('./import.ts')).importCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  erase: async () => (await import('./erase.ts')).eraseCommand,
  init: async () => (await import('./init.ts')).initCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  shift: async () => (await import('./shift.ts')).shiftCommand,
  watchdog: async () => (await import('./watchdog.ts')).watchdogCommand,
  decide: async () => (await import('./decide.ts')).decideCommand,
  digest: async () => (await import('./digest.ts')).digestCommand,
  drill: async () => (await import('./drill.ts')).drillCommand,
};

/** Commands that say what is wrong with rules although a run would go on. */
const SHOWING_RULE_FAULTS: ReadonlySet<string> = new Set(['list', 'sync']);

/** Runs one command. Returns the exit code; never throws, also where the rules of the night shift given are wrong. */
export async function main(argv: readonly string[], given: NightShift | Promise<NightShift>): Promise<number> {
  const start = performance.now();
  try {
    const nightShift = await Promise.resolve(given)
      .then(checkJobs)
      .catch(async (error: unknown) => (await import('./unloadable.ts')).unloadable(error, argv));
    const names = namesIn(nightShift);
    const options = readOptions(argv, names);
    if ('text' in options) {
      print(options.text.split('\n'));
      return options.code;
    }
    if (options.command === 'completion') {
      printText(completionScript(options.names[0], names));
      return 0;
    }
    const faults = SHOWING_RULE_FAULTS.has(options.command) ? ruleFaults(nightShift) : [];
    if (faults.length > 0) printError(faults.join('\n'));
    const standalone = await apart[options.command]?.();
    if (standalone) return Math.max(await standalone(options, nightShift), faults.length > 0 ? 2 : 0);
    const load = handlers[options.command];
    if (!load) throw new UsageError(`There is no command "${options.command}".`);
    const run = await load();
    return Math.max(await run(await startSession(nightShift, options, start)), faults.length > 0 ? 2 : 0);
  } catch (error) {
    const { kind, message } = describeError(error);
    const code = error instanceof NightshiftError ? error.exitCode : 1;
    if (argv.includes('--json')) printJson({ error: { kind, message }, exitCode: code });
    printError(message);
    return code;
  }
}
