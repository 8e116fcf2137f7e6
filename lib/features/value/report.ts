/**
 * What a person reads of a valuation: the metrics of its ledger entry, with a sentence on what happened and how right
 * the forecast was, and a warning for each thing that looks wrong. Counts and parameters; no names.
 */
import * as z from 'zod';
import type { Metrics } from '../../core/prepare.ts';
import { MOST_BIAS, STRICTLY_REGULAR } from './choose.ts';
import { jumps } from './drift.ts';
import { type ModelRecord, modelLabel } from './fitted.ts';
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

/** The name of the model that stood in an earlier run's metrics. */
export const lastModel = (earlier: Metrics | null): string | undefined => modelOf(earlier, 'model')?.name;

/** @param earlier the metrics of last month's run */
export function valueMetrics(
  report: ValueReport,
  earlier: Metrics | null,
  rules: Pick<ValueRules, 'jump' | 'bands'>,
): Metrics {
  const { quarter, bandMoves, ...rest } = report;
  const warnings = warningsOf(report, earlier, rules);
  return {
    ...rest,
    quarter: { ...quarter, repeat_rate: rate(quarter.repeat_buyers, quarter.buyers), band_changes: moved(bandMoves) },
    bandMoves: Object.fromEntries(
      bandMoves
        .filter(({ from, to }) => from !== to)
        .map(({ from, to, customers }) => [`${from ?? 'new'} → ${to}`, customers]),
    ),
    sentences: sentencesOf(report),
    ...(warnings.length > 0 && { warnings }),
  };
}

const isText = (text: string | false | undefined): text is string => typeof text === 'string';

/** The held-out score of the model that stands. */
const standing = ({ comparison, model }: ValueReport) => comparison.scores.find((score) => score.model === model.name);

function sentencesOf(report: ValueReport): string[] {
  const { quarter, bandMoves, model, comparison, regularity } = report;
  const { name, seasonIndex, aliveBy } = model;
  const score = standing(report);
  return [
    quarterSentence(quarter, moved(bandMoves)),
    score &&
      `On the last ${comparison.weeks} weeks, held out, ${modelLabel(model)} forecast ${ordersOff(score.bias)} ` +
        `came, and was ${score.meanAbsoluteError.toFixed(2)} orders off per customer.`,
    seasonIndex !== undefined &&
      `In the same weeks a year ago ${ordersOff(seasonIndex - 1, ' came')} ${name} had forecast: ` +
        'expected orders are changed by as much.',
    aliveBy !== undefined &&
      `p_alive is that of ${aliveBy}: on the held-out weeks at most 5 points more of the customers bought than it ` +
        'gave as still alive.',
    regularity >= STRICTLY_REGULAR && `Buying is regular (k = ${regularity}): a missed order is a sign of leaving.`,
  ].filter(isText);
}

function warningsOf(
  report: ValueReport,
  earlier: Metrics | null,
  { jump, bands }: Pick<ValueRules, 'jump' | 'bands'>,
): string[] {
  const { model, orderValue, comparison } = report;
  const bias = standing(report)?.bias ?? 0;
  const isAliveEmpty = model.aliveBy === undefined && model.logLikelihood === null && comparison.scores.length > 0;
  return [
    ...jumps(modelOf(earlier, 'model'), model, jump),
    ...jumps(modelOf(earlier, 'orderValue'), orderValue, jump),
    ...[model, orderValue].map(
      ({ name, simplerBecause }) => simplerBecause !== undefined && `${name} stands in for a model: ${simplerBecause}`,
    ),
    model.edge !== undefined &&
      `${model.name}: ${model.edge}. p_alive is left empty, and no customer is ${bands.lapsing.name}.`,
    isAliveEmpty &&
      `p_alive is left empty, and no customer is ${bands.lapsing.name}: ${model.name} knows no chance of leaving, and ` +
        'no model was right about it on the held-out weeks.',
    Math.abs(bias) > MOST_BIAS &&
      `On the last ${comparison.weeks} weeks, held out, the forecast was ${ordersOff(bias)} came: ` +
        'expected_orders and lifetime_value are likely to be off as much. They still rank customers.',
    ...bandWarnings(report, bands),
    ignoredWarning(report.ignored),
  ].filter(isText);
}

/** Such as "12 % fewer orders than"; within half a percent "as many orders as". */
function ordersOff(bias: number, verb = ''): string {
  const percent = Math.abs(bias * 100).toFixed(0);
  return percent === '0'
    ? `as many orders${verb} as`
    : `${percent} % ${bias < 0 ? 'fewer' : 'more'} orders${verb} than`;
}

/** Fewer customers than this make shares that say nothing. */
const SHARES_FROM = 100;

function bandWarnings({ bands: counts, customers }: ValueReport, { ranked }: ValueRules['bands']): string[] {
  if (customers < SHARES_FROM) return [];
  return ranked.flatMap(({ name, share }) => {
    const count = counts[name] ?? 0;
    if (count >= (share * customers) / 2) return [];
    return [
      `${name} holds ${count} of ${shown(customers)} customers instead of ${share * 100} %: ` +
        'customers of equal value are never divided between two bands.',
    ];
  });
}

function ignoredWarning(ignored: ValueReport['ignored']): string | undefined {
  const causes = Object.entries(ignored);
  if (causes.length === 0) return undefined;
  const rows = causes.reduce((sum, [, count]) => sum + count, 0);
  return (
    `${shown(rows)} ${rows === 1 ? 'purchase was' : 'purchases were'} not counted: ` +
    `${causes.map(([cause, count]) => `${shown(count)} with ${cause}`).join(', ')}. ` +
    'Correct the cells, or add a missing rate to currencies.rates in jobs/rules/lifetime-value.ts.'
  );
}

const shown = (count = 0): string => count.toLocaleString('en-US');

const moved = (moves: ValueReport['bandMoves']): number =>
  moves.reduce((sum, { from, to, customers }) => sum + (from !== null && from !== to ? customers : 0), 0);

const rate = (part = 0, whole = 0): number | null => (whole > 0 ? Math.round((part / whole) * 1e4) / 1e4 : null);

function quarterSentence(quarter: ValueReport['quarter'], bandChanges: number): string {
  const { buyers, orders, repeat_buyers, buyers_before, orders_before, repeat_buyers_before } = quarter;
  const percent = (part?: number, whole?: number): string => {
    const share = rate(part, whole);
    return share === null ? 'none' : `${(share * 100).toFixed(1)} %`;
  };
  return (
    `The past quarter: ${shown(buyers)} buyers (${shown(buyers_before)} in the quarter before), ` +
    `${shown(orders)} orders (${shown(orders_before)}), ` +
    `${percent(repeat_buyers, buyers)} of the buyers had bought before ` +
    `(${percent(repeat_buyers_before, buyers_before)}); ` +
    `${shown(bandChanges)} customers changed band.`
  );
}
