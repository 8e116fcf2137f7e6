/**
 * What a person may type: commands and their options, read by commander. A word that is not known is an error that
 * names the nearest one.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { NightshiftError } from '../core/errors.ts';

/** The command line is wrong: exit code 2. */
export class UsageError extends NightshiftError {
  override name = 'UsageError';
  override readonly exitCode = 2;
}

interface OptionDeclaration {
  /** As commander reads it: `--as-of <time>`. */
  readonly flags: string;
  readonly does: string;
  /** It may stand several times. */
  readonly many?: true;
}

const OPTIONS = {
  workbook: {
    flags: '--workbook <place>',
    does:
      'a folder of CSV files, the id or address of a Google Sheet, or bigquery://PROJECT/DATASET (else ' +
      'NIGHTSHIFT_WORKBOOK, else the embedded sample)',
  },
  asOf: {
    flags: '--as-of <time>',
    does: 'the moment that the run pretends it is: 2026-11-23T05:00:00Z, or a date (the end of that day)',
  },
  ledger: { flags: '--ledger <dir>', does: 'where runs are recorded (else data/ledger)' },
  json: { flags: '--json', does: 'one JSON object on stdout' },
  dryRun: { flags: '--dry-run', does: 'plan and check, write nothing' },
  approve: {
    flags: '--approve <hash>',
    does: 'apply the plan with that hash although a guard stops it',
    many: true,
  },
  approver: { flags: '--approver <login>', does: 'who approved, for the ledger' },
  issue: { flags: '--issue <n>', does: 'the issue in which it was approved, for the ledger' },
  plan: {
    flags: '--plan <file>',
    does: 'write the rows of the plan to a CSV file: table, key, column, before, after, reason',
  },
  due: { flags: '--due', does: 'the slots of a batch that are due by its schedule' },
  as: {
    flags: '--as <what>',
    does: 'what the files are, where that is not certain: contacts, unsubscribed, complaints or bounces',
  },
  map: {
    flags: '--map <header=column>',
    does: 'a file’s header, and the column that it stands for; again for each',
    many: true,
  },
  overwrite: {
    flags: '--overwrite <columns>',
    does: 'columns that the file may change where a contact has a value, with commas between',
    many: true,
  },
  batch: { flags: '--batch <name>', does: 'the batch that the new job joins (else nightly)' },
  yes: { flags: '--yes', does: 'do it without asking' },
  id: { flags: '--id <column>', does: 'the column with the row’s id, else rows are numbered' },
  columns: {
    flags: '--columns <list>',
    does: 'what columns hold, where that was read wrongly: by=year,bm=month,owner=ignore, or JSON',
  },
  pairs: { flags: '--pairs <file>', does: 'write the pairs with their evidence as well, to this CSV file' },
  rules: { flags: '--rules <file>', does: 'other rules: JSON, or a module like jobs/rules/matching.ts' },
  threshold: {
    flags: '--threshold <n>',
    does: 'from which probability on two rows are one, 0.5 unless the rules say otherwise',
  },
  outcome: {
    flags: '--outcome <type>',
    does: 'what should have come: purchase (the default), or a type of event such as demo_request',
  },
  days: { flags: '--days <n>', does: 'how many days back the numbers are worked out, 90 unless given' },
  out: { flags: '--out <file>', does: 'the file that the page (HTML) is written to' },
  base: { flags: '--base <branch>', does: 'the branch or commit whose rules are compared, main unless given' },
  rows: { flags: '--rows <file>', does: 'write the rows that differ to this CSV file (personal data)' },
  open: { flags: '--open', does: 'open the page in the browser' },
} as const satisfies Record<string, OptionDeclaration>;

type OptionName = keyof typeof OPTIONS;

/** Options that every command takes. */
const COMMON: readonly OptionName[] = ['workbook', 'asOf', 'ledger', 'json'];

interface CommandDeclaration {
  readonly name: string;
  /** As commander reads it: `<file>`, `[names...]`. */
  readonly args: string;
  readonly does: string;
  /** Beside those that every command takes. */
  readonly options?: readonly OptionName[];
}

