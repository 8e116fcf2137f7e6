/**
 * The whole story, told in fresh clones with Actions' own environment, its turning points by child processes: three
 * nights fail, one recovers, one is stopped and approved, a person pushes meanwhile, a week is missed. Every issue,
 * comment and commit is compared whole.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionsWorld, actionsWorld, type Ended } from '../support/actions.ts';
import { aBounce, aContact, writeWorkbook } from '../support/workbook.ts';

let world: ActionsWorld;
const contacts = Array.from({ length: 40 }, (_, i) => aContact({ contact_id: `p${i}` }));
const file = (name: string): string => join(world.workbook, name);
const nightOf = (day: string, time = '03:41') => ({
  args: ['shift', '--due', 'nightly'],
  now: `${day}T${time}:00.000Z`,
});
/** A night whose process is not what matters. */
const night = (day: string, time?: string): Promise<Ended> => world.runHere(nightOf(day, time));
const nightInAProcess = (day: string): Promise<Ended> => world.run(nightOf(day));

/** What differs from run to run, out of a text. */
const steady = (text: string): string =>
  text.replace(/run="[^"]*"/g, 'run="…"').replace(/sha256:[0-9a-f]{64}/g, 'sha256:…');
const issues = () =>
  world.server.repository.issues.map(({ number, title, state, stateReason, comments }) =>
    steady(
      [`#${number} ${title}: ${stateReason ?? state}`, ...comments.map(({ body }) => `  ${body.split('\n')[0]}`)].join(
        '\n',
      ),
    ),
  );

beforeAll(async () => {
  world = await actionsWorld('story');
  writeWorkbook(world.workbook, { contacts });
});
afterAll(async () => {
  await world.close();
});

