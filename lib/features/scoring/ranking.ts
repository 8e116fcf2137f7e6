/**
 * How well a number ranks those to whom something happened above those to whom it did not. Pure arithmetic over
 * groups of equal numbers, so that a million contacts are a few hundred groups.
 */

/** Contacts with one value of the number; `converted` of `total` had the outcome. */
export interface Group {
  readonly value: number;
  readonly converted: number;
  readonly total: number;
}

export interface Auc {
  readonly auc: number;
  readonly low: number;
  readonly high: number;
}

export interface Count {
  readonly contacts: number;
  readonly conversions: number;
}

export interface Slice extends Count {
  /** conversions / contacts. */
  readonly rate: number;
  /** The rate divided by that of all. */
  readonly lift: number;
  /** The slice's share of all conversions. */
  readonly share: number;
}

/** The quantile of the normal distribution for 95 %. */
const Z95 = 1.959964;

/**
 * The area under the ROC curve: the chance that a contact with the outcome has a higher number than one without,
 * ties counting half; with DeLong's 95 % interval, on the logit scale so that it stays within 0 and 1. Source:
 * DeLong, DeLong and Clarke-Pearson 1988, by placements of grouped values.
 * @throws RangeError where no contact, or every contact, had the outcome
 */
export function aucOf(groups: readonly Group[]): Auc {
  const ascending = groups.toSorted((a, b) => a.value - b.value);
  const positives = sum(ascending, ({ converted }) => converted);
  const negatives = sum(ascending, ({ converted, total }) => total - converted);
  if (positives === 0 || negatives === 0) throw new RangeError('An AUC needs contacts with and without the outcome.');
  let [below, seen] = [0, 0];
  const placed = ascending.map(({ converted, total }) => {
    const others = total - converted;
    const ofPositive = (below + others / 2) / negatives;
    const ofNegative = (positives - seen - converted / 2) / positives;
    below += others;
    seen += converted;
    return { converted, others, ofPositive, ofNegative };
  });
  const auc = sum(placed, ({ converted, ofPositive }) => converted * ofPositive) / positives;
  const spread = (count: number, part: (at: (typeof placed)[number]) => [weight: number, placement: number]): number =>
    count < 2 ? 0 : sum(placed, (at) => part(at)[0] * (part(at)[1] - auc) ** 2) / (count - 1) / count;
  const variance =
    spread(positives, (at) => [at.converted, at.ofPositive]) + spread(negatives, (at) => [at.others, at.ofNegative]);
  if (auc === 0 || auc === 1) return { auc, low: auc, high: auc };
  const logit = Math.log(auc / (1 - auc));
  const half = (Z95 * Math.sqrt(variance)) / (auc * (1 - auc));
  return { auc, low: logistic(logit - half), high: logistic(logit + half) };
}

/**
 * The contacts in equal slices from the highest number to the lowest. A group that spans a border is divided in
 * proportion, so the slices do not depend on the order of equals; counts of a slice may be fractions.
 */
export function slicesOf(groups: readonly Group[], slices = 10): Slice[] {
  const total = sum(groups, (group) => group.total);
  const conversions = sum(groups, (group) => group.converted);
  const filled = Array.from({ length: slices }, () => ({ contacts: 0, conversions: 0 }));
  let before = 0;
  for (const group of groups.toSorted((a, b) => b.value - a.value)) {
    filled.forEach((slice, i) => {
      const part = Math.min(before + group.total, ((i + 1) * total) / slices) - Math.max(before, (i * total) / slices);
      if (part <= 0) return;
      slice.contacts += part;
      slice.conversions += (group.converted * part) / group.total;
    });
    before += group.total;
  }
  return filled.map((slice) => sliceOf(slice, { contacts: total, conversions }));
}

/** A slice beside all contacts. */
export function sliceOf({ contacts, conversions }: Count, all: Count): Slice {
  const rate = contacts === 0 ? 0 : conversions / contacts;
  const base = all.conversions / all.contacts;
  return {
    contacts,
    conversions,
    rate,
    lift: base === 0 ? 0 : rate / base,
    share: all.conversions === 0 ? 0 : conversions / all.conversions,
  };
}

/**
 * Evidence of a yes-or-no property: the log of the odds of the outcome with it over the odds without it, and its
 * standard error (Woolf 1955, with Haldane's half added to each count so that an empty cell gives no infinity).
 */
export function logOddsRatio(having: Count, others: Count): { readonly value: number; readonly error: number } {
  const cells = ({ contacts, conversions }: Count) => [conversions + 0.5, contacts - conversions + 0.5] as const;
  const [[a, b], [c, d]] = [cells(having), cells(others)];
  return { value: Math.log((a * d) / (b * c)), error: Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d) };
}

/** Whether the rate of `better` is below that of `worse` by more than chance (two proportions, one-sided 5 %). */
export function isReversed(better: Pick<Slice, 'contacts' | 'rate'>, worse: Pick<Slice, 'contacts' | 'rate'>): boolean {
  const pooled = (better.rate * better.contacts + worse.rate * worse.contacts) / (better.contacts + worse.contacts);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / better.contacts + 1 / worse.contacts));
  return error > 0 && (worse.rate - better.rate) / error > 1.645;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);
