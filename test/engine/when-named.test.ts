/** What the engine makes only where a statement names it: never missing, and never of yesterday's rows. */
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Engine } from '../../lib/core/engine.ts';
import { sql } from '../../lib/core/sql.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
  engine.whenNamed('leavers', sql`create or replace view leavers as select id from people where status = 'left'`);
  engine.whenNamed('those_who_left', sql`create or replace table those_who_left as select id from leavers`, true);
});
afterAll(() => engine.close());
beforeEach(() =>
  engine.run(
    sql`create or replace table people as select * from (values ('1', 'here'), ('2', 'left')) as v(id, status)`,
  ),
);

const count = (): Promise<number> => engine.number(sql`select count(*) from those_who_left`);

it.each<[string, () => Promise<unknown>]>([
  ['an update', () => engine.run(sql`update people set status = 'left'`)],
  ['an insert', () => engine.changed(sql`insert into people values ('3', 'left')`)],
  ['rows that are appended', () => engine.appendRows('people', [['3', 'left']])],
  [
    'a table that replaces another',
    () => engine.run(sql`create or replace table people as select '1' as id, 'left' as status from range(2)`),
  ],
])('counts whom %s brought since it was named last', async (_, change) => {
  expect(await count()).toBe(1);
  await change();
  expect(await count()).toBe(2);
});

it('is not made again for a change of what it is not made of', async () => {
  const made = (): Promise<number> =>
    engine.number(sql`select table_oid from duckdb_tables() where table_name = 'those_who_left'`);
  await engine.run(sql`create or replace table others as select 'x' as id`);
  const first = await made();
  await engine.run(sql`insert into others select id from people`);
  await engine.run(sql`delete from others where id in (select id from leavers)`);
  expect(await made()).toBe(first);
  await engine.run(sql`update people set status = 'left' where id = '1'`);
  expect(await made()).not.toBe(first);
});

it('counts nobody whom a transaction brought that failed', async () => {
  const failing = engine.transaction(async () => {
    await engine.run(sql`update people set status = 'left'`);
    expect(await count()).toBe(2);
    throw new Error('it fails');
  });
  await expect(failing).rejects.toThrow('it fails');
  expect(await count()).toBe(1);
});

it('says how many rows a table has that it makes, and how many a statement changes', async () => {
  expect(await engine.changed(sql`create or replace temp table more as select * from range(3)`)).toBe(3);
  expect(await engine.changed(sql`create or replace temp table none as select * from range(0)`)).toBe(0);
  expect(await engine.changed(sql`delete from people where status = 'left'`)).toBe(1);
  expect(await engine.changed(sql`delete from people where status = 'left'`)).toBe(0);
});
