/**
 * What a warehouse did for a run and for each of its jobs: statements, bytes billed and slot time, for ledger and
 * summary.
 */
import type { Spent, Store } from '../workbook/store.ts';

export interface WarehouseCost {
  readonly queries: number;
  readonly gigabytesBilled: number;
  readonly slotSeconds: number;
}

const costOf = (now: Spent, before: Omit<Spent, 'bytesRead' | 'rowsRead' | 'bytesWritten'>): WarehouseCost => ({
  queries: now.queries - before.queries,
  gigabytesBilled: Math.round((now.bytesBilled - before.bytesBilled) / 1e6) / 1e3,
  slotSeconds: Math.round((now.slotMs - before.slotMs) / 100) / 10,
});

const nothing = { queries: 0, bytesBilled: 0, slotMs: 0 };

/** The cost since the store was opened; none without a warehouse. */
export const warehouseCost = ({ warehouse }: Pick<Store, 'warehouse'>): { warehouse?: WarehouseCost } =>
  warehouse && warehouse.spent.queries > 0 ? { warehouse: costOf(warehouse.spent, nothing) } : {};

/** Gives the cost since it was last asked: of the reading and the first job, then of each job. */
export function costMeter({ warehouse }: Pick<Store, 'warehouse'>): () => { warehouse?: WarehouseCost } {
  let before = nothing;
  return () => {
    if (!warehouse) return {};
    const cost = costOf(warehouse.spent, before);
    before = { ...warehouse.spent };
    return { warehouse: cost };
  };
}

/** One sentence for people. */
export const costText = ({ queries, gigabytesBilled, slotSeconds }: WarehouseCost): string =>
  `BigQuery: ${queries} statements, ${gigabytesBilled} GB billed, ${slotSeconds} s of slot time`;
