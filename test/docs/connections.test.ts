/** The table of connections in the docs is the one that the declarations give; NIGHTSHIFT_WRITE_DOCS=1 writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { connectableNames, connectionTable, connectText } from '../../lib/features/connections/index.ts';
import { vendors } from '../../lib/features/connections/vendors/registry.ts';
import { formats } from '../../lib/intake/formats/registry.ts';

const path = new URL('../../docs/connections.md', import.meta.url);
const [BEGIN, END] = ['<!-- connections: written from lib/features/connections/vendors -->', '<!-- /connections -->'];

it('docs/connections.md lists every vendor as it is declared', () => {
  const [before = '', rest = ''] = readFileSync(path, 'utf8').split(BEGIN);
  const wanted = `${before}${BEGIN}\n${connectionTable()}${END}${rest.split(END)[1] ?? ''}`;
  if (process.env.NIGHTSHIFT_WRITE_DOCS === '1') writeFileSync(path, wanted);
  expect(readFileSync(path, 'utf8')).toBe(wanted);
});

it('each vendor says where it is documented, how its key is made, and names formats that there are', () => {
  const ids = new Set(formats.map(({ id }) => id));
  for (const { id, guide, reads, secrets } of vendors.filter((each) => each.id !== 'sample')) {
    expect(guide.page, id).toMatch(/^https:/);
    expect(guide.steps.length, id).toBeGreaterThan(0);
    expect(Object.keys(secrets).length, id).toBeGreaterThan(0);
    expect(
      reads.flatMap(({ formats: named }) => named).filter((each) => !ids.has(each)),
      id,
    ).toEqual([]);
  }
});

it('`connect` shows the steps, the rights and the secret of each', () => {
  expect(connectableNames.map((id) => connectText(id)?.length ?? 0).every((lines) => lines > 6)).toBe(true);
  expect(connectText('sendgrid')?.join('\n')).toMatchInlineSnapshot();
  expect(connectText('sendgird')).toBeNull();
});
