/**
 * The whole story, in fresh clones with Actions' own environment, its turning points by child processes: a workbook's first day,
 * three nights that fail, a plan that is rejected, one that is approved while a person pushes, a week that is missed, a year's
 * typing slip, a ledger that may not be pushed, a fork. Every issue, comment and commit is compared whole.
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../lib/run/ledger-entry.ts';
import { type Act, type ActionsWorld, actionsWorld, type Ended } from '../support/actions.ts';
import { aBounce, aContact, readCsv, writeWorkbook } from '../support/workbook.ts';

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
  text
    .replace(/run="[^"]*"/g, 'run="…"')
    .replace(/sha256:[0-9a-f]{64}/g, 'sha256:…')
    .replace(/workbook="\w+"/g, 'workbook="…"');
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
}, 60_000);
afterAll(async () => {
  await world.close();
}, 60_000);

/** Runs, decides: what a person does in an issue, and what the workflow makes of it. */
const decides = (day: string, by: string, act: Act, time = '08:00') => world.decide(`${day}T${time}:00.000Z`, by, act);
const lastIssue = () => world.server.repository.issues.at(-1);

describe('a workbook’s first day', { timeout: 60_000 }, () => {
  it('rehearses until a person lets it begin: nothing is written, missed or started', async () => {
    const before = readdirSync(world.workbook).sort();
    const first = await nightInAProcess('2026-11-08');
    expect([first.code, first.stderr.includes('Error')]).toEqual([0, false]);
    expect(steady(lastIssue()?.body ?? '')).toMatchInlineSnapshot(`
      "**\`nightly\` is ready to begin on this workbook, and waits for you.** So far it was only rehearsed ([the run](https://github.example/acme/night-shift/actions/runs/1)): nothing was written, and nothing will be until a person says so.

      **To begin**, add the label \`approve\` to this issue, or comment \`/approve\`. \`nightly\` then runs at once, and by its schedule from then on.

      **Not yet?** Do nothing: each scheduled rehearsal shows the newest plan here. With \`/reject\` it stops asking. Only people who may write to this repository can decide.

      | job | would change |
      | --- | --- |
      | \`list-cleaning\` | no changes |
      | \`bounce-suppression\` | no changes |
      | \`score-recalculation\` | contacts 40 changed |
      | \`list-refresh\` | memberships \\+80; list\\_changes \\+80 |

      **The rows**: \`npx nightshift run nightly --dry-run --plan plan.csv\` on your own machine writes each change to a file.

      <!-- nightshift ask batch="nightly" as-of="2026-11-08T03:17:00.000Z" plans="" --> <!-- nightshift alert key="begin/nightly" workbook="…" version="first" -->"
    `);
    expect((await night('2026-11-09')).code).toBe(0);
    expect(await world.runHere({ args: ['watchdog'], now: '2026-11-09T18:43:00.000Z' })).toMatchObject({ code: 0 });
    expect(
      readdirSync(world.workbook)
        .filter((name) => name.endsWith('.csv'))
        .sort(),
    ).toEqual(before);
    expect([world.server.repository.dispatches, world.log()]).toEqual([[], ['Edit 1']]);
    expect(issues()).toMatchInlineSnapshot(`
      [
        "#1 nightly is ready to begin: open
        \`nightly\` was rehearsed again, and still waits to begin. To approve, add the label \`approve\` or comment \`/approve\`; to reject, comment \`/reject\`.",
      ]
    `);
  });

  it('begins by a click of a person who may write, and of no other', async () => {
    world.server.repository.permissions.set('dana', 'write');
    const stranger = await decides('2026-11-09', 'stranger', { issue: 1, label: 'approve' });
    expect([stranger.decided.code, stranger.ran]).toEqual([0, null]);
    expect(lastIssue()?.labels).not.toContain('approve');
    const begun = await decides('2026-11-10', 'dana', { issue: 1, label: 'approve' }, '02:41');
    expect([begun.decided.code, begun.ran?.code]).toEqual([0, 0]);
    expect(issues()).toMatchInlineSnapshot(`
      [
        "#1 nightly is ready to begin: completed
        \`nightly\` was rehearsed again, and still waits to begin. To approve, add the label \`approve\` or comment \`/approve\`; to reject, comment \`/reject\`.
        Nothing was done. \`stranger\` may not write to this repository, and only people who may can decide.
        Approved by \`dana\`: \`nightly\` runs now. See [the run](https://github.example/acme/night-shift/actions/runs/5).
        Approved by \`dana\`. The night shift works on this workbook now. See [the run](https://github.example/acme/night-shift/actions/runs/6).",
      ]
    `);
    expect(world.log()[0]).toMatch(/^nightly 2026-11-09: \d jobs applied/);
  });
});

