/** A hand-over of a workbook in a Google Sheet: a second commit writes into the tab runs how it ended. */
import { expect, it } from 'vitest';
import { connectedNight, serve } from '../support/connections.ts';
import { jobOf } from '../support/night.ts';
import { sheetsBench } from '../support/store-bench.ts';
import { SENDGRID_KEY, sendgridTool } from '../support/vendor-server/sendgrid.ts';
import { temporaryFolder } from '../support/workbook.ts';

const tables = {
  contacts: [
    ['contact_id', 'email', 'status'],
    ['c1', 'ann@example.com', 'subscribed'],
  ],
  suppressions: [
    ['email', 'scope', 'contact_id', 'reason', 'suppressed_at', 'source', 'note', 'released_at'],
    ['gone@example.com', 'person', '', 'complaint', '2026-11-01T09:00:00Z', 'import', '', ''],
  ],
};

it('a hand-over that fails, and one that does not, stand in the tab runs of a sheet as they ended', async () => {
  const bench = await sheetsBench(tables);
  const tool = sendgridTool({ unsubscribes: [] });
  const server = await serve(tool);
  const rules = { connections: [{ name: 'sendgrid', vendor: 'sendgrid', address: server.address, suppress: true }] };
  const secrets = { SENDGRID_API_KEY: SENDGRID_KEY };
  const sync = async () =>
    jobOf(
      await connectedNight(temporaryFolder(), rules, secrets, { only: 'sync', open: bench.open }),
      'sync-audiences',
    );
  const runs = async () => {
    const [header = [], ...rows] = (await bench.rows('runs')) ?? [];
    return rows.map((row) => ['status', 'note'].map((column) => row[header.indexOf(column)] ?? ''));
  };
  server.fault = (_n, { method }) => (method === 'POST' ? 'no right' : undefined);
  const failed = await sync();
  expect(failed.status).toBe('failed');
  expect(await runs()).toEqual([['failed', failed.error?.message]]);
  server.fault = () => undefined;
  expect(await sync()).toMatchObject({ status: 'applied' });
  expect(await runs()).toEqual([['applied', '']]);
  expect(tool.suppressed.map(({ email }) => email)).toEqual(['gone@example.com']);
  await bench.close();
});
