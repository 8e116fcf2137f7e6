/**
 * A repository on GitHub, for stories: a bare remote, a person's clone, a workbook of CSV files, the local GitHub
 * server, and runs, each in a fresh clone with Actions' own environment variables: as child processes where the process
 * is what is tested, and else in this one, which is several times as fast.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import type { NightShift } from '../../lib/core/batch.ts';
import { nightShift } from '../fixture/batches.ts';
import { programFile } from './child-process.ts';
import { type GitHubServer, startGitHubServer } from './github-server/server.ts';
import { smallShift, storyShift } from './story-shift/jobs.ts';

const root = join(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly summary: string;
  /** What the step left for the next one. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly clone: string;
}

export interface Order {
  readonly args: readonly string[];
  /** The clock when it starts. */
  readonly now: string;
  readonly event?: 'schedule' | 'workflow_dispatch' | 'issues' | 'issue_comment';
  /** What GitHub sends of the event. */
  readonly payload?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  /** What jobs/ gives, where it is not what the world runs; of runs in this process alone. */
  readonly jobs?: Promise<NightShift>;
}

export interface ActionsWorld {
  readonly base: string;
  readonly workbook: string;
  readonly server: GitHubServer;
  /** Runs as a child process. */
  run(order: Order): Promise<Ended>;
  /** Runs in this process; not two at a time. */
  runHere(order: Order): Promise<Ended>;
  /** The first run for real, by hand: without one, scheduled runs are rehearsals. */
  begin(now: string): Promise<Ended>;
  /**
   * A person sets a label or comments, and the workflow that listens to it runs: what it decides, and what follows from
   * it.
   */
  decide(now: string, by: string, act: Act): Promise<{ readonly decided: Ended; readonly ran: Ended | null }>;
  git(folder: string, ...args: string[]): string;
  /** A person edits a file and pushes. */
  personPushes(): void;
  /** The subjects of the remote's commits, newest first. */
  log(): string[];
  close(): Promise<void>;
}

/** What a person does in an issue. */
export type Act = { readonly issue: number } & ({ readonly label: string } | { readonly comment: string });

const who = ['-c', 'user.name=Dana Example', '-c', 'user.email=dana@example.com', '-c', 'init.defaultBranch=main'];

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();

function pushEdit(person: string, nth: number): void {
  writeFileSync(join(person, 'notes.md'), `${nth}\n`);
  git(person, 'add', 'notes.md');
  git(person, 'commit', '-qm', `Edit ${nth}`);
  git(person, 'push', '-q', 'origin', 'HEAD:main');
}

/** A folder with a remote and a person's clone, to copy: the clone names the remote by its place beside it. */
let template: string | undefined;
function repositories(): string {
  if (template) return template;
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-story-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  git(folder, 'init', '-q', '--bare', 'remote.git');
  git(folder, 'clone', '-q', 'remote.git', 'person');
  git(join(folder, 'person'), 'remote', 'set-url', 'origin', '../remote.git');
  pushEdit(join(folder, 'person'), 1);
  template = folder;
  return folder;
}

/** What the runs execute, below the repository's own folder, and on which night shift. */
const programs: Readonly<
  Record<'product' | 'story' | 'small', { readonly path: string; readonly nightShift: NightShift }>
> = {
  product: { path: 'test/support/fixture-shift/main.ts', nightShift },
  story: { path: 'test/support/story-shift/main.ts', nightShift: storyShift },
  small: { path: 'test/support/small-shift/main.ts', nightShift: smallShift },
};

/** As .github/workflows/approve.yml does: its first job, and where that lets something through, its second. */
async function decideIn(
  { repository }: GitHubServer,
  run: ActionsWorld['runHere'],
  now: string,
  by: string,
  act: Act,
): Promise<{ decided: Ended; ran: Ended | null }> {
  repository.now = now.replace('.000Z', 'Z');
  const issue = repository.issues.find(({ number }) => number === act.issue);
  if (!issue) throw new Error(`there is no issue #${act.issue}`);
  const sender = { login: by, type: 'User' };
  const common = { issue: { number: issue.number }, sender };
  if ('label' in act) issue.labels.push(act.label);
  const comment = 'comment' in act ? repository.comment(issue, act.comment, by) : null;
  const decided = await run({
    args: ['decide'],
    now,
    event: comment ? 'issue_comment' : 'issues',
    payload: comment
      ? { ...common, action: 'created', comment: { id: comment.id, user: sender } }
      : { ...common, action: 'labeled', label: { name: 'label' in act ? act.label : '' } },
  });
  const { batch, 'as-of': asOf, approve = '', approver, issue: number } = decided.outputs;
  if (!batch) return { decided, ran: null };
  const plans = approve
    .split(' ')
    .filter(Boolean)
    .map((plan) => `--approve=${plan}`);
  const args = ['shift', `--as-of=${asOf}`, ...plans, `--approver=${approver}`, `--issue=${number}`, '--', batch];
  return { decided, ran: await run({ args, now, event: 'issues' }) };
}

