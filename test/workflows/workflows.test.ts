/**
 * The workflows, checked without GitHub: by GitHub's own language service, against the batches, and for what would
 * make them unsafe.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { minutesOf } from '../../lib/core/calendar/cron.ts';

const folder = join(import.meta.dirname, '../../.github/workflows');
const files = readdirSync(folder);
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface WorkflowFile {
  readonly on: {
    readonly schedule?: { readonly cron: string; readonly timezone?: string }[];
    readonly workflow_dispatch?: {
      readonly inputs?: Record<string, { readonly options?: string[]; readonly default?: unknown }>;
    } | null;
  };
  readonly permissions: unknown;
  readonly jobs: Record<
    string,
    {
      readonly uses?: string;
      readonly 'timeout-minutes'?: number;
      readonly permissions?: object;
      readonly steps?: Step[];
    }
  >;
}
const read = (file: string): WorkflowFile => parse(textOf(file)) as WorkflowFile;

it('holds nothing that GitHub would not take', () => {
  const check = join(import.meta.dirname, '../support/workflow-check/main.ts');
  const paths = files.map((file) => join(folder, file));
  const printed = execFileSync(process.execPath, ['--import', 'tsx', check, ...paths], { encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual(Object.fromEntries(files.map((file) => [file, []])));
});

/** Checkers that are used where they are installed; CI always has them. */
const checkers = [
  ['zizmor', ['--offline', '--color=never', '--persona=pedantic', '--quiet', '.github/workflows']],
  ['actionlint', []],
] as const;

for (const [tool, args] of checkers) {
  const isMissing = spawnSync(tool, ['--version']).error !== undefined;
  it.skipIf(isMissing)(`${tool} finds no fault${isMissing ? ' (skipped: not installed)' : ''}`, () => {
    const { status, stdout } = spawnSync(tool, args, { cwd: join(folder, '../..'), encoding: 'utf8' });
    expect([status, stdout.replace(/No findings to report.*/, '').trim()]).toEqual([0, '']);
  });
}

describe.each(files)('%s', (file) => {
  it('gives nothing away: no permission but where it is needed, each with its reason', () => {
    const { permissions, jobs } = read(file);
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) expect(job.permissions).toBeDefined();
    const given = textOf(file)
      .split('\n')
      .filter((line) => /^\s+[a-z-]+: (read|write)\b/.test(line));
    expect(given.filter((line) => !/# \w/.test(line))).toEqual([]);
  });

  it('pins every action by its commit, and says which version that is', () => {
    const uses = textOf(file)
      .split('\n')
      .filter((line) => /^\s*(- )?uses:/.test(line));
    expect(
      uses.filter((line) => !/uses: (\$\/\.github\/workflows\/_run\.yml$|[\w./-]+@[0-9a-f]{40} # v\d)/.test(line)),
    ).toEqual([]);
  });

  it('puts no expression into a script, keeps no credentials and ends in time', () => {
    for (const job of Object.values(read(file).jobs)) {
      if (job.uses === undefined) expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const step of job.steps ?? []) {
        expect(step.run ?? '').not.toContain('${{');
        if (step.uses?.startsWith('actions/checkout@')) expect(step.with?.['persist-credentials']).toBe(false);
      }
    }
    expect(textOf(file)).not.toMatch(/pull_request_target|workflow_run|secrets: inherit/);
  });
});

it('has no workflow on a schedule that is neither a batch’s nor the watch nor the page', () => {
  const scheduled = files.filter((file) => read(file).on.schedule && !/^ {6}due: true/m.test(textOf(file)));
  expect(scheduled.sort()).toEqual(['pages.yml', 'watch.yml']);
});

it('the watch looks at times that GitHub is not busy at', () => {
  for (const { cron, timezone } of read('watch.yml').on.schedule ?? []) {
    expect(() => new Intl.DateTimeFormat('en', { timeZone: timezone })).not.toThrow();
    for (const minute of minutesOf(cron)) expect(minute % 5).not.toBe(0);
  }
});

it('runs by hand are dry unless a person says otherwise', () => {
  expect(read('run-job.yml').on.workflow_dispatch?.inputs?.dry_run?.default).toBe(true);
});

it('has a plain form for GitHub Enterprise Server and act, which GitHub takes as well', () => {
  const out = mkdtempSync(join(tmpdir(), 'nightshift-plain-'));
  const main = join(import.meta.dirname, '../support/plain-workflows/main.ts');
  execFileSync(process.execPath, ['--import', 'tsx', main, out]);
  const paths = files.map((file) => join(out, file));
  const texts = paths.map((path) => readFileSync(path, 'utf8'));
  expect(texts.filter((text) => /queue:|\$\/\.github/.test(text))).toEqual([]);
  const check = join(import.meta.dirname, '../support/workflow-check/main.ts');
  const printed = execFileSync(process.execPath, ['--import', 'tsx', check, ...paths], { encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual(Object.fromEntries(files.map((file) => [file, []])));
  rmSync(out, { recursive: true });
});

it('listens to people in issues with a workflow that runs nothing of what they wrote', () => {
  const text = textOf('approve.yml');
  expect(text.match(/github\.event\.(comment|label|issue)\.[a-z_]+/g)?.sort()).toEqual([
    'github.event.comment.body',
    'github.event.comment.body',
    'github.event.issue.number',
    'github.event.issue.pull_request',
    'github.event.label.name',
  ]);
  const { jobs } = read('approve.yml');
  expect(Object.keys(jobs)).toEqual(['decide', 'run']);
  expect(jobs.decide?.permissions).toEqual({ contents: 'read', issues: 'write' });
});

it('spends no minute of a schedule on a repository without a workbook but for one notice', () => {
  const runs = "if: github.event_name != 'schedule' || inputs.workbook != '' || vars.NIGHTSHIFT_WORKBOOK != ''";
  expect(textOf('_run.yml')).toContain(runs);
  expect(textOf('watch.yml')).toContain("if: vars.NIGHTSHIFT_WORKBOOK != ''");
  const [notice] = Object.values(read('_run.yml').jobs);
  expect(notice?.steps?.map(({ run = '' }) => run)).toEqual([expect.stringContaining('::notice::')]);
});
