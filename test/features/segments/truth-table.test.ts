import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import {
  date,
  domainOf,
  event,
  knownAndNot,
  lastEvent,
  not,
  number,
  purchases,
  spent,
  text,
} from '../../../lib/features/segments/build.ts';
import { compile } from '../../../lib/features/segments/compile.ts';
import type { Comparison, Condition } from '../../../lib/features/segments/condition.ts';
import { segmentInputQuery } from '../../../lib/features/segments/input.ts';
import { engineWith } from '../../support/engine-tables.ts';

const asOf = new Date('2026-11-22T12:00:00Z');
const fits = {
  ...{ contact_id: 'fits', country: 'DE', employees: 50, created_at: '2026-11-01', seats: '50', renewal: '2026-11-01' },
  email: 'a@acme.example',
};
const differs = {
  ...{
    contact_id: 'differs',
    country: 'AT',
    employees: 10,
    created_at: '2020-01-01',
    seats: '10',
    renewal: '2020-01-01',
  },
  email: 'b@gmail.com',
};
const unknown = { contact_id: 'unknown', country: ' ', seats: 'many', renewal: 'soon' };
const event1 = { event_id: '1', contact_id: 'fits', type: 'click', occurred_at: '2026-11-01' };
const event2 = { event_id: '2', contact_id: 'differs', type: 'click', occurred_at: '2020-01-01' };
const order = { order_id: '1', contact_id: 'fits', amount: 50, ordered_at: '2026-11-01' };

/** What a rule says → the condition, and whether its answer can be unknown. */
const comparisons: readonly [string, Comparison][] = [
  [`text('country').is('DE')`, text('country').is('DE')],
  [`text('country').in(['DE', 'CH'])`, text('country').in(['DE', 'CH'])],
  [`text('country').contains('D')`, text('country').contains('D')],
  [`text('country').startsWith('D')`, text('country').startsWith('D')],
  [`text('country').endsWith('E')`, text('country').endsWith('E')],
  [`text('country').hasWord('de')`, text('country').hasWord('de')],
  [`text('country').matches('^d')`, text('country').matches('^d')],
  [`number('employees').is(50)`, number('employees').is(50)],
  [`number('employees').moreThan(49)`, number('employees').moreThan(49)],
  [`number('employees').atLeast(50)`, number('employees').atLeast(50)],
  [`number('employees').between(40, 60)`, number('employees').between(40, 60)],
  [`number('seats').atLeast(50)`, number('seats').atLeast(50)],
  [`date('created_at').within('90 days')`, date('created_at').within('90 days')],
  [`date('created_at').after('2026-01-01')`, date('created_at').after('2026-01-01')],
  [`date('renewal').on('2026-11-01')`, date('renewal').on('2026-11-01')],
  [`domainOf('email').is('acme.example')`, domainOf('email').is('acme.example')],
  [`lastEvent('click').within('90 days')`, lastEvent('click').within('90 days')],
];
const counts: readonly [string, Condition][] = [
  [`text('country').isNotEmpty()`, text('country').isNotEmpty()],
  [`event('click', { within: '90 days' })`, event('click', { within: '90 days' })],
  [`purchases({ atLeast: 1 })`, purchases({ atLeast: 1 })],
  [`spent({ atLeast: 50 })`, spent({ atLeast: 50 })],
];

async function truthTable(): Promise<string> {
  const rows = [
    ...comparisons.map(([words, test]) => ({ words, forms: [test, not(test), knownAndNot(test)] })),
    ...counts.map(([words, test]) => ({ words, forms: [test, not(test)] })),
  ];
  const engine = await engineWith({ contacts: [fits, differs, unknown], events: [event1, event2], purchases: [order] });
  try {
    const input = segmentInputQuery(
      rows.flatMap(({ forms }) => forms),
      asOf,
    );
    await engine.run(sql`create table segment_input as ${input}`);
    const answer = async (form: Condition | undefined, who: string): Promise<string> => {
      if (!form) return '';
      const row = await engine.row(
        sql`select ${compile(form, asOf)} as yes from segment_input as c where c.contact_id = ${who}`,
      );
      expect(typeof row.yes).toBe('boolean');
      return row.yes ? 'yes' : 'no';
    };
    const lines: string[] = [];
    for (const { words, forms } of rows) {
      const cells: string[] = [];
      for (const form of [forms[0], forms[1], forms[2]]) {
        for (const who of ['fits', 'differs', 'unknown']) cells.push(await answer(form, who));
      }
      lines.push(`| \`${words}\` | ${cells.join(' | ')} |`);
    }
    return lines.join('\n');
  } finally {
    engine.close();
  }
}

describe('the truth table in docs/segments.md', () => {
  it('is what the code does', async () => {
    const docs = readFileSync(new URL('../../../docs/segments.md', import.meta.url), 'utf8');
    const table = await truthTable();
    expect(docs.includes(table), `docs/segments.md is behind the code; its table must be:\n${table}`).toBe(true);
  });
});
