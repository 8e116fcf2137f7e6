/**
 * A ledger that leaves the machine: errors are kept as outward-errors.ts has them, and what was written is
 * remembered, for the commit.
 */
import type { Ledger } from '../run/ledger.ts';
import { outward } from './outward-errors.ts';

export interface OutwardLedger {
  readonly ledger: Ledger;
  /** Paths below the ledger's folder, with `/`. */
  readonly written: () => readonly string[];
}

export function outwardLedger(ledger: Ledger): OutwardLedger {
  const written = new Set<string>();
  return {
    ledger: {
      ...ledger,
      add: async (entry) => {
        await ledger.add(entry.error ? { ...entry, error: outward(entry.error) } : entry);
        written.add(`${entry.job}/${entry.period}/${entry.run}.json`);
      },
    },
    written: () => [...written],
  };
}
