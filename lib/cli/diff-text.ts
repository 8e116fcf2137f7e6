/**
 * What `diff` says: as text for a terminal, with exact counts, and as Markdown for a pull request, where counts under 5
 * are "<5".
 */
import { code, markdown } from '../github/api/escape.ts';
import { people, peopleChange } from '../report/numbers.ts';
import type { RunComparison } from '../run/compare-runs.ts';
import type { JobResult, RunResult } from '../run/result.ts';
import { count, table } from './text.ts';

export interface RuleDiff {
  readonly base: string;
  readonly commit: string;
  readonly comparison: RunComparison;
  readonly baseResult: RunResult;
  readonly headResult: RunResult;
}

/** How counts and changes of them are written. */
interface Numbers {
  readonly n: (n: number) => string;
  readonly change: (n: number) => string;
}

const EXACT: Numbers = { n: count, change: (n) => `${n > 0 ? '+' : n < 0 ? '−' : '±'}${count(Math.abs(n))}` };
const OUTWARD: Numbers = { n: people, change: peopleChange };

interface Part {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The first line of the comment: by it the workflow finds the comment to update. */
export const COMMENT_MARKER = '<!-- nightshift diff -->';

/** Names of lists come from rules; any other list in the workbook is a typed cell. */
function ruledLists({ baseResult, headResult }: RuleDiff): ReadonlySet<string> {
  return new Set(
    [baseResult, headResult].flatMap(({ jobs }) =>
      jobs.flatMap(({ metrics }) =>
        metrics.lists && typeof metrics.lists === 'object' ? Object.keys(metrics.lists) : [],
      ),
    ),
  );
}

const VALUES: Readonly<Record<string, RegExp>> = {
  status: /^(subscribed|unsubscribed|suppressed|none)$/,
  email_status: /^(valid|risky|invalid|unknown|none)$/,
  score_band: /^([A-Z][1-9]|none)$/,
  value_band: /^(vip|high|medium|low|lapsing|none)$/,
};

function parts(diff: RuleDiff, { n, change }: Numbers, outward: boolean): Part[] {
  const { lists, moves, tables } = diff.comparison;
  const ruled = ruledLists(diff);
  const listRows = lists
    .filter(({ added, removed }) => added + removed > 0)
    .map(({ list, base, head, added, removed }) => [
      ruled.has(list) ? list : 'a list that no rule names',
      n(base),
      n(head),
      change(added),
      change(-removed),
    ]);
  const value = (column: string, text: string): string => (!outward || VALUES[column]?.test(text) ? text : 'other');
  const moveRows = moves.map(({ column, before, after, rows }) => [
    column,
    `${value(column, before)} → ${value(column, after)}`,
    n(rows),
  ]);
  const tableRows = Object.entries(tables)
    .filter(([name, { added, removed }]) => name !== 'memberships' && added + removed > 0)
    .map(([name, { added, removed }]) => [name, change(added), change(-removed)]);
  const all: Part[] = [
    { title: 'Lists', head: ['list', 'base', 'this change', 'joining', 'leaving'], rows: listRows },
    { title: 'Contacts that move', head: ['column', 'from → to', 'contacts'], rows: moveRows },
    { title: 'Rows of other tables', head: ['table', 'more', 'fewer'], rows: tableRows },
    { title: 'Stopped or held', head: ['job', 'base', 'this change'], rows: stops(diff, n) },
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

/** The jobs that guards, wrong rules or failures stop on one side at least, where the two sides differ. */
function stops({ baseResult, headResult }: RuleDiff, n: Numbers['n']): string[][] {
  const text = (job: JobResult | undefined): string => {
    if (!job) return 'not there';
    const guards = job.guards
      .filter(({ passed }) => !passed)
      .map(({ guard, found, limit }) => `${guard}: found ${n(found)}, limit ${n(limit)}`);
    const held = job.heldParts.length > 0 ? [`${job.heldParts.length} held`] : [];
    const failed = job.error ? [`failed: ${job.error.kind}`] : [];
    return [...failed, ...guards, ...held].join('; ') || 'passes';
  };
  const names = [...new Set([...baseResult.jobs, ...headResult.jobs].map(({ job }) => job))];
  const of = (result: RunResult, name: string) => result.jobs.find(({ job }) => job === name);
  return names
    .map((name) => [name, text(of(baseResult, name)), text(of(headResult, name))])
    .filter(([, before, after]) => before !== after || !['passes', 'not there'].includes(after ?? ''));
}

const NOTHING = 'No list, score, suppression or merge differs.';

/** Lines for a terminal. */
export function diffText(diff: RuleDiff, rowsFile: string | undefined): string[] {
  const found = parts(diff, EXACT, false);
  return [
    `This checkout beside ${diff.base} (${diff.commit.slice(0, 8)}), planned on one snapshot; nothing was written`,
    '',
    ...(found.length === 0 ? [NOTHING, ''] : []),
    ...found.flatMap(({ title, head, rows }) => [title, ...table([head, ...rows], '  '), '']),
    ...(rowsFile === undefined ? [] : [`Written: ${rowsFile}, every row that differs (personal data)`]),
  ];
}

/** The comment on a pull request. */
export function diffMarkdown(diff: RuleDiff, workbook: string): string {
  const found = parts(diff, OUTWARD, true);
  const row = (cells: readonly string[]): string => `| ${cells.map(markdown).join(' | ')} |`;
  return [
    COMMENT_MARKER,
    `## What this change does on ${workbook}`,
    '',
    `Planned with the rules of ${code(diff.base)} (${code(diff.commit.slice(0, 8))}) and of this change, on ` +
      'one snapshot. Nothing was written. Counts under 5 are shown as &lt;5.',
    '',
    ...(found.length === 0 ? [NOTHING] : []),
    ...found.flatMap(({ title, head, rows }) => [
      `### ${title}`,
      '',
      row(head),
      `|${head.map(() => ' --- |').join('')}`,
      ...rows.map(row),
      '',
    ]),
  ].join('\n');
}
