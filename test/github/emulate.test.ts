/**
 * Alerts and decisions on a GitHub that others wrote: `emulate` (npm, Apache-2.0), a stateful one, which runs on Node 24. It is used
 * where it is installed (`npm install --global emulate@0.12.2`), so that our own local GitHub does not only agree with itself.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Alert, deliver, LABEL, REJECTED } from '../../lib/github/api/alerts.ts';
import { restClient } from '../../lib/github/api/rest-client.ts';

const PORT = 47_311;
const isMissing = spawnSync('emulate', ['--version']).status !== 0;
const folder = mkdtempSync(join(tmpdir(), 'nightshift-emulate-'));
const seed = `tokens:
  ghs_example:
    login: acme
    scopes: [repo, user]
github:
  users:
    - login: acme
    - login: stranger
  repos:
    - owner: acme
      name: night-shift
      private: true
      auto_init: true
`;
let server: ChildProcess | undefined;

const github = () =>
  restClient({ repository: 'acme/night-shift', token: 'ghs_example', apiUrl: `http://127.0.0.1:${PORT}` });

beforeAll(async () => {
  if (isMissing) return;
  writeFileSync(join(folder, 'seed.yaml'), seed);
  const args = ['--service', 'github', '--port', String(PORT), '--seed', join(folder, 'seed.yaml')];
  server = spawn('emulate', args, { stdio: 'ignore', cwd: folder });
  for (let look = 0; look < 100; look += 1) {
    const answer = await fetch(`http://127.0.0.1:${PORT}/repos/acme/night-shift`).catch(() => null);
    if (answer) return;
    await new Promise((done) => setTimeout(done, 100));
  }
}, 30_000);
afterAll(() => {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const failing: Alert = { key: 'failed/nightly', kind: 'failure', title: 'nightly fails', body: 'Why', repeat: 'Again' };
const at = (now: string) => ({ now: new Date(now), run: now, workbook: 'w' });

it.skipIf(isMissing)(
  `opens, repeats and closes alerts, and knows who may write${isMissing ? ' (skipped: not installed)' : ''}`,
  async () => {
    const [opened] = await deliver(github(), { alerts: [failing], allClear: [], ...at('2026-11-21T05:00:00Z') });
    const number = opened?.issue.number ?? 0;
    expect((await github().issue(number)).labels).toEqual(expect.arrayContaining([LABEL]));
    const [again] = await deliver(github(), { alerts: [failing], allClear: [], ...at('2026-11-22T05:00:00Z') });
    expect([again?.did, again?.issue.number]).toEqual(['commented', number]);
    const over = { key: failing.key, text: () => 'Works again.' };
    await deliver(github(), { alerts: [], allClear: [over], ...at('2026-11-23T05:00:00Z') });
    expect((await github().issue(number)).open).toBe(false);
    const ask = { ...failing, key: 'approval/x', kind: 'approval', version: 'one' } as const;
    const [asking] = await deliver(github(), { alerts: [ask], allClear: [], ...at('2026-11-24T05:00:00Z') });
    if (!asking) throw new Error('nothing was opened');
    await github().addLabels(asking.issue, [REJECTED]);
    await github().removeLabel(asking.issue, 'approve');
    await github().close(asking.issue, 'not_planned');
    const [later] = await deliver(github(), { alerts: [ask], allClear: [], ...at('2026-11-25T05:00:00Z') });
    expect(later?.did).toBe('rejected before');
    expect([await github().mayWrite('acme'), await github().mayWrite('stranger')]).toEqual([true, false]);
    expect((await github().repository()).isPrivate).toBe(true);
  },
  30_000,
);
