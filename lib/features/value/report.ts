/**
 * What a person hears of a valuation: the metrics of its ledger entry, with a sentence for each thing to know and a warning
 * for each that looks wrong. Counts and parameters; nobody's name.
 */
import * as z from 'zod';
import type { Metrics } from '../../core/prepare.ts';
import { jumps } from './drift.ts';
import type { ModelRecord } from './fitted.ts';
import type { ValueReport } from './lifetime-value.ts';
import type { ValueRules } from './rules.ts';

/** A model as an earlier ledger entry holds it; anything else is as good as none. */
const recorded = z.object({
  name: z.string(),
  parameters: z.record(z.string(), z.number()),
  logLikelihood: z.number().nullable(),
  customers: z.number(),
});

function modelOf(earlier: Metrics | null, key: string): ModelRecord | undefined {
  const read = recorded.safeParse(earlier?.[key]);
  return read.success ? read.data : undefined;
}

/** @param earlier the metrics of last month's run */
export function valueMetrics(
  report: ValueReport,
  earlier: Metrics | null,
  { jump }: Pick<ValueRules, 'jump'>,
): Metrics {
  const { model, orderValue, quarter, bandMoves, comparison, ...counts } = report;
  const warnings = [
    ...jumps(modelOf(earlier, 'model'), model, jump),
    ...jumps(modelOf(earlier, 'orderValue'), orderValue, jump),
    ...[model, orderValue].flatMap(({ name, simplerBecause }) =>
      simplerBecause === undefined ? [] : [`${name} stands in for a model: ${simplerBecause}`],
    ),
  ];
  return {
    ...counts,
    model,
    orderValue,
    comparison,
    quarter: { ...quarter, repeat_rate: rate(quarter.repeat_buyers, quarter.buyers), band_changes: moved(bandMoves) },
    bandMoves: Object.fromEntries(
      bandMoves
        .filter(({ from, to }) => from !== to)
        .map(({ from, to, customers }) => [`${from ?? 'new'} → ${to}`, customers]),
    ),
    said: [quarterSaid(quarter, moved(bandMoves))],
    ...(warnings.length > 0 && { warnings }),
  };
}

const moved = (moves: ValueReport['bandMoves']): number =>
  moves.reduce((sum, { from, to, customers }) => sum + (from !== null && from !== to ? customers : 0), 0);

const rate = (part = 0, whole = 0): number | null => (whole > 0 ? Math.round((part / whole) * 1e4) / 1e4 : null);

function quarterSaid(quarter: ValueReport['quarter'], bandChanges: number): string {
  const {
    buyers = 0,
    orders = 0,
    repeat_buyers = 0,
    buyers_before = 0,
    orders_before = 0,
    repeat_buyers_before = 0,
  } = quarter;
  const n = (count: number): string => count.toLocaleString('en-US');
  const percent = (part: number, whole: number): string => {
    const share = rate(part, whole);
    return share === null ? 'none' : `${(share * 100).toFixed(1)} %`;
  };
  return (
    `The past quarter: ${n(buyers)} buyers (${n(buyers_before)} in the quarter before), ${n(orders)} orders (${n(orders_before)}), ` +
    `${percent(repeat_buyers, buyers)} of the buyers had bought before (${percent(repeat_buyers_before, buyers_before)}); ` +
    `${n(bandChanges)} customers changed band.`
  );
}