describe('a night shift that has its bad nights', { timeout: 60_000 }, () => {
  it('opens nothing where all is well, but keeps its ledger', async () => {
    const first = await night('2026-11-10');
    expect(first.code).toBe(0);
    expect(issues()).toHaveLength(1);
    expect(world.log()[0]).toMatch(/^nightly 2026-11-10: /);
  });

  it('opens one issue for three nights that fail, and closes it in the fourth', async () => {
    renameSync(file('contacts.csv'), file('away'));
    expect((await nightInAProcess('2026-11-11')).code).toBe(1);
    for (const day of ['2026-11-12', '2026-11-13']) expect((await night(day)).code).toBe(1);
    expect(steady(lastIssue()?.body ?? '')).toMatchInlineSnapshot(`
      "**\`nightly\` failed for \`2026-11-11\`, and nothing of it was written.** The workbook can’t be opened: is its name or id right, and may the night shift see it? None of its jobs could work: \`list-cleaning\`, \`bounce-suppression\`, \`score-recalculation\` and \`list-refresh\`.

      **What to do.** Nothing, if the cause is temporary: the next run tries again, and this issue closes by itself. Details stay where the data is: run \`npm run batch -- doctor\` on your own machine to see them. To try again now:

      \`\`\`sh
      gh workflow run run-job.yml -f name=nightly -f dry_run=false -f as_of=2026-11-11T03:17:00.000Z
      \`\`\`
      or [Run workflow](https://github.example/acme/night-shift/actions/workflows/run-job.yml) with \`name=nightly\`, \`dry_run=false\`, \`as_of=2026-11-11T03:17:00.000Z\`.

      **What is out of date until then.** \`contacts\`, \`suppressions\`, \`memberships\` and \`list_changes\`: as the last good run left them.

      Run: [the run](https://github.example/acme/night-shift/actions/runs/8) · last good run: 2026-11-10, at 2026-11-10 03:41 UTC

      <!-- nightshift alert key="failed/nightly" workbook="…" version="" -->"
    `);
    renameSync(file('away'), file('contacts.csv'));
    expect((await night('2026-11-14')).code).toBe(0);
    expect(issues().slice(1)).toMatchInlineSnapshot(`
      [
        "#2 nightly fails: completed
        \`nightly\` failed again, for \`2026-11-12\` (2 times since the last good run). The workbook can’t be opened: is its name or id right, and may the night shift see it? See [the run](https://github.example/acme/night-shift/actions/runs/9).
        \`nightly\` failed again, for \`2026-11-13\` (3 times since the last good run). The workbook can’t be opened: is its name or id right, and may the night shift see it? See [the run](https://github.example/acme/night-shift/actions/runs/10).
        \`nightly\` works again, after 3 days: 2026-11-14 was unchanged. See [the run](https://github.example/acme/night-shift/actions/runs/11).",
      ]
    `);
  });

  it('asks before it suppresses too many, shows whom in counts, and leaves the rows where the data is', async () => {
    const dead = contacts.slice(0, 15).map(({ email = '' }) => aBounce({ email, occurred_at: '2026-11-14T09:00:00Z' }));
    writeWorkbook(world.workbook, { bounces: dead });
    const blocked = await nightInAProcess('2026-11-15');
    expect(blocked.code).toBe(3);
    expect(steady(lastIssue()?.body ?? '')).toMatchInlineSnapshot(`
      "**15 contacts wait for your decision.** \`bounce-suppression\` would go beyond a limit for \`2026-11-15\`, so it wrote nothing. The other jobs went on. Until then, exports for sending leave out everybody whom it would suppress or mark as invalid.

      **To approve**, add the label \`approve\` to this issue, or comment \`/approve\`: exactly this plan is written, and no other. \`score-recalculation\` and \`list-refresh\` follow in the same run.

      **To reject**, comment \`/reject\`: nothing is written, and you are not asked again until the plan differs.

      Only people who may write to this repository can decide. An approval counts once, and for 24 hours after the plan was shown; each night shows it again.

      **The limit.**

      - at most 2 % or 500 of contacts newly suppressed: found 15, the limit is 10

      **What would change.** 15 contacts: suppressions \\+15; contacts 15 changed.

      | contacts | by | |
      | ---: | --- | --- |
      | 15 | reason | hard\\_bounce |
      | 15 | list | Business leads |
      | 15 | list | Re\\-engagement, inactive 180\\+ days |
      | 15 | domain | company or other |
      | 15 | bounce code | 5\\.1.1 |
      | 15 | source | web form |

      **The rules that decided** (\`jobs/rules\`).

      - \`hard_bounce\`: the address is dead \\(no such user or domain\\): one bounce suppresses it; another permanent fault: 2 bounces within 365 days

      **The rows** are in \`plan-bounce-suppression.csv\` beside the workbook: table, key, column, before, after and reason of each change.

      Plan: \`sha256:…\` · run: [the run](https://github.example/acme/night-shift/actions/runs/12). This issue closes by itself when it is decided, or nothing is left to decide.

      <!-- nightshift ask batch="nightly" as-of="2026-11-15T03:17:00.000Z" plans="sha256:…" --> <!-- nightshift alert key="approval/bounce-suppression" workbook="…" version="sha256:…" -->"
    `);
    const rows = readCsv(world.workbook, 'plan-bounce-suppression');
    expect(rows.filter(({ table }) => table === 'contacts')).toHaveLength(15);
    expect(rows[0]).toMatchInlineSnapshot(`
      {
        "after": "{"scope":"address","contact_id":"p0","reason":"hard_bounce","suppressed_at":"2026-11-14T09:00:00Z","source":"ses","note":"Evidence: 1 report (5.1.1), last 2026-11-14"}",
        "before": "",
        "column": "",
        "key": "p0@example.com",
        "reason": "hard_bounce",
        "table": "suppressions",
      }
    `);
  });

  it('leaves a plan alone that a person rejected, until it differs', async () => {
    const rejected = await decides('2026-11-15', 'dana', { issue: 3, comment: '/reject' });
    expect([rejected.decided.code, rejected.ran]).toEqual([0, null]);
    expect((await night('2026-11-16')).code).toBe(0);
    expect(issues().slice(2)).toMatchInlineSnapshot(`
      [
        "#3 bounce-suppression waits for approval: 15 contacts: not_planned
        /reject
        Rejected by \`dana\`. Nothing was written, and the same plan is not asked again. Exports for sending no longer leave anybody out for it. To change your mind, reopen this issue and approve it.",
      ]
    `);
  });

  it('applies exactly what a person approved, with the lists that follow from it, while another person pushes', async () => {
    const dead = contacts.slice(0, 14).map(({ email = '' }) => aBounce({ email, occurred_at: '2026-11-16T09:00:00Z' }));
    writeWorkbook(world.workbook, { bounces: dead });
    expect((await night('2026-11-17')).code).toBe(3);
    // Another cell of the same table changes meanwhile.
    const edited = readFileSync(file('contacts.csv'), 'utf8').replace('Ada', 'Grace');
    writeFileSync(file('contacts.csv'), edited);
    world.server.before = (asked) => {
      // A person pushes in the middle of the run.
      if (asked.operation.startsWith('GET') && !pushed) {
        pushed = true;
        world.personPushes();
      }
    };
    let pushed = false;
    const number = lastIssue()?.number ?? 0;
    const { decided, ran } = await decides('2026-11-17', 'dana', { issue: number, comment: '/approve' });
    world.server.before = () => undefined;
    expect([decided.code, ran?.code, pushed]).toEqual([0, 0, true]);
    expect(issues().slice(3)).toMatchInlineSnapshot(`
      [
        "#4 bounce-suppression waits for approval: 14 contacts: completed
        /approve
        Approved by \`dana\`: \`nightly\` runs now. See [the run](https://github.example/acme/night-shift/actions/runs/16).
        Approved by \`dana\` and applied after 4 hours: suppressions \\+14; contacts 14 changed. See [the run](https://github.example/acme/night-shift/actions/runs/17).",
      ]
    `);
    expect(world.log().slice(0, 3)).toMatchInlineSnapshot(`
      [
        "nightly 2026-11-17: 3 jobs applied, 1 unchanged, 0 quarantined",
        "Edit 2",
        "nightly 2026-11-17: 3 unchanged, 1 waiting, 0 quarantined",
      ]
    `);
    const path = `data/ledger/bounce-suppression/2026-11-17`;
    const [, newest = ''] = world
      .git(join(world.base, 'remote.git'), 'ls-tree', '--name-only', 'main', `${path}/`)
      .split('\n');
    const entry = JSON.parse(world.git(join(world.base, 'remote.git'), 'show', `main:${newest}`)) as LedgerEntry;
    expect(entry).toMatchObject({
      status: 'applied',
      approval: { by: 'dana', at: '2026-11-17T08:00:00.000Z', issue: number },
    });
    const suppressed = readCsv(world.workbook, 'contacts').filter(({ status }) => status === 'suppressed');
    const gone = new Set(suppressed.map(({ contact_id: id }) => id));
    const lists = readCsv(world.workbook, 'memberships').filter(({ list }) => list === 'Business leads');
    expect([gone.size, lists.some(({ contact_id: id }) => gone.has(id))]).toEqual([14, false]);
    expect(existsSync(file('plan-bounce-suppression.csv'))).toBe(false);
  });

  it('does a slot once, though GitHub starts it twice', async () => {
    expect((await night('2026-11-18')).code).toBe(0);
    const commits = world.log().length;
    const second = await night('2026-11-18', '04:10');
    expect([second.code, second.stdout.trim()]).toEqual([
      0,
      '::notice::Nothing is due: nightly of 2026-11-18 03:17 UTC ran already.',
    ]);
    expect(world.log()).toHaveLength(commits);
  });

  it('notices a week of silence, starts the run, and closes its issue', async () => {
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
        "#5 nightly: missed: completed
        nightly has no run for 5 slots, the newest 2026-11-23 03:17 UTC. GitHub may have dropped it, or schedules are switched off. Seen by [this run](https://github.example/acme/night-shift/actions/runs/21).
        No longer missed: \`nightly\`, after less than an hour. Seen by [this run](https://github.example/acme/night-shift/actions/runs/21).",
      ]
    `);
    expect(back.summary.split('\n')[0]).toBe('## nightly, as of 2026-11-23 03:17 UTC');
  });

  it('reports the week once, and tries its alarm and its approval', async () => {
    for (let i = 0; i < 2; i++) await world.runHere({ args: ['digest'], now: '2026-11-23T19:00:00.000Z' });
    const digest = world.server.repository.issues.at(-1);
    expect(digest?.comments.map(({ body }) => body)).toMatchInlineSnapshot(`
      [
        "**All well now**, and nothing is open. During the week: 4 scheduled runs missed.

      ### The week up to 2026-11-23 19:00 UTC

      | | now | in a week |
      | --- | ---: | ---: |
      | contacts | 40 | 0 |
      | list: Business leads | 26 | -14 |
      | list: No marketing consent \\(for audiences\\) | 14 | – |
      | list: Re\\-engagement, inactive 180\\+ days | 26 | -14 |
      | score band: C4 | 26 | -14 |
      | score band: no score | 14 | – |

      | job | runs | applied | unchanged | waiting or rejected | failed | missed |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: |
      | \`list-cleaning\` | 4 | 0 | 4 | 0 | 0 | 4 |
      | \`bounce-suppression\` | 4 | 1 | 2 | 1 | 0 | 4 |
      | \`score-recalculation\` | 4 | 1 | 3 | 0 | 0 | 4 |
      | \`list-refresh\` | 4 | 1 | 3 | 0 | 0 | 4 |

      <!-- nightshift digest week="2026-W48" -->",
      ]
    `);
    expect((await world.runHere({ args: ['drill'], now: '2026-11-23T19:10:00.000Z' })).code).toBe(0);
    const number = lastIssue()?.number ?? 0;
    await decides('2026-11-23', 'dana', { issue: number, label: 'approve' }, '19:12');
    expect(issues().slice(-2)).toMatchInlineSnapshot(`
      [
        "#7 A drill: no job has failed: completed
        \`drill\` works again, after less than an hour: 2026-11-23 was unchanged. See [the run](https://github.example/acme/night-shift/actions/runs/24).",
        "#8 A drill: try an approval: completed
        This was a drill: \`dana\` can approve. See [the run](https://github.example/acme/night-shift/actions/runs/25).",
      ]
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

it('runs on the embedded sample before a workbook is set, shows a notice, and never fails', {
  timeout: 60_000,
}, async () => {
  const asked = world.server.asked.length;
  const commits = world.log().length;
  const ended = await world.runHere({
    args: ['shift', '--due', 'nightly'],
    now: new Date().toISOString(),
    env: { NIGHTSHIFT_WORKBOOK: '' },
  });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain('::notice::This ran on the embedded sample.');
  expect([world.server.asked.length, world.log().length]).toEqual([asked, commits]);
});
