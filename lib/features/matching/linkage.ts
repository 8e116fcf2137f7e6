/**
 * Average linkage inside one group of records that hang together: clusters are joined while the mean probability over all
 * pairs between them is high enough, so one doubtful link never chains two people together (Sokal and Michener 1958).
 * A pair that was never met counts as 0. Ties go to the lower record numbers, which come from content.
 */

export interface Link {
  l: number;
  r: number;
  probability: number;
  /** That the two can't be one person. */
  apart?: boolean;
}

interface Offer {
  mean: number;
  a: number;
  b: number;
}

/** Better offers first: the higher mean, then the lower numbers. */
const before = (p: Offer, q: Offer): boolean =>
  p.mean !== q.mean ? p.mean > q.mean : p.a !== q.a ? p.a < q.a : p.b < q.b;

class OfferQueue {
  readonly #heap: Offer[] = [];

  push(offer: Offer): void {
    const heap = this.#heap;
    heap.push(offer);
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfBefore(child, parent)) break;
      child = parent;
    }
  }

  pop(): Offer | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    heap[0] = last;
    for (let parent = 0; ; ) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      const [one, other] = [heap[left], heap[right]];
      if (!one) break;
      const child = other && before(other, one) ? right : left;
      if (!this.#swapIfBefore(child, parent)) break;
      parent = child;
    }
    return top;
  }

  #swapIfBefore(child: number, parent: number): boolean {
    const [low, high] = [this.#heap[child], this.#heap[parent]];
    if (!low || !high || !before(low, high)) return false;
    this.#heap[child] = high;
    this.#heap[parent] = low;
    return true;
  }
}

/** Up to so many pairs the least mean is the one that is given; and the share of it that is enough for very many. */
const fewPairs = 4;
const shareForMany = 0.3;

/** The least mean over so many pairs: two people's pairs score low throughout, and a mean of many is no accident. */
const leastOf = (least: number, pairs: number): number =>
  least * Math.max(shareForMany, Math.min(1, Math.sqrt(fewPairs / pairs)));

/**
 * Clusters of the records in `links`, each by its lowest record; no cluster holds two records that a link keeps apart. Work
 * grows with links times the logarithm of their number.
 */
export function averageLinkage(links: readonly Link[], least: number): Map<number, number> {
  const members = new Map<number, number[]>();
  const sums = new Map<number, Map<number, number>>();
  const queue = new OfferQueue();
  const pairs = (a: number, b: number): number => (members.get(a)?.length ?? 1) * (members.get(b)?.length ?? 1);
  const mean = (a: number, b: number): number => (sums.get(a)?.get(b) ?? 0) / pairs(a, b);
  const offer = (a: number, b: number): void => {
    const value = mean(a, b);
    if (value >= leastOf(least, pairs(a, b))) queue.push({ mean: value, a: Math.min(a, b), b: Math.max(a, b) });
  };
  const add = (a: number, b: number, value: number): void => {
    const row = sums.get(a) ?? new Map<number, number>();
    row.set(b, (row.get(b) ?? 0) + value);
    sums.set(a, row);
  };
  for (const { l, r, probability, apart } of links) {
    for (const record of [l, r]) if (!members.has(record)) members.set(record, [record]);
    const value = apart ? Number.NEGATIVE_INFINITY : probability;
    add(l, r, value);
    add(r, l, value);
  }
  for (const { l, r } of links) offer(l, r);
  for (let best = queue.pop(); best; best = queue.pop()) {
    const { a, b } = best;
    const [first, second] = [members.get(a), members.get(b)];
    if (!first || !second || mean(a, b) !== best.mean) continue;
    members.set(a, [...first, ...second]);
    members.delete(b);
    sums.get(a)?.delete(b);
    for (const [other, value] of sums.get(b) ?? []) {
      sums.get(other)?.delete(b);
      if (other === a) continue;
      add(a, other, value);
      add(other, a, value);
    }
    sums.delete(b);
    for (const other of sums.get(a)?.keys() ?? []) offer(a, other);
  }
  const clusterOf = new Map<number, number>();
  for (const records of members.values()) {
    const lowestRecord = records.reduce((least, record) => Math.min(least, record));
    for (const record of records) clusterOf.set(record, lowestRecord);
  }
  return clusterOf;
}
