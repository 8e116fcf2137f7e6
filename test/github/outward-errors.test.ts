/** What a run says of itself on its page, and the warnings where nothing failed: whole texts, and the lines they hang on. */
import { describe, expect, it } from 'vitest';
import { summaryText } from '../../lib/github/summary.ts';
import { warningNews } from '../../lib/github/warnings.ts';
import type { LedgerEntry } from '../../lib/run/ledger-entry.ts';
import type { JobResult, RunResult } from '../../lib/run/result.ts';

const aJob = (given: Partial<JobResult>): JobResult => ({
  ...{ job: 'bounce-suppression', period: '2026-11-23', status: 'applied', plan: 'sha256:1', changes: {}, reasons: {} },
  ...{ guards: [], held: {}, heldParts: [], metrics: {}, seconds: 1.25 },
  ...given,
});
const aResult = (jobs: readonly JobResult[], quarantine: Readonly<Record<string, number>> = {}): RunResult => ({
  snapshot: { rows: { contacts: 40 }, quarantined: Object.values(quarantine).reduce((sum, n) => sum + n, 0) },
  quarantine,
  jobs,
});
const anEntry = (run: string, given: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{
    job: 'bounce-suppression',
    period: '2026-11-22',
    status: 'applied' as const,
    plan: null,
    changes: {},
    reasons: {},
  },
  ...{ guards: [], held: {}, metrics: {}, seconds: 1 },
  ...{ run, startedAt: '2026-11-22T03:17:00Z', endedAt: '2026-11-22T03:17:09Z', asOf: '2026-11-22T03:17:00Z' },
  ...{ workbook: 'w', inputs: {}, rules: '', commit: null, trigger: 'schedule' as const },
  ...given,
});

it('a summary shows each job, why it changed what, what was held and stopped, and the quarantine', () => {
  const jobs = [
    aJob({
      job: 'list-cleaning',
      changes: { contacts: { insert: 0, update: 12, remove: 0 } },
      reasons: { 'contacts.phone: to E.164': 9, 'contacts.email_note: <img> @everyone': 3 },
      held: { 'changed meanwhile': 2 },
      metrics: { sentences: 'This quarter: 12 buyers.', warnings: ['the model jumped'] },
    }),
    aJob({
      status: 'blocked',
      guards: [{ guard: 'at most 2 % of contacts', limit: 10, found: 15, passed: false }],
    }),
    aJob({ job: 'list-refresh', status: 'skipped', next: 'needs bounce-suppression' }),
    aJob({
      job: 'exports',
      status: 'failed',
      error: { kind: 'CsvError', message: 'ada@example.com', outward: 'A file of the workbook can’t be read as CSV.' },
    }),
  ];
  const history = new Map([['list-cleaning', [4, 1, 2].map((seconds, i) => anEntry(`r${i}`, { seconds }))]]);
  const text = summaryText({
    ...{ batch: 'nightly', asOf: new Date('2026-11-23T03:17:00Z'), history, run: 'now', notes: ['A note.'] },
    result: aResult(jobs, { 'contacts: no date or time': 3 }),
    reported: [{ key: 'k', did: 'opened', issue: { number: 7, url: 'https://github.example/7' } as never }],
  });
  expect(text).toMatchInlineSnapshot(`
    "## nightly, as of 2026-11-23 03:17 UTC

    **Failed: \`exports\`.** Nothing of it was written. Skipped after that: \`list-refresh\`. **Waits for a decision: \`bounce-suppression\`.** Of the others, 1 job wrote changes, 0 had nothing to change.

    - issue [#7](https://github.example/7): opened

    > A note.

    | job | outcome | changes | time | usual |
    | --- | --- | --- | ---: | ---: |
    | \`list-cleaning\` | ✅ applied | contacts 12 changed | 1.3 s | 2.0 s |
    | \`bounce-suppression\` | ✋ waits for approval | no changes | 1.3 s | – |
    | \`list-refresh\` | ⏭ skipped | needs bounce\\-suppression | 1.3 s | – |
    | \`exports\` | ❌ failed | A file of the workbook can’t be read as CSV. | 1.3 s | – |

    \`\`\`mermaid
    flowchart LR
      j0["list-cleaning<br/>applied<br/>contacts 12 changed"]:::applied
      j1["bounce-suppression<br/>blocked"]:::blocked
      j2["list-refresh<br/>skipped"]:::skipped
      j3["exports<br/>failed"]:::failed
      j0 --> j1 --> j2 --> j3
      classDef applied fill:#d7f0dd,stroke:#2f7d46
      classDef blocked fill:#fbeecb,stroke:#a97a13
      classDef skipped fill:#eeeeee,stroke:#888888
      classDef failed fill:#f8d9d6,stroke:#b3392c
    \`\`\`

    - \`list-cleaning\`: This quarter: 12 buyers.
    - \`list-cleaning\`: review: the model jumped

    <details><summary>list-cleaning: 12 changes, by reason</summary>

    | rows | why |
    | ---: | --- |
    | 9 | contacts.phone: to E.164 |
    | 3 | contacts.email\\_note: &lt;img&gt; @⁠everyone |
    | 2 held | changed meanwhile |

    </details>

    **Guards**: 0 of 1 passed.
    - ✋ \`bounce-suppression\`: at most 2 % of contacts: found 15, the limit is 10

    **Quarantine**: 3 rows that no job touches until fixed.
    - 3: contacts: no date or time
    "
  `);
  expect(text).not.toContain('ada@example.com');
});

