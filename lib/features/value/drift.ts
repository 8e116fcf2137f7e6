/** Whether a model jumped against last month's: a sign of a broken import rather than of changed customers. */
import type { ModelRecord } from './fitted.ts';

/**
 * One sentence for each mean rate that changed by more than `jump` (0.3: thirty per cent). It compares what parameters say
 * together (how often people buy, how many leave), since single ones may trade places without meaning anything.
 * Models of different names are not compared.
 */
export function jumps(before: ModelRecord | undefined, now: ModelRecord, jump: number): string[] {
  if (before === undefined || before.name !== now.name) return [];
  const earlier = meanRates(before.parameters);
  return Object.entries(meanRates(now.parameters)).flatMap(([what, value]) => {
    const was = earlier[what];
    if (was === undefined || Math.abs(value / was - 1) <= jump) return [];
    return [`${now.name}: ${what} went from ${was.toPrecision(3)} to ${value.toPrecision(3)} since the last run`];
  });
}

function meanRates({ r, alpha, a, b, s, beta, p, q, v }: Readonly<Record<string, number>>): Record<string, number> {
  return {
    ...(r !== undefined && alpha !== undefined && { 'orders per week of an active customer': r / alpha }),
    ...(a !== undefined && b !== undefined && { 'share leaving after an order': a / (a + b) }),
    ...(s !== undefined && beta !== undefined && { 'rate of leaving per week': s / beta }),
    ...(p !== undefined && q !== undefined && v !== undefined && { 'mean order value': (p * v) / (q - 1) }),
  };
}
