import { fetchLedger } from '../github/api/commit-ledger.ts';
import type { ShiftEnvironment } from '../github/environment.ts';
import type { Session } from './session.ts';

/** True where the ledger has a branch of its own. */
export const restoreLedger = async (
  { ledgerFolder }: Session,
  { onActions, gitEnv }: ShiftEnvironment,
): Promise<boolean> => onActions && fetchLedger(ledgerFolder, gitEnv);
