/**
 * Orders that come again. A purchase is what was paid, less what went back (net of refunds, gross of tax and shipping,
 * as the tool totals it). A file exported later may say another amount of an order that is there already: the order is
 * then set to it, once, and counted. An order of which nothing was paid, or everything went back, is 0 where it is
 * known, and is not added where it is not.
 */

import { type Change, update } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { byKey } from '../core/facts.ts';
import { raw, type Sql, sql } from '../core/sql.ts';
import { type CellSettings, readPlainCell } from '../snapshot/cells.ts';

const amountOf = (settings: CellSettings): Sql => raw(`(${readPlainCell('i.amount', 'number', settings)})`);

/** Counts the incoming orders that are new and of which nothing is paid, and drops them: they are no purchases. */
export async function ignoreUnpaid(engine: Engine, settings: CellSettings): Promise<void> {
  const free = sql`from incoming_purchases i where ${amountOf(settings)} = 0`;
  if ((await engine.number(sql`select count(*) ${free}`)) === 0) return;
  const unpaid = sql`${free} and i.order_id not in (
    select order_id from ${byKey('purchases')} where order_id is not null)`;
  await engine.run(
    sql`insert into import_ignored select file, 'nothing paid, or all of it refunded', count(*) ${unpaid} group by file`,
  );
  await engine.run(sql`delete ${unpaid}`);
}

/** Sets known orders to the amount and the currency that a file has of them. */
export const changedOrders = (settings: CellSettings): Change => ({
  ...update(
    'purchases',
    sql`select p.order_id, ${amountOf(settings)} as amount, coalesce(i.currency, p.currency) as currency
      from incoming_purchases i join ${byKey('purchases')} p on p.order_id = i.order_id
      where ${amountOf(settings)} is not null`,
    { amount: 'the order has another amount by now', currency: 'the order has another currency by now' },
  ),
  onlyWith: sql`select 1 from incoming_purchases`,
});
