/** Amounts of orders and payments: what was paid, less what was given back. */
import { quoteText } from '../../core/sql.ts';
import { readCell } from '../../snapshot/cells.ts';
import type { Cells } from './cells.ts';

/** SQL: why a row whose status is none of these words is no purchase; NULL where it is one, or says nothing. */
export const unpaid = (words: readonly string[], cell: string): string =>
  `case when ${cell} is null or lower(${cell}) in (${words.map(quoteText).join(', ')}) then null else 'not paid' end`;

const numberIn = (cell: string): string => readCell(cell, 'number', { timeZone: 'UTC', decimal: '.' });

/**
 * SQL: the first of the columns `total`, less what the first of `refunded` says. Tools that list refunds write a point
 * before the decimals.
 */
export const less = (cells: Cells, refunded: string, total: string): string => {
  const [amount, back] = [cells.text(total), cells.text(refunded)];
  if (!cells.has(refunded)) return amount;
  const left = `round(${numberIn(amount)} - abs(${numberIn(back)}), 2)`;
  return `case when coalesce(${numberIn(back)}, 0) = 0 then ${amount} else cast(${left} as varchar) end`;
};

/** What a tool calls an order whose money went back, or was never taken. */
const WENT_BACK = 'refunded wc-refunded wc-cancelled voided cancelled canceled charged_back chargeback'.split(' ');

/**
 * The condition that nothing of an order remains paid, by its status and the time of its cancellation; both are SQL for
 * cells.
 */
export const wentBack = (status: string, cancelledAt = 'cast(null as varchar)'): string =>
  `(${cancelledAt} is not null or coalesce(lower(${status}) in (${WENT_BACK.map(quoteText).join(', ')}), false))`;

/** The amount of an order, 0 where nothing of it remains paid. */
export const paidAmount = (amount: string, isBack: string): string => `case when ${isBack} then '0' else ${amount} end`;