/** The commands, as help lists them. */
export const commands: readonly CommandDeclaration[] = [
  { name: 'run', args: '[names...]', does: 'run jobs or batches, in order', options: ['dryRun', 'approve', 'plan'] },
  { name: 'list', args: '', does: 'jobs and batches, what they read and write, when they ran last' },
  { name: 'status', args: '', does: 'the last run of every job; what is due, late or failing' },
  { name: 'explain', args: '[contact]', does: 'why a contact is scored, listed, suppressed or changed as it is' },
  {
    name: 'backtest',
    args: '[score|value]',
    does: 'hold scores or values of back then against what came since',
    options: ['outcome', 'days', 'out'],
  },
  {
    name: 'report',
    args: '',
    does: 'write one HTML page of how the list and the runs are, from the ledger alone',
    options: ['open', 'out'],
  },
  {
    name: 'diff',
    args: '[names...]',
    does: 'what the rules of this checkout would do beside those of --base, on one snapshot, in counts',
    options: ['base', 'rows'],
  },
  { name: 'undo', args: '[job] [period]', does: 'put back what a run decided', options: ['dryRun', 'approve', 'plan'] },
  {
    name: 'match',
    args: '[file]',
    does: 'find the duplicates in any CSV file, without a workbook',
    options: ['columns', 'id', 'pairs', 'rules', 'threshold'],
  },
  {
    name: 'import',
    args: '[files...]',
    does: 'bring in contacts, bounces, events or purchases from other tools',
    options: ['dryRun', 'approve', 'plan', 'as', 'map', 'overwrite', 'yes'],
  },
  { name: 'export', args: '[name]', does: 'write one export by hand', options: ['dryRun'] },
  {
    name: 'erase',
    args: '[contact]',
    does: 'forget a person everywhere; the suppression list keeps a keyed hash',
    options: ['dryRun', 'yes'],
  },
  { name: 'init', args: '', does: 'lay out a new workbook: a Google Sheet or a folder' },
  { name: 'connect', args: '[name]', does: 'how to make the key that a connection needs, and which secret to set' },
  { name: 'doctor', args: '', does: 'check the workbook and the settings, and say what to fix' },
  {
    name: 'shift',
    args: '[names...]',
    does: 'run on GitHub Actions: what is due, the ledger committed, alerts delivered',
    options: ['dryRun', 'approve', 'due', 'approver', 'issue'],
  },
  { name: 'watchdog', args: '', does: 'find runs that are missed, stuck or cancelled, and open issues' },
  { name: 'decide', args: '', does: 'on GitHub Actions: carry out an approval or a rejection made in an issue' },
  { name: 'digest', args: '', does: 'the week in a comment on one issue' },
  { name: 'drill', args: '', does: 'try the alarm and the approval: open issues on purpose, and close them' },
  {
    name: 'new',
    args: '[kind] [name]',
    does: '`new job NAME` writes a job, its test, its place in a batch and what is generated',
    options: ['batch'],
  },
  {
    name: 'sync',
    args: '',
    does: 'write what follows from jobs/: workflows, README tables, choices',
    options: ['dryRun'],
  },
  { name: 'completion', args: '[shell]', does: 'print a completion script for bash, zsh or fish' },
];

/** What was typed for an option: a text, a list of them, or that it stands there. */
type Value<Declaration extends OptionDeclaration> = Declaration extends { readonly many: true }
  ? readonly string[]
  : Declaration['flags'] extends `${string}<${string}`
    ? string | undefined
    : boolean;

export type Options = {
  readonly [Name in Exclude<OptionName, 'issue'>]: Value<(typeof OPTIONS)[Name]>;
} & {
  readonly command: string;
  readonly names: readonly string[];
  /** `shift` only: the number of an issue at GitHub. */
  readonly issue: number | undefined;
};

