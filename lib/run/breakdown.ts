/**
 * The people whom a waiting plan concerns, in counts: what a person needs to decide without seeing a row. People are
 * counted, not cells or rows. Nothing personal: a source that few share may be a person's name, and counts as "other".
 */

import type { Engine } from '../core/engine.ts';
import { join, name, type Sql, sql } from '../core/sql.ts';
import type { TableName } from '../core/tables.ts';
import { impersonal } from '../core/text/printable.ts';
import { isDisposable } from '../features/hygiene/email/disposable.ts';
import { isFreeMail } from '../features/hygiene/email/domains.ts';
import { type Diff, isEmpty } from '../plan/plan.ts';
import { ofBounces } from '../snapshot/bounces.ts';

export interface Breakdown {
  /** How many people the plan concerns. */
  readonly people: number;
  /** People by label, for each of "reason", "list", "domain", "bounce code" and "source". */
  readonly by: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The most labels of one kind; further ones are "other". */
const MOST_LABELS = 8;
/** A source that fewer people share is not named. */
const FEWEST_OF_A_SOURCE = 5;

/**
 * The people of a plan; null where there are none (an empty plan, a table of numbers). `has`: whether a table is
 * loaded.
 */
export async function breakDown(
  engine: Engine,
  diffs: readonly Diff[],
  has: (table: TableName) => boolean,
): Promise<Breakdown | null> {
  const parts = diffs.flatMap(peopleOf);
  if (parts.length === 0) return null;
  await engine.run(
    sql`create or replace temp table plan_people as select distinct * from (${join(parts, ' union all ')})`,
  );
  const people = await engine.number(sql`select count(distinct person) from plan_people`);
  if (people === 0) return null;
  const by: Record<string, Record<string, number>> = {};
  const add = (kind: string, labels: Record<string, number>): void => {
    if (Object.keys(labels).length > 0) by[kind] = labels;
  };
  add('reason', await counted(engine, sql`select coalesce(why, 'no reason given') as label, person from plan_people`));
  if (has('memberships'))
    add(
      'list',
      await counted(
        engine,
        sql`select m.list as label, p.person from plan_people p join memberships m on m.contact_id = p.person`,
      ),
    );
  add('domain', await domainsOf(engine));
  if (has('bounces')) add('bounce code', await counted(engine, codes));
  add('source', await counted(engine, sources));
  return { people, by };
}

/** Selects (person, why) of the people in a diff: contacts by id, and addresses that no contact has. */
function peopleOf(diff: Diff): Sql[] {
  if (isEmpty(diff)) return [];
  const from = name(diff.name);
  if (diff.table === 'contacts') {
    const decided = diff.sets.filter(({ derived, updates }) => !derived && updates > 0);
    const updated = decided.map(
      ({ name: column, why }) =>
        sql`select d.contact_id as person, ${why} as why from ${from} d where d.op = 'u' and d.${name(`set_${column}`)}`,
    );
    return [...updated, sql`select d.contact_id as person, d.why from ${from} d where d.op <> 'u'`];
  }
  if (diff.table === 'memberships') return [sql`select d.contact_id as person, d.why from ${from} d`];
  if (diff.table !== 'suppressions') return [];
  return [
    sql`select coalesce(c.contact_id, d.email) as person, d.why
      from ${from} d left join contacts c on address_key(c.email) = address_key(d.email) where d.op <> 'u'`,
  ];
}

const codes = sql`
  select b.label, p.person
  from plan_people p join contacts c on c.contact_id = p.person
    join ${ofBounces(
      (bounces) => sql`select distinct address_key(email) as email,
        case when regexp_contains(coalesce(code, ''), '^([245][.][0-9]{1,3}[.][0-9]{1,3}|[245][0-9]{2})$') then code
          else 'no code' end as label from ${bounces}`,
    )} b on b.email = address_key(c.email)`;

const sources = sql`
  select case when count(*) over (partition by source) >= ${FEWEST_OF_A_SOURCE} then source else 'other' end as label,
    person
  from (
    select distinct p.person, coalesce(c.source, 'unknown') as source
    from plan_people p join contacts c on c.contact_id = p.person)`;

/** People by label, the most first. */
async function counted(engine: Engine, labelled: Sql): Promise<Record<string, number>> {
  const rows = await engine.rows(
    sql`select label, count(distinct person) as n from (${labelled}) group by label order by n desc, label`,
  );
  return capped(rows.map((row) => [impersonal(String(row.label)), Number(row.n)]));
}

function capped(labels: readonly (readonly [string, number])[]): Record<string, number> {
  const shown = labels.slice(0, MOST_LABELS);
  const rest = labels.slice(MOST_LABELS).reduce((sum, [, n]) => sum + n, 0);
  const found: Record<string, number> = {};
  for (const [label, n] of [...shown, ...(rest > 0 ? [['other', rest] as const] : [])])
    found[label] = (found[label] ?? 0) + n;
  return found;
}

async function domainsOf(engine: Engine): Promise<Record<string, number>> {
  const rows = await engine.rows(
    sql`select domain_of(address) as domain, count(*) as n from (
        select distinct p.person, coalesce(address_key(c.email), address_key(p.person)) as address
        from plan_people p left join contacts c on c.contact_id = p.person)
      where address is not null group by 1`,
  );
  const found = new Map<string, number>();
  for (const { domain, n } of rows) {
    const text = String(domain ?? '');
    const kind = isFreeMail(text) ? 'free mail' : isDisposable(text) ? 'disposable' : 'company or other';
    found.set(kind, (found.get(kind) ?? 0) + Number(n));
  }
  return capped([...found].sort(([, a], [, b]) => b - a));
}
