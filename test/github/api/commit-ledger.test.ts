import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { commitLedger, fetchLedger, LEDGER_BRANCH, LedgerNotPushed } from '../../../lib/github/api/commit-ledger.ts';

let base: string;
let clone: string;
const who = ['-c', 'user.name=Dana Example', '-c', 'user.email=dana@example.com', '-c', 'init.defaultBranch=main'];
const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();

/** What each test gets a copy of; the clones name their remote by its place beside them. */
const template = mkdtempSync(join(tmpdir(), 'nightshift-ledger-'));
beforeAll(() => {
  git(template, 'init', '-q', '--bare', 'remote.git');
  git(template, 'clone', '-q', 'remote.git', 'person');
  const person = join(template, 'person');
  writeFileSync(join(person, 'README.md'), 'ours\n');
  git(person, 'add', '.');
  git(person, 'commit', '-qm', 'Start');
  git(person, 'push', '-q', 'origin', 'HEAD:main');
  git(template, 'clone', '-q', '-b', 'main', 'remote.git', 'clone');
  for (const each of ['person', 'clone']) git(join(template, each), 'remote', 'set-url', 'origin', '../remote.git');
});
afterAll(() => rmSync(template, { recursive: true, force: true }));
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'nightshift-ledger-'));
  cpSync(template, base, { recursive: true });
  clone = join(base, 'clone');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const path = 'list-cleaning/2026-11-23/run1.json';
function entry(name = path, text = '{}\n'): string {
  mkdirSync(join(clone, 'data/ledger', name, '..'), { recursive: true });
  writeFileSync(join(clone, 'data/ledger', name), text);
  return name;
}
const waits: number[] = [];
const commit = async (write: string[], remove: string[] = []) => (await push(write, remove)).commit;
const push = (write: string[], remove: string[] = []) =>
  commitLedger({
    folder: join(clone, 'data/ledger'),
    write,
    remove,
    message: 'list-cleaning 2026-11-23: 41 suppressed',
    branch: 'main',
    sleep: async (ms) => {
      waits.push(ms);
    },
  });
const onRemote = () => git(join(base, 'remote.git'), 'ls-tree', '-r', '--name-only', 'main').split('\n');
let pushes = 0;
function personPushes(): void {
  const person = join(base, 'person');
  git(person, 'pull', '-q', '--rebase', 'origin', 'main');
  appendFileSync(join(person, 'README.md'), `${++pushes}\n`);
  git(person, 'commit', '-qam', 'Edit');
  git(person, 'push', '-q', 'origin', 'HEAD:main');
}

it('takes nothing along but the ledger files that it was given', async () => {
  entry();
  writeFileSync(join(clone, 'gha-creds-1.json'), '{}');
  writeFileSync(join(clone, 'data/ledger/secret.json'), '{}');
  writeFileSync(join(clone, 'README.md'), 'half an edit');
  writeFileSync(join(clone, 'staged.txt'), 'staged');
  git(clone, 'add', 'staged.txt');
  const made = await commit([path]);
  expect(onRemote()).toEqual(['README.md', `data/ledger/${path}`]);
  expect(git(clone, 'log', '-1', '--format=%an <%ae>|%s', made ?? '')).toBe(
    'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>|list-cleaning 2026-11-23: 41 suppressed',
  );
  expect(git(clone, 'status', '--porcelain')).toContain('A  staged.txt');
});

it.each(['../../.github/workflows/x.yml', 'gha-creds-1.json', 'a/b/../../../x.json', '.git/config'])(
  'refuses to commit %s',
  async (name) => {
    await expect(commit([name])).rejects.toThrow('is no file of the ledger');
  },
);

it('commits nothing where the remote has it already', async () => {
  entry();
  expect(await commit([path])).not.toBeNull();
  expect(await commit([path])).toBeNull();
});

it('builds on what people push meanwhile, and loses none of it', async () => {
  entry();
  // A hook of the clone runs between the fetch and the push: the person is always faster, three times.
  let left = 3;
  const hook = join(clone, '.git/hooks/pre-push');
  writeFileSync(hook, `#!/bin/sh\nwhile [ -e "${base}/wait" ]; do sleep 0.02; done\n`, { mode: 0o755 });
  writeFileSync(join(base, 'wait'), '');
  const pushing = commit([path]);
  const timer = setInterval(() => {
    if (left > 0) {
      left -= 1;
      personPushes();
    }
    if (left === 0) rmSync(join(base, 'wait'), { force: true });
  }, 50);
  await pushing;
  clearInterval(timer);
  const log = git(join(base, 'remote.git'), 'log', '--format=%s', 'main').split('\n');
  expect(log).toEqual(['list-cleaning 2026-11-23: 41 suppressed', 'Edit', 'Edit', 'Edit', 'Start']);
});

