/**
 * A ledger that leaves the machine: errors are kept as outward-errors.ts has them, and what was written is
 * remembered, for the commit.
 */
import type { Ledger } from '../run/ledger.ts';
import { outward } from './outward-errors.ts';

/** `written` gives paths below the ledger's folder, with `/`. */
export function outwardLedger(ledger: Ledger): { ledger: Ledger; written: () => readonly string[] } {
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
