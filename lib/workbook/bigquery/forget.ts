/**
 * A forgotten person's rows in a dataset: those of the workbook's tables that no job takes away (they are in quarantine,
 * or stand twice) are deleted by their own address or contact_id, and what names the person elsewhere is counted.
 */
import { join as joinSql, list, type Sql, sql } from '../../core/sql.ts';
import { findColumns } from '../headers.ts';
import type { ClearedRows, Theirs } from '../store.ts';
import { type Outline, tableAt, tableIn, textOf } from './outline.ts';
import type { Steps } from './steps.ts';

/** @param ours the tables of the workbook; of the others, and of views, rows are only counted */
export async function forgetRows(
  steps: Steps,
  outlines: readonly Outline[],
  ours: ReadonlySet<Outline>,
  person: Pick<Theirs, 'addresses' | 'ids'>,
): Promise<ClearedRows> {
  const cut: { table: string; rows: number }[] = [];
  const left: { table: string; rows: number }[] = [];
  const { client } = steps;
  for (const outline of outlines) {
    const now = tableAt(client.place, outline, null);
    const count = async (where: Sql): Promise<number> => {
      const query = sql`select count(*) as n from ${now} where ${where}`;
      const [[found] = []] = await steps.rows('look', query, `looking for a person in ${outline.id}`);
      return Number(found);
    };
    const own = ours.has(outline) && !outline.isView ? ownRows(outline, person) : null;
    const rows = own ? await count(own) : 0;
    if (own && rows > 0) {
      const every = outline.everyPartition ? sql` and (${outline.everyPartition})` : sql``;
      const statement = sql`delete from ${tableIn(client.place, outline.id)} as t where (${own})${every}`;
      await client.query(steps.id('forget'), statement, `clearing ${outline.id}`);
      cut.push({ table: outline.id, rows });
    }
    const naming = await count(namesPerson(outline, person.addresses));
    if (naming > 0) left.push({ table: outline.id, rows: naming });
  }
  return { cut, left };
}

/** Whether a row is the person's by its own address or contact_id; null where a table has neither column. */
function ownRows({ fields, headers }: Outline, { addresses, ids }: Pick<Theirs, 'addresses' | 'ids'>): Sql | null {
  const columns = findColumns('contacts', headers);
  const cell = (column: string): Sql | null => {
    const field = fields.find(({ name }) => name !== undefined && name === columns.get(column));
    return field ? sql`trim(${textOf(field, 't')})` : null;
  };
  const [email, id] = [cell('email'), cell('contact_id')];
  const found = [
    ...(email && addresses.size > 0 ? [sql`lower(${email}) in ${list([...addresses])}`] : []),
    ...(id && ids.size > 0 ? [sql`${id} in ${list([...ids])}`] : []),
  ];
  return found.length > 0 ? joinSql(found, ' or ') : null;
}

/** An address in full: what is before and after it is no part of a longer one. */
const whole = (address: string): string =>
  `(^|[^a-z0-9._%+'-])${address.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}($|[^a-z0-9.-]|[.]($|[^a-z0-9]))`;

function namesPerson({ fields }: Outline, addresses: ReadonlySet<string>): Sql {
  if (addresses.size === 0) return sql`false`;
  const pattern = [...addresses].map(whole).join('|');
  const cells = fields.map((field) => sql`regexp_contains(lower(coalesce(${textOf(field, 't')}, '')), ${pattern})`);
  return joinSql(cells, ' or ');
}