it('repeats no push that a rule forbids, names the cause, and never forces', async () => {
  writeFileSync(join(base, 'remote.git/hooks/pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  entry();
  waits.length = 0;
  await expect(commit([path])).rejects.toThrow(LedgerNotPushed);
  expect(waits).toEqual([]);
  expect(onRemote()).toEqual(['README.md']);
});

const indexFiles = (): string[] => readdirSync(tmpdir()).filter((each) => each.startsWith('nightshift-index-'));

it('leaves nothing half done wherever git is killed', async () => {
  const standing = new Set(indexFiles());
  entry();
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  const shim = join(base, 'bin');
  mkdirSync(shim);
  const before = process.env.PATH;
  let deaths = 0;
  try {
    for (const when of ['before', 'after']) {
      for (const step of ['hash-object', 'fetch', 'read-tree', 'update-index', 'write-tree', 'commit-tree', 'push']) {
        const act = `if [ "$1" = ${step} ] && [ ! -e "${base}/died" ]; then`;
        const death =
          when === 'before' ? `touch "${base}/died"; kill -9 $$` : `"${real}" "$@"; touch "${base}/died"; kill -9 $$`;
        writeFileSync(join(shim, 'git'), `#!/bin/sh\n${act} ${death}; fi\nexec "${real}" "$@"\n`, { mode: 0o755 });
        rmSync(join(base, 'died'), { force: true });
        process.env.PATH = `${shim}:${before}`;
        entry(path, `{"${when}": "${step}"}\n`);
        await commit([path]).catch(() => undefined);
        process.env.PATH = before;
        deaths += 1;
        await commit([path]);
        expect(git(join(base, 'remote.git'), 'show', `main:data/ledger/${path}`)).toBe(`{"${when}": "${step}"}`);
      }
    }
  } finally {
    process.env.PATH = before;
  }
  expect(deaths).toBe(14);
  const log = git(join(base, 'remote.git'), 'log', '--format=%s', 'main').split('\n');
  expect(log).toHaveLength(15);
  expect(indexFiles().filter((each) => each.includes(`-${process.pid}-`) && !standing.has(each))).toEqual([]);
});

it('takes files out that a compaction has put together', async () => {
  entry();
  await commit([path]);
  entry('list-cleaning/2026-11.jsonl');
  await commit(['list-cleaning/2026-11.jsonl'], [path, 'list-cleaning/2026-11-22/never.json']);
  expect(onRemote()).toEqual(['README.md', 'data/ledger/list-cleaning/2026-11.jsonl']);
});

const forbid = (branch: string): void =>
  writeFileSync(
    join(base, 'remote.git/hooks/pre-receive'),
    `#!/bin/sh\nwhile read -r _ _ ref; do [ "$ref" = refs/heads/${branch} ] && { echo "GH013: Repository rule violations found"; exit 1; }; done; exit 0\n`,
    { mode: 0o755 },
  );
const pathsOn = (branch: string): string[] =>
  git(join(base, 'remote.git'), 'ls-tree', '-r', '--name-only', branch).split('\n');

it('moves to a branch of its own, with the whole ledger, where the default branch refuses it', async () => {
  await commit([entry()]);
  forbid('main');
  const second = entry('list-cleaning/2026-11-24/run2.json');
  waits.length = 0;
  expect((await push([second])).branch).toBe(LEDGER_BRANCH);
  expect(waits).toEqual([]);
  expect(pathsOn(LEDGER_BRANCH)).toEqual([`data/ledger/${path}`, `data/ledger/${second}`]);
  // From then on it stays there, and a fresh checkout of the default branch finds it.
  git(base, 'clone', '-q', '--depth=1', '-b', 'main', `file://${join(base, 'remote.git')}`, 'fresh');
  clone = join(base, 'fresh');
  await fetchLedger(join(clone, 'data/ledger'), {});
  expect(readdirSync(join(clone, 'data/ledger/list-cleaning')).sort()).toEqual(['2026-11-23', '2026-11-24']);
  const third = entry('list-cleaning/2026-11-25/run3.json');
  expect((await push([third], [second])).branch).toBe(LEDGER_BRANCH);
  expect(pathsOn(LEDGER_BRANCH)).toEqual([`data/ledger/${path}`, `data/ledger/${third}`]);
  expect(pathsOn('main')).toEqual(['README.md', `data/ledger/${path}`]);
});
