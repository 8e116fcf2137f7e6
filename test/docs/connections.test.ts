/** The table of connections in the docs is the one that the declarations give; NIGHTSHIFT_WRITE_DOCS=1 writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { connectable, connectableNames, connectText } from '../../lib/features/connections/index.ts';
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
  expect(connectText('sendgrid')?.join('\n')).toMatchInlineSnapshot(`
    "SendGrid: https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions

    Rights: Suppressions: read; to add suppressions also Unsubscribe Groups and Suppressions: full access
      1. Settings → API Keys → Create API Key → Restricted Access.
      2. Set "Suppressions" to Read Access; for suppress: true to Full Access. Leave all else at No Access.

    Then set SENDGRID_API_KEY: as a secret of the repository at GitHub (Settings, Secrets and variables,
    Actions), or in the environment of your own machine. Never in a file of the repository.

    In jobs/rules/connections.ts:
      { name: 'sendgrid', vendor: 'sendgrid', suppress: true },

    Missing there: opens and clicks: the API has them only with the Email Activity add-on; import the event webhook instead.
    npx nightshift sync hands the secret to the workflows; npx nightshift doctor checks the key."
  `);
  expect(connectText('sendgird')).toBeNull();
});

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The table of docs/connections.md. */
function connectionTable(): string {
  const rows = connectable.map(({ id, label, guide, reads, suppressions, lists, limits, secrets }) => {
    const read =
      id === 'http'
        ? 'bounces, events or purchases'
        : reads.map(({ name, is }) => (is === 'events' ? `${name} (events)` : name)).join(', ');
    const written =
      [suppressions ? 'suppressions' : '', lists ? 'lists, fields' : ''].filter(Boolean).join(', ') || '–';
    const names =
      Object.values(secrets)
        .map((name) => `\`${name}\``)
        .join(', ') || 'yours';
    const rate = limits?.perSecond ? `${limits.perSecond} a second` : '–';
    const tool = `[${label}](${page(guide)})`;
    return row(tool, `\`${id}\``, read, written, names, cell(guide.rights), rate, cell(guide.lacks));
  });
  const heads = ['tool', 'vendor', 'is read', 'is written', 'secret', 'rights of the key', 'rate', 'what is missing'];
  return [row(...heads), row(...heads.map(() => '---')), ...rows].join('');
}

const page = ({ page: where }: (typeof connectable)[number]['guide']): string =>
  where === 'docs/connections.md' ? '#any-other-tool' : where;
