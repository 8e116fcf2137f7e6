/**
 * What a person may type: commands and their options. A word that is not known is an error that names the nearest one.
 */
import { parseArgs } from 'node:util';
import { nearest } from '../workbook/headers.ts';

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export interface Command {
  readonly name: string;
  readonly args: string;
  readonly does: string;
}

/** The commands, as `--help` lists them. */
export const commands: readonly Command[] = [
  { name: 'run', args: 'NAME…', does: 'run jobs or batches, in order' },
  { name: 'list', args: '', does: 'jobs and batches, what they read and write, when they ran last' },
  { name: 'status', args: '', does: 'the last run of every job; what is due, late or failing' },
  { name: 'explain', args: 'CONTACT', does: 'why a contact is scored, listed, suppressed or changed as it is' },
  { name: 'undo', args: 'JOB PERIOD', does: 'put back what a run decided' },
  { name: 'match', args: 'FILE.csv', does: 'find the duplicates in any CSV file, without a workbook' },
  { name: 'import', args: 'FILE…', does: 'bring in contacts, bounces, events or purchases from other tools' },
  { name: 'export', args: 'NAME', does: 'write one export by hand' },
  { name: 'erase', args: 'CONTACT', does: 'forget a person everywhere; the suppression list keeps a keyed hash' },
  { name: 'init', args: '', does: 'lay out a new workbook: a Google Sheet or a folder' },
  { name: 'doctor', args: '', does: 'check the workbook and the settings, and say what to mend' },
  { name: 'shift', args: 'NAME…', does: 'run on GitHub Actions: what is due, the ledger committed, people told' },
  { name: 'watchdog', args: '', does: 'find runs that are missed, stuck or cancelled, and tell people' },
  { name: 'digest', args: '', does: 'tell the week in a comment on one issue' },
  { name: 'drill', args: '', does: 'prove that an alarm arrives: open an issue on purpose, and close it' },
];

