/**
 * A repository on GitHub, for stories: a bare remote, a person's clone, a workbook of CSV files, the local GitHub
 * server, and runs as child processes, each in a fresh clone with Actions' own environment variables.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitHubServer, startGitHubServer } from './github-server/server.ts';

const root = join(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly summary: string;
  readonly clone: string;
}

export interface Order {
  readonly args: readonly string[];
  /** The clock when it starts. */
  readonly now: string;
  readonly event?: 'schedule' | 'workflow_dispatch';
  readonly env?: Readonly<Record<string, string>>;
}

export interface ActionsWorld {
  readonly base: string;
  readonly workbook: string;
  readonly server: GitHubServer;
  run(order: Order): Promise<Ended>;
  git(folder: string, ...args: string[]): string;
  /** A person edits a file and pushes. */
  personPushes(): void;
  /** The subjects of the remote's commits, newest first. */
  log(): string[];
  close(): Promise<void>;
}

const who = ['-c', 'user.name=Dana Example', '-c', 'user.email=dana@example.com', '-c', 'init.defaultBranch=main'];

/** `program`: what the runs execute, below the repository's own folder. */
export async function actionsWorld(program = 'bin/nightshift.js'): Promise<ActionsWorld> {
  const base = mkdtempSync(join(tmpdir(), 'nightshift-story-'));
  const server = await startGitHubServer();
  for (const file of ['nightly.yml', 'watch.yml'])
    server.repository.addWorkflow(file, 'active', '2026-11-01T00:00:00Z');
  const workbook = join(base, 'workbook');
  mkdirSync(workbook);
  const git = (folder: string, ...args: string[]): string =>
    execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  git(base, 'init', '-q', '--bare', 'remote.git');
  git(base, 'clone', '-q', 'remote.git', 'person');
  const person = join(base, 'person');
  let edits = 0;
  const personPushes = (): void => {
    if (edits > 0) git(person, 'pull', '-q', '--rebase', 'origin', 'main');
    writeFileSync(join(person, 'notes.md'), `${++edits}\n`);
    git(person, 'add', 'notes.md');
    git(person, 'commit', '-qm', `Edit ${edits}`);
    git(person, 'push', '-q', 'origin', 'HEAD:main');
  };
  personPushes();
  let runs = 0;
  const run = async ({ args, now, event = 'schedule', env = {} }: Order): Promise<Ended> => {
    const id = ++runs;
    server.repository.now = now.replace('.000Z', 'Z');
    const clone = join(base, `clone-${id}`);
    // As actions/checkout does: the newest commit alone.
    git(base, 'clone', '-q', '--depth=1', '-b', 'main', `file://${join(base, 'remote.git')}`, `clone-${id}`);
    const paths = { summary: join(base, `summary-${id}.md`), event: join(base, `event-${id}.json`) };
    writeFileSync(paths.summary, '');
    writeFileSync(paths.event, JSON.stringify(event === 'schedule' ? { schedule: '17 3 * * *' } : {}));
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
      ...env,
    };
    const [command = '', ...rest] = args;
    const line = [command, '--ledger', join(clone, 'data/ledger'), ...rest];
    const imports = ['--import', 'tsx', '--import', join(root, 'test/support/clock/main.ts')];
    const child = spawn(process.execPath, [...imports, join(root, program), ...line], {
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
    return { code, stdout, stderr, summary: readFileSync(paths.summary, 'utf8'), clone };
  };
  return {
    base,
    workbook,
    server,
    run,
    git,
    personPushes,
    log: () => git(join(base, 'remote.git'), 'log', '--format=%s', 'main').split('\n'),
    close: async () => {
      await server.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}