describe('a night shift that has its bad nights', { timeout: 60_000 }, () => {
  it('says nothing where all is well, but keeps its ledger', async () => {
    const first = await nightInAProcess('2026-11-10');
    expect([first.code, first.stderr.includes('Error')]).toEqual([0, false]);
    expect(issues()).toEqual([]);
    expect(world.log()[0]).toMatch(/^nightly 2026-11-10: \d jobs applied/);
  });

  it('opens one issue for three nights that fail, and closes it in the fourth', async () => {
    renameSync(file('contacts.csv'), file('away'));
    expect((await nightInAProcess('2026-11-11')).code).toBe(1);
    for (const day of ['2026-11-12', '2026-11-13']) expect((await night(day)).code).toBe(1);
    expect(steady(world.server.repository.issues[0]?.body ?? '')).toMatchInlineSnapshot(`
      "\`nightly\` failed for \`2026-11-11\`. None of its jobs could work: list\\-cleaning, bounce\\-suppression, score\\-recalculation and list\\-refresh.

      **What happened.** The workbook can’t be opened: is its name or id right, and may the night shift see it? Details stay where the data is: run \`npm run batch -- doctor\` on your own machine to see them.

      **What is stale now.** \`contacts\`, \`suppressions\`, \`memberships\` and \`list_changes\` stand as the last good run left them.

      **What was not changed.** Nothing of these jobs was written for \`2026-11-11\`: a job’s changes land whole or not at all.

      **What to do.** Nothing, if this was a passing trouble: the next run tries again, and this issue closes by itself. To try now:

      \`\`\`sh
      gh workflow run run-job.yml -f name=nightly -f dry_run=false -f as_of=2026-11-11T03:17:00.000Z
      \`\`\`
      or [Run workflow](https://github.example/acme/night-shift/actions/workflows/run-job.yml) with \`name=nightly\`, \`dry_run=false\`, \`as_of=2026-11-11T03:17:00.000Z\`.

      Run: [the run](https://github.example/acme/night-shift/actions/runs/2) · last good run: 2026-11-10, at 2026-11-10 03:41 UTC

      <!-- nightshift alert key="failed/nightly" version="" -->"
    `);
    renameSync(file('away'), file('contacts.csv'));
    expect((await night('2026-11-14')).code).toBe(0);
    expect(issues()).toMatchInlineSnapshot(`
      [
        "#1 nightly fails: completed
        \`nightly\` failed again, for \`2026-11-12\` (2 times since the last good run). The workbook can’t be opened: is its name or id right, and may the night shift see it? Details stay where the data is: run \`npm run batch -- doctor\` on your own machine to see them. See [the run](https://github.example/acme/night-shift/actions/runs/3).
        \`nightly\` failed again, for \`2026-11-13\` (3 times since the last good run). The workbook can’t be opened: is its name or id right, and may the night shift see it? Details stay where the data is: run \`npm run batch -- doctor\` on your own machine to see them. See [the run](https://github.example/acme/night-shift/actions/runs/4).
        \`nightly\` is well again, after 3 days: 2026-11-14 was unchanged. See [the run](https://github.example/acme/night-shift/actions/runs/5).",
      ]
    `);
  });

  it('asks before it suppresses too many, and applies exactly what a person approved, while somebody pushes', async () => {
    writeWorkbook(world.workbook, {
      bounces: contacts.slice(0, 15).map(({ email = '' }) => aBounce({ email, occurred_at: '2026-11-14T09:00:00Z' })),
    });
    const blocked = await nightInAProcess('2026-11-15');
    expect(blocked.code).toBe(3);
    const asking = world.server.repository.issues.at(-1);
    expect(steady(asking?.body ?? '')).toMatchInlineSnapshot(`
      "A guard stopped \`bounce-suppression\` for \`2026-11-15\`. Nothing of it was written; the other jobs went on.

      **What would change.** suppressions \\+15; contacts 15 changed.

      | rows | why |
      | ---: | --- |
      | 15 | contacts.status: hard\\_bounce |
      | 15 | suppressions: added, hard\\_bounce |

      **What stopped it.**

      - at most 2 % or 500 of contacts newly suppressed: found 15, the limit is 10

      **To look at it**, which changes nothing:

      \`\`\`sh
      gh workflow run run-job.yml -f name=bounce-suppression -f dry_run=true -f as_of=2026-11-15T03:17:00.000Z
      \`\`\`
      or [Run workflow](https://github.example/acme/night-shift/actions/workflows/run-job.yml) with \`name=bounce-suppression\`, \`dry_run=true\`, \`as_of=2026-11-15T03:17:00.000Z\`.

      **To approve exactly this plan** (within 24 hours; if the data change meanwhile, it asks again):

      \`\`\`sh
      gh workflow run run-job.yml -f name=bounce-suppression -f dry_run=false -f as_of=2026-11-15T03:17:00.000Z -f approve=sha256:…
      \`\`\`
      or [Run workflow](https://github.example/acme/night-shift/actions/workflows/run-job.yml) with \`name=bounce-suppression\`, \`dry_run=false\`, \`as_of=2026-11-15T03:17:00.000Z\`, \`approve=sha256:…\`.

      Plan: \`sha256:…\` · run: [the run](https://github.example/acme/night-shift/actions/runs/6). This issue closes by itself when the plan is approved, or no longer the same.

      <!-- nightshift alert key="approval/bounce-suppression" version="sha256:…" -->"
    `);
    const approve = /approve=(sha256:[0-9a-f]{64})/.exec(asking?.body ?? '')?.[1] ?? '';
    const asOf = /as_of=(\S+)/.exec(asking?.body ?? '')?.[1] ?? '';
    world.server.before = (asked) => {
      // A person pushes in the middle of the run.
      if (asked.operation.startsWith('GET') && !pushed) {
        pushed = true;
        world.personPushes();
      }
    };
    let pushed = false;
    const args = ['shift', `--approve=${approve}`, `--as-of=${asOf}`, '--', 'bounce-suppression'];
    const approved = await world.run({ args, now: '2026-11-15T08:00:00.000Z', event: 'workflow_dispatch' });
    world.server.before = () => undefined;
    expect([approved.code, pushed]).toEqual([0, true]);
    expect(issues().slice(1)).toMatchInlineSnapshot(`
      [
        "#2 bounce-suppression waits for approval: suppressions +15; contacts 15 changed: completed
        Approved and applied after 4 hours: suppressions \\+15; contacts 15 changed. See [the run](https://github.example/acme/night-shift/actions/runs/7).",
      ]
    `);
    expect(world.log().slice(0, 3)).toMatchInlineSnapshot(`
      [
        "bounce-suppression 2026-11-15: suppressions +15; contacts 15 changed, 0 quarantined",
        "Edit 2",
        "nightly 2026-11-15: 3 unchanged, 1 waiting, 0 quarantined",
      ]
    `);
  });

  it('does a slot once, though GitHub starts it twice', async () => {
    expect((await night('2026-11-16')).code).toBe(0);
    const commits = world.log().length;
    const second = await night('2026-11-16', '04:10');
    expect([second.code, second.stdout.trim()]).toEqual([
      0,
      '::notice::Nothing is due: nightly of 2026-11-16 03:17 UTC ran already.',
    ]);
    expect(world.log()).toHaveLength(commits);
  });

  it('notices a week of silence, starts the run, and says when it is over', async () => {
    const before = world.server.repository.issues.length;
    const watch = await world.runHere({ args: ['watchdog'], now: '2026-11-23T18:43:00.000Z' });
    expect(watch.code).toBe(1);
    expect(world.server.repository.dispatches.map(({ workflow }) => workflow)).toEqual([
      '.github/workflows/nightly.yml',
    ]);
    const back = await world.runHere({
      args: ['shift', '--due', 'nightly'],
      now: '2026-11-23T18:50:00.000Z',
      event: 'workflow_dispatch',
    });
    expect(back.code).toBe(0);
    expect(issues().slice(before)).toMatchInlineSnapshot(`
      [
        "#3 nightly: missed: completed
        nightly has no run for 7 slots, the newest 2026-11-23 03:17 UTC. GitHub may have dropped it, or schedules are switched off. Seen by [this run](https://github.example/acme/night-shift/actions/runs/11).
        No longer missed: \`nightly\` is well again, after less than an hour. Seen by [this run](https://github.example/acme/night-shift/actions/runs/11).",
      ]
    `);
    expect(back.summary.split('\n')[0]).toBe('## nightly, as of 2026-11-23 03:17 UTC');
  });

  it('tells the week once, and tries its alarm', async () => {
    for (let i = 0; i < 2; i++) await world.runHere({ args: ['digest'], now: '2026-11-23T19:00:00.000Z' });
    const digest = world.server.repository.issues.at(-1);
    expect(digest?.comments.map(({ body }) => body)).toMatchInlineSnapshot(`
      [
        "## The week up to 2026-11-23 19:00 UTC

      | job | runs | applied | unchanged | waiting | failed | slots without a run |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: |
      | \`list-cleaning\` | 1 | 0 | 1 | 0 | 0 | 6 |
      | \`bounce-suppression\` | 1 | 0 | 1 | 0 | 0 | 6 |
      | \`score-recalculation\` | 1 | 0 | 1 | 0 | 0 | 6 |
      | \`list-refresh\` | 1 | 0 | 1 | 0 | 0 | 6 |

      | | now | in a week |
      | --- | ---: | ---: |
      | contacts | 40 | 0 |
      | list: Business leads | 25 | 0 |
      | list: Re-engagement, inactive 180+ days | 25 | 0 |
      | list: No marketing consent \\(for audiences\\) | 15 | 0 |
      | score band: C4 | 25 | 0 |
      | score band: no score | 15 | 0 |

      <!-- nightshift digest week="2026-W48" -->",
      ]
    `);
    expect((await world.runHere({ args: ['drill'], now: '2026-11-23T19:10:00.000Z' })).code).toBe(0);
    expect(issues().at(-1)).toMatchInlineSnapshot(`
      "#5 A drill: no job has failed: completed
        \`drill\` is well again, after less than an hour: 2026-11-23 was unchanged. See [the run](https://github.example/acme/night-shift/actions/runs/14)."
    `);
  });

  it('fails visibly where GitHub refuses, with the workbook written and the ledger safe', async () => {
    writeFileSync(file('bounces.csv'), '');
    world.server.trouble = () => ({ kind: 'status', status: 403 });
    const ended = await night('2026-11-24');
    world.server.trouble = () => null;
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('::error::GitHub: ');
    expect(world.log()[0]).toMatch(/^nightly 2026-11-24: /);
  });

  it('asked GitHub nothing that GitHub would not take', () => {
    expect(world.server.faults).toEqual([]);
    expect(world.server.asked.length).toBeGreaterThan(50);
  });
});

it('runs on the embedded sample before a workbook is set, says so, and never fails', { timeout: 60_000 }, async () => {
  const asked = world.server.asked.length;
  const commits = world.log().length;
  const ended = await world.run({
    args: ['shift', '--due', 'nightly'],
    now: new Date().toISOString(),
    env: { NIGHTSHIFT_WORKBOOK: '' },
  });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain('::notice::This ran on the embedded sample.');
  expect([world.server.asked.length, world.log().length]).toEqual([asked, commits]);
});