const options = {
  workbook: { type: 'string' },
  'as-of': { type: 'string' },
  ledger: { type: 'string' },
  json: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  approve: { type: 'string', multiple: true },
  due: { type: 'boolean' },
  as: { type: 'string' },
  map: { type: 'string', multiple: true },
  overwrite: { type: 'string', multiple: true },
  yes: { type: 'boolean' },
  id: { type: 'string' },
  pairs: { type: 'string' },
  rules: { type: 'string' },
  threshold: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `--help` says of each option, in this order: how it is written, and what it does. */
const told: Readonly<Record<keyof typeof options, readonly [written: string, ...does: string[]]>> = {
  workbook: [
    '--workbook DIR',
    'the folder of CSV files, or the id or address of a Google Sheet (else NIGHTSHIFT_WORKBOOK, else',
    'the embedded sample)',
  ],
  'as-of': [
    '--as-of TIME',
    'the moment that the run pretends it is: 2026-11-23T05:00:00Z, or a date (the end of that day)',
  ],
  ledger: ['--ledger DIR', 'where runs are recorded (else data/ledger)'],
  json: ['--json', 'one JSON object on stdout'],
  'dry-run': ['--dry-run', 'plan and check, write nothing'],
  approve: ['--approve HASH', 'apply the plan with that hash although a guard stops it'],
  due: ['--due', 'the slots of a batch that are due by its schedule'],
  as: ['--as WHAT', 'what the files are: contacts, unsubscribed, complaints or bounces, where that is not certain'],
  map: ['--map HEADER=COLUMN', 'a file’s header, and the column that it stands for; again for each'],
  overwrite: [
    '--overwrite COLUMNS',
    'columns that the file may change where a contact has a value, with commas between',
  ],
  yes: ['--yes', 'do it without asking'],
  id: ['--id COLUMN', 'the column with the row’s id, else rows are numbered'],
  pairs: ['--pairs FILE.csv', 'write the pairs with their evidence as well'],
  rules: ['--rules FILE', 'other rules: JSON, or a module like jobs/rules/matching.ts'],
  threshold: ['--threshold N', 'from which probability on two rows are one, 0.5 unless the rules say otherwise'],
  help: ['--help', 'this text'],
};

/** What every command takes. */
const COMMON = new Set(['as-of', 'workbook', 'ledger', 'json', 'help']);

/** Which options a command takes, beside --workbook, --ledger, --as-of, --json and --help, which all take. */
const own: Readonly<Record<string, readonly string[]>> = {
  run: ['dry-run', 'approve'],
  shift: ['dry-run', 'approve', 'due'],
  undo: ['dry-run', 'approve'],
  import: ['dry-run', 'approve', 'as', 'map', 'overwrite', 'yes'],
  export: ['dry-run'],
  erase: ['dry-run', 'yes'],
  match: ['id', 'pairs', 'rules', 'threshold'],
};

export interface Options {
  readonly command: string | null;
  readonly names: readonly string[];
  readonly asOf: string | undefined;
  readonly workbook: string | undefined;
  readonly ledger: string | undefined;
  readonly dryRun: boolean;
  /** `shift` only: the slots that are due, not this moment. */
  readonly due: boolean;
  readonly approve: readonly string[];
  readonly as: string | undefined;
  readonly map: readonly string[];
  readonly overwrite: readonly string[];
  readonly yes: boolean;
  readonly id: string | undefined;
  readonly pairs: string | undefined;
  readonly rules: string | undefined;
  readonly threshold: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

/** Reads the command line. @throws UsageError */
export function readOptions(argv: readonly string[]): Options {
  const parsed = parse(argv);
  const [command = null, ...names] = parsed.positionals;
  const known = commands.map((each) => each.name);
  if (command !== null && !known.includes(command)) {
    const near = nearest(command, known);
    throw new UsageError(
      `There is no command "${command}".${near ? ` Did you mean "${near}"?` : ''} The commands are: ${known.join(', ')}.`,
    );
  }
  for (const option of Object.keys(options).filter((each) => !COMMON.has(each)) as (keyof typeof options)[]) {
    if (parsed.values[option] !== undefined && command !== null && !own[command]?.includes(option)) {
      throw new UsageError(`"${command}" takes no --${option}.`);
    }
  }
  if (names.length > 0 && commands.some(({ name, args }) => name === command && args === ''))
    throw new UsageError(`"${command}" takes no names; found "${names.join(' ')}".`);
  for (const hash of parsed.values.approve ?? []) {
    if (!/^sha256:[0-9a-f]{64}$/.test(hash))
      throw new UsageError(`--approve takes a plan's whole hash (sha256: and 64 digits), found "${hash}".`);
  }
  return {
    command,
    names,
    asOf: parsed.values['as-of'],
    workbook: parsed.values.workbook,
    ledger: parsed.values.ledger,
    dryRun: parsed.values['dry-run'] ?? false,
    due: parsed.values.due ?? false,
    approve: parsed.values.approve ?? [],
    as: parsed.values.as,
    map: parsed.values.map ?? [],
    overwrite: (parsed.values.overwrite ?? []).flatMap((each) => each.split(',')).map((each) => each.trim()),
    yes: parsed.values.yes ?? false,
    id: parsed.values.id,
    pairs: parsed.values.pairs,
    rules: parsed.values.rules,
    threshold: parsed.values.threshold,
    json: parsed.values.json ?? false,
    help: parsed.values.help ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(--?[^']*)'/.exec(text)?.[1];
    if (!unknown) throw new UsageError(`${text.replace(/\s+/g, ' ')}.`);
    const near = nearest(unknown, Object.keys(options));
    throw new UsageError(
      `There is no option ${unknown}.${near ? ` Did you mean --${near}?` : ''} See nightshift --help.`,
    );
  }
}

function optionLines(): string[] {
  const width = Math.max(...Object.values(told).map(([written]) => written.length));
  return Object.entries(told).flatMap(([option, [written, ...does]]) => {
    const takers = Object.keys(own).filter((command) => own[command]?.includes(option));
    const whole = takers.length === 0 ? does : [...does.slice(0, -1), `${does.at(-1)} (${takers.join(', ')})`];
    return whole.map((line, i) => `  ${(i === 0 ? written : '').padEnd(width)}  ${line}`);
  });
}

/** The text of `--help`; `names` are what `run` takes. */
export function helpText(names: readonly string[]): string {
  const left = commands.map(({ name, args }) => `${name} ${args}`.trim());
  const width = Math.max(...left.map((each) => each.length));
  return [
    'Nightshift: batch jobs as code for marketing operations.',
    '',
    'Usage: nightshift COMMAND …',
    '',
    ...commands.map(({ does }, i) => `  ${(left[i] ?? '').padEnd(width)}  ${does}`),
    '',
    `NAME is one of: ${names.join(', ')}.`,
    '',
    'Options, and in brackets the commands that take them, where not all do:',
    ...optionLines(),
    '',
    'Exit codes: 0 all well · 1 a job failed · 2 the command, the settings or the rules are wrong',
    '            3 a guard stopped a plan, and waits for approval · 4 another run holds the workbook',
  ].join('\n');
}