/** A night shift of a test's own is run in this process alone. */
export async function actionsWorld(which: keyof typeof programs | NightShift = 'product'): Promise<ActionsWorld> {
  const program = typeof which === 'string' ? programs[which] : { ...programs.story, nightShift: which };
  const base = mkdtempSync(join(tmpdir(), 'nightshift-story-'));
  const server = await startGitHubServer();
  for (const file of ['nightly.yml', 'watch.yml'])
    server.repository.addWorkflow(file, 'active', '2026-11-01T00:00:00Z');
  const workbook = join(base, 'workbook');
  mkdirSync(workbook);
  cpSync(repositories(), base, { recursive: true });
  const person = join(base, 'person');
  let edits = 1;
  const personPushes = (): void => {
    git(person, 'pull', '-q', '--rebase', 'origin', 'main');
    pushEdit(person, ++edits);
  };
  let runs = 0;
  const prepare = ({ args, now, event = 'schedule', payload, env = {} }: Order) => {
    const id = ++runs;
    server.repository.now = now.replace('.000Z', 'Z');
    const clone = join(base, `clone-${id}`);
    // As actions/checkout does: the newest commit alone.
    git(base, 'clone', '-q', '--depth=1', '-b', 'main', `file://${join(base, 'remote.git')}`, `clone-${id}`);
    const path = (name: string): string => join(base, `${name}-${id}`);
    const paths = { summary: path('summary'), event: path('event'), output: path('output') };
    writeFileSync(paths.summary, '');
    writeFileSync(paths.output, '');
    writeFileSync(paths.event, JSON.stringify(payload ?? (event === 'schedule' ? { schedule: '17 3 * * *' } : {})));
    const variables = {
      PATH: process.env.PATH,
      HOME: base,
      NIGHTSHIFT_TEST_NOW: now,
      NIGHTSHIFT_WORKBOOK: workbook,
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: server.slug,
      GITHUB_TOKEN: 'ghs_example',
      GITHUB_API_URL: server.url,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_RUN_ID: String(id),
      GITHUB_REF_NAME: 'main',
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: paths.event,
      GITHUB_STEP_SUMMARY: paths.summary,
      GITHUB_OUTPUT: paths.output,
      GITHUB_WORKSPACE: clone,
      ...env,
    };
    const [command = '', ...rest] = args;
    const line = [command, '--ledger', join(clone, 'data/ledger'), ...rest];
    const outputs = (): Record<string, string> =>
      Object.fromEntries(
        readFileSync(paths.output, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
      );
    const ended = () => ({ summary: readFileSync(paths.summary, 'utf8'), outputs: outputs(), clone });
    return { line, variables, ended };
  };
  const run = async (order: Order): Promise<Ended> => {
    const { line, variables, ended } = prepare(order);
    const clock = ['--import', join(root, 'test/support/clock/main.mjs')];
    const file = await programFile(program.path);
    const child = spawn(process.execPath, [...clock, file, ...line], {
      cwd: root,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += String(chunk);
    });
    const code = await new Promise<number | null>((done) => child.on('close', done));
    return { code, stdout, stderr, ...ended() };
  };
  const runHere = async (order: Order): Promise<Ended> => {
    const { line, variables, ended } = prepare(order);
    const printed = { stdout: '', stderr: '' };
    const listen = (stream: 'stdout' | 'stderr') =>
      vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
        printed[stream] += String(chunk);
        return true;
      });
    const toLine = (stream: 'stdout' | 'stderr') => (text: unknown) => {
      printed[stream] += `${String(text)}\n`;
    };
    const spies = [
      listen('stdout'),
      listen('stderr'),
      vi.spyOn(console, 'log').mockImplementation(toLine('stdout')),
      vi.spyOn(console, 'error').mockImplementation(toLine('stderr')),
    ];
    for (const name of Object.keys(process.env)) if (/^(NIGHTSHIFT|GITHUB)_/.test(name)) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(order.now) });
    try {
      const code = await main(line, order.jobs ?? program.nightShift);
      return { code, ...printed, ...ended() };
    } finally {
      vi.useRealTimers();
      vi.unstubAllEnvs();
      for (const spy of spies) spy.mockRestore();
    }
  };
  const begin = (now: string): Promise<Ended> =>
    runHere({ args: ['shift', 'nightly'], now, event: 'workflow_dispatch' });
  return {
    base,
    workbook,
    server,
    run,
    runHere,
    begin,
    decide: (now, by, act) => decideIn(server, runHere, now, by, act),
    git,
    personPushes,
    log: () => git(join(base, 'remote.git'), 'log', '--format=%s', 'main').split('\n'),
    close: async () => {
      await server.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}
