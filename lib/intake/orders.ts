/**
 * Orders that come again. A purchase is what was paid, less what went back (net of refunds, gross of tax and shipping,
 * as the tool totals it). A file exported later may say another amount of an order that is there already: the order is
 * then set to it, once, and counted. An order of which nothing was paid, or everything went back, is 0 where it is
 * known, and is not added where it is not.
 */

import { type Change, update } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { quoteText, raw, type Sql, sql } from '../core/sql.ts';
import { type CellSettings, readPlainCell } from '../snapshot/cells.ts';

/** What a tool calls an order whose money went back, or was never taken. */
const WENT_BACK = ['refunded', 'voided', 'cancelled', 'canceled', 'charged_back', 'chargeback'];

/**
 * The condition that nothing of an order remains paid, by its status and the time of its cancellation; both are SQL for
 * cells.
 */
export const wentBack = (status: string, cancelledAt = 'cast(null as varchar)'): string =>
  `(${cancelledAt} is not null or coalesce(lower(${status}) in (${WENT_BACK.map(quoteText).join(', ')}), false))`;

/** The amount of an order, 0 where nothing of it remains paid. */
export const paidAmount = (amount: string, isBack: string): string => `case when ${isBack} then '0' else ${amount} end`;

const amountOf = (settings: CellSettings): Sql => raw(`(${readPlainCell('i.amount', 'number', settings)})`);

/** Counts the incoming orders that are new and of which nothing is paid, and drops them: they are no purchases. */
export async function ignoreUnpaid(engine: Engine, settings: CellSettings): Promise<void> {
  const unpaid = sql`from incoming_purchases i where ${amountOf(settings)} = 0 and i.order_id not in (select order_id from purchases where order_id is not null)`;
  await engine.run(
    sql`insert into import_ignored select file, 'nothing paid, or all of it refunded', count(*) ${unpaid} group by file`,
  );
  await engine.run(sql`delete ${unpaid}`);
}

/** Sets known orders to the amount and the currency that a file has of them. */
export const changedOrders = (settings: CellSettings): Change =>
  update(
    'purchases',
    sql`select p.order_id, ${amountOf(settings)} as amount, coalesce(i.currency, p.currency) as currency
      from incoming_purchases i join purchases p on p.order_id = i.order_id where ${amountOf(settings)} is not null`,
    { amount: 'the order has another amount by now', currency: 'the order has another currency by now' },
  );
