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
  given: Ways & { readonly budget: number; readonly stateFolder: string; readonly signal?: AbortSignal },
): At {
  const { budget, stateFolder, ...ways } = given;
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
      ...ways,
    });
    return { client, settings, window, fields, stateFolder };
  } catch (error) {
    throw error instanceof RequestError ? error : new RequestError('refused', 'its address is not one for a key');
  }
}

/** Requests to one connection in one phase of a run, at most: a fault that asks for ever ends. */
const MOST_REQUESTS = 20_000;

/**
 * Opens connections to read or write their lists: each once, so that all its requests share one pace and one budget.
 */
export function opener(
  { outside, context, stateFolder }: Pick<Gathering, 'outside' | 'context' | 'stateFolder'>,
  ways: Ways & { readonly signal: AbortSignal },
): (connection: Connection) => At {
  const opened = new Map<Connection, At>();
  const window = { from: new Date(0), to: context.asOf };
  const given = { ...ways, budget: MOST_REQUESTS, stateFolder };
  return (connection) => {
    const at = opened.get(connection) ?? openConnection(connection, outside, window, given);
    opened.set(connection, at);
    return at;
  };
}

/** Why a connection gave nothing, for people: never an address, a key or an answer. */
export const whyOf = (error: unknown): string => {
  if (error instanceof RequestError) return error.message;
  throw error;
};
