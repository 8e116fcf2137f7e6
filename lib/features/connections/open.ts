/** Opens a connection: its secrets, its client. The one place that a key passes through. */
import type { Gathering, Outside } from '../../core/prepare.ts';
import { Client, type Clock, RequestError } from '../http/index.ts';
import type { Connection } from './rules.ts';
import type { At, Window } from './vendors/vendor.ts';

/** What tests put in place of the world. */
export interface Ways {
  readonly clock?: Clock;
  readonly timeoutMs?: number;
}

/** A run that looks back further than this sees the workbook as it is: no tool is asked, and none is given anything. */
const LOOKS_BACK_MS = 24 * 3_600_000;
export const looksBack = ({ startedAt, context }: Pick<Gathering, 'startedAt' | 'context'>): boolean =>
  startedAt.getTime() - context.asOf.getTime() > LOOKS_BACK_MS;

/** How a tool that refuses or fails is waited for. */
const PATIENCE = {
  perSecond: 50,
  attempts: 4,
  backoffMs: 1_000,
  longestBackoffMs: 30_000,
  longestPauseMs: 300_000,
  throttledInARow: 6,
  failuresInARow: 8,
  pauseAfterFailuresMs: 60_000,
} as const;

/** @throws RequestError where a secret isn't set, or a key would go to an address that isn't https */
export function openConnection(
  { name, vendor, secrets, settings, address, fields }: Connection,
  outside: Pick<Outside, 'secret'>,
  window: Window,
  {
    budget,
    signal,
    stateFolder,
    ...ways
  }: Ways & {
    readonly budget: number;
    readonly stateFolder: string;
    readonly signal?: AbortSignal;
  },
): At {
  const keys: Record<string, string> = {};
  for (const [role, secret] of Object.entries(secrets)) {
    const value = outside.secret(secret)?.trim();
    if (!value) throw new RequestError('refused', `the secret ${secret} isn’t set`);
    keys[role] = value;
  }
  try {
    const client = new Client({
      service: name,
      address: address ?? vendor.address(settings),
      signIn: vendor.signIn(keys, settings),
      ...(vendor.limits && { documented: vendor.limits }),
      limits: { ...PATIENCE, budget },
      ...(signal && { signal }),
      ...ways,
    });
    return { client, settings, window, fields, stateFolder };
  } catch (error) {
    throw error instanceof RequestError ? error : new RequestError('refused', 'its address is not one for a key');
  }
}

/** Why a connection gave nothing, for people: never an address, a key or an answer. */
export const whyOf = (error: unknown): string => {
  if (error instanceof RequestError) return error.message;
  throw error;
};