/** What a command line asks for: a command, or a text (help, the version) with the exit code that goes with it. */
export type CommandLine = Options | { readonly text: string; readonly code: 0 | 2 };

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addOption(command: Command, name: OptionName): void {
  const { flags, does, many }: OptionDeclaration = OPTIONS[name];
  if (many) command.option(flags, does, collect);
  else command.option(flags, does);
}

const EXIT_CODES = [
  'Exit codes:',
  '  0 all well',
  '  1 a job failed',
  '  2 the command, the settings or the rules are wrong',
  '  3 a guard stopped a plan, and waits for approval',
  '  4 another run holds the workbook',
].join('\n');

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

const runNames = (names: readonly string[]): string => `Jobs and batches: ${names.join(', ')}.`;

/** The commands as commander's tree; `found` is called with the one that was typed. */
function program(names: readonly string[], write: (text: string) => void, found: (options: Options) => void): Command {
  const root = new Command('nightshift')
    .description('Nightshift: batch jobs as code for marketing operations.')
    .version(version())
    .helpOption('-h, --help', 'this text; COMMAND --help for one command')
    .addHelpText('after', `\n${runNames(names)}\n${EXIT_CODES}`)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: write, writeErr: () => {} })
    .exitOverride();
  for (const name of COMMON) addOption(root, name);
  for (const { name, args, does, options = [] } of commands) {
    const command = root.command(name).description(does).copyInheritedSettings(root);
    if (args !== '') command.arguments(args);
    for (const option of options) addOption(command, option);
    if (name === 'run' || name === 'shift') command.addHelpText('after', `\n${runNames(names)}`);
    command.action(() => found(optionsOf(name, command)));
  }
  return root;
}

/** Options as they are typed. */
type Typed = Partial<Omit<Options, 'issue'>> & { readonly issue?: string };

/** @throws UsageError */
function checkApproval({ approve = [], approver, issue, plan }: Typed): void {
  for (const hash of approve) {
    if (!/^sha256:[0-9a-f]{64}$/.test(hash))
      throw new UsageError(`--approve takes a plan's whole hash (sha256: and 64 digits), found "${hash}".`);
  }
  if (approver !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$/.test(approver))
    throw new UsageError('--approver takes a login at GitHub.');
  if (issue !== undefined && !/^[1-9]\d{0,9}$/.test(issue))
    throw new UsageError(`--issue takes a number, found "${issue}".`);
  if (plan !== undefined && !/\.csv$/i.test(plan))
    throw new UsageError(`--plan takes a CSV file, such as plan.csv; found "${plan}".`);
}

function optionsOf(name: string, command: Command): Options {
  const typed = command.optsWithGlobals<Typed>();
  checkApproval(typed);
  const known = Object.entries<OptionDeclaration>(OPTIONS).map(([option, { flags, many }]) => {
    const absent = many ? [] : flags.includes('<') ? undefined : false;
    return [option, typed[option as keyof Typed] ?? absent] as const;
  });
  return {
    ...(Object.fromEntries(known) as Omit<Options, 'issue'>),
    command: name,
    names: command.args,
    issue: typed.issue === undefined ? undefined : Number(typed.issue),
    overwrite: (typed.overwrite ?? []).flatMap((each) => each.split(',')).map((each) => each.trim()),
  };
}

/** Reads the command line; `names` are the jobs and batches that help lists. @throws UsageError */
export function readOptions(argv: readonly string[], names: readonly string[] = []): CommandLine {
  let text = '';
  let options: Options | undefined;
  const root = program(
    names,
    (piece) => {
      text += piece;
    },
    (found) => {
      options = found;
    },
  );
  if (argv.length === 0) {
    root.outputHelp();
    return { text: text.trimEnd(), code: 2 };
  }
  try {
    root.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || text !== '') return { text: text.trimEnd(), code: error.exitCode === 0 ? 0 : 2 };
    throw new UsageError(inWords(error.message));
  }
  return options ?? { text: root.helpInformation(), code: 2 };
}

/** Commander's own sentence, as ours are written: "Unknown option '--dry' (Did you mean --dry-run?). See …". */
function inWords(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?]$/.test(text) ? '' : '.'} See nightshift --help.`;
}