describe('a warning', () => {
  const BEFORE = anEntry('before', {
    metrics: { quarantine: { 'contacts: missing': 20 }, bouncesByClass: { sender: 5 } },
  });
  const news = (result: RunResult, before: readonly LedgerEntry[] = [BEFORE]) =>
    warningNews({ result, history: new Map([['bounce-suppression', before]]), run: 'now', runUrl: null });
  const raised = (result: RunResult, before?: readonly LedgerEntry[]) =>
    news(result, before).alerts.map(({ key }) => key);
  const rates = (given: object) =>
    aResult([aJob({ metrics: { rates: { bounces: 'well', complaints_level: 'well', ...given } } })]);

  it('is raised where the quarantine grows by a tenth and ten rows, and not before', () => {
    const rows = (n: number) => aResult([aJob({})], { 'contacts: missing': n });
    expect([29, 30, 200].map((n) => raised(rows(n)))).toEqual([[], ['warning/quarantine'], ['warning/quarantine']]);
    const many = [anEntry('before', { metrics: { quarantine: { a: 200 } } })];
    expect([220, 221].map((n) => raised(rows(n), many))).toEqual([[], ['warning/quarantine']]);
    expect(raised(rows(500), [])).toEqual([]);
    expect(news(rows(30)).alerts[0]?.body).toMatchInlineSnapshot(`
      "30 rows can’t be read and are in quarantine, 10 more than the run before. No job touches them until they are fixed; the workbook’s table "quarantine" shows which, and why.

      | rows | why |
      | ---: | --- |
      | 30 | contacts: missing |
      "
    `);
  });

  it.each(['warn', 'error', 'stop'])('is raised for a rate over the line "%s"', (level) => {
    expect(raised(rates({ bounces: level, bounce_rate: 0.0512 }))).toEqual(['warning/bounce-rate']);
    const complaints = news(rates({ complaints_level: level, complaint_rate: 0.004 })).alerts;
    expect(complaints.map(({ key, title }) => [key, title])).toEqual([
      ['warning/complaint-rate', 'Too many complaints'],
    ]);
    expect(complaints[0]?.body).toContain(`0.40 % complaints of late: over the line \`${level}\`.`);
  });

  it('is cleared under the line, and neither raised nor cleared where a rate is unknown', () => {
    const cleared = (given: object) => news(rates(given)).allClear.map(({ key }) => key);
    expect(cleared({})).toContain('warning/bounce-rate');
    expect(cleared({ bounces: 'unknown', complaints_level: 'unknown' })).toEqual([
      'warning/quarantine',
      'warning/rules/bounce-suppression',
      'warning/bursts',
      'warning/sender-faults',
    ]);
    expect(
      news(rates({}))
        .allClear.find(({ key }) => key === 'warning/bounce-rate')
        ?.text('2 days'),
    ).toBe('The bounce rate is under its line again, after 2 days.');
  });

  it('is raised where a rule is wrong, without the workbook’s columns, and cleared when it is fixed', () => {
    const held = (part: string, plan: string | null) => ({ part, reason: 'no column "Ada Byron"', rows: 3, plan });
    const heldParts = [held('Hot <leads>', null), held('Big', 'sha256:1'), held('New', null)];
    const [alert] = news(aResult([aJob({ job: 'list-refresh', heldParts })])).alerts;
    expect([alert?.key, alert?.title, alert?.body]).toEqual([
      'warning/rules/list-refresh',
      'list-refresh can’t follow 2 rules',
      'What is written in `jobs/rules` for Hot &lt;leads&gt; and New is wrong, so that they stay as the last good run left them; the rest went on. The run’s report shows what is wrong. Fix the rule, or what it names: no approval lets it through.',
    ]);
    expect(news(aResult([aJob({ job: 'list-refresh' })])).allClear.map(({ key }) => key)).toContain(alert?.key);
    expect(raised(aResult([aJob({ job: 'list-refresh', status: 'failed' })]))).toEqual([]);
  });

  it('is raised for a burst, and cleared when it is a week ago', () => {
    const struck = (lately: number) => aResult([aJob({ metrics: { rates: {}, bursts: { bursts: 3, lately } } })]);
    const [alert] = news(struck(2)).alerts;
    expect([alert?.key, alert?.body]).toEqual([
      'warning/bursts',
      '2 bursts of bounces of late: so many at one domain on one day, for one reason, that the receiver or the sender broke. No person is suppressed for that. The run’s report shows where and when; mail to these people again once the cause is found.',
    ]);
    expect(news(struck(0)).allClear.map(({ key }) => key)).toContain('warning/bursts');
  });

  it('is raised where twenty more bounces blame the sender than the run before', () => {
    const blamed = (n: number) =>
      aResult([aJob({ metrics: { rates: {}, bouncesByClass: { sender: n, address: 99 } } })]);
    expect(raised(blamed(24))).toEqual([]);
    expect(raised(blamed(25))).toEqual(['warning/sender-faults']);
    // This run's own entry is no run before.
    const own = anEntry('now', { metrics: { bouncesByClass: { sender: 25 } } });
    expect(raised(blamed(25), [BEFORE, own])).toEqual(['warning/sender-faults']);
  });
});
