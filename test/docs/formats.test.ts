/** The table of formats in the docs is the one that the registry gives; NIGHTSHIFT_WRITE_DOCS=1 writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formats } from '../../lib/intake/formats/registry.ts';

const path = new URL('../../docs/import.md', import.meta.url);
const [BEGIN, END] = ['<!-- formats: written from lib/intake/formats -->', '<!-- /formats -->'];

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A page's address as a link; what stands around it stays. */
const linked = (page: string): string => page.replace(/https:\/\/[^\s)]+/, (address) => `[page](${address})`);

function formatTable(): string {
  const rows = formats.map(({ tool, label, kind, becomes, refuses, page }) =>
    [tool, `${label} (${kind.toUpperCase()})`, becomes, refuses, linked(page)].map(cell).join(' | '),
  );
  return [
    '| tool | file | becomes | read as a no | documented |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

it('docs/import.md lists every format as the registry declares it', () => {
  const text = readFileSync(path, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  const wanted = `${before}${BEGIN}\n${formatTable()}\n${END}${after}`;
  if (process.env.NIGHTSHIFT_WRITE_DOCS === '1') writeFileSync(path, wanted);
  expect(readFileSync(path, 'utf8')).toBe(wanted);
});

it('every format has an id of its own and says where it is documented', () => {
  expect(new Set(formats.map(({ id }) => id)).size).toBe(formats.length);
  expect(formats.filter(({ page }) => !/https:\/\/|docs\//.test(page)).map(({ id }) => id)).toEqual([]);
});
