/** Nights with connections: the jobs on rules of a test, with secrets, a clock that does not wait, and vendors' servers. */
import { onTestFinished } from 'vitest';
import type { Job } from '../../lib/core/job.ts';
import type { Outside } from '../../lib/core/prepare.ts';
import { connectionRules } from '../../lib/features/connections/index.ts';
import type { Clock } from '../../lib/features/http/index.ts';
import type { RunResult } from '../../lib/run/result.ts';
import { bounceSuppression } from '../fixture/bounce-suppression.ts';
import { fetchJob } from '../fixture/fetch-activity.ts';
import { bounces } from '../fixture/rules/bounces.ts';
import { workbook } from '../fixture/rules/workbook.ts';
import { syncAudiences } from '../fixture/sync-audiences.ts';
import { type Night, night } from './night.ts';
import { type Tool, type VendorServer, vendorServer } from './vendor-server/server.ts';

/** A clock on which pauses are over at once. */
export const fastClock = (): Clock => {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
};

export async function serve(tool: Tool): Promise<VendorServer> {
  const server = await vendorServer(tool);
  onTestFinished(() => server.close());
  return server;
}

export type Rules = Parameters<typeof connectionRules>[0];

export const secretsOf = (secrets: Readonly<Record<string, string>>): Outside => ({
  secret: (name) => secrets[name],
  stoppable: (work) => work(new AbortController().signal),
});

const without = ({ needs: _, ...job }: Job): Job => job;

/** A night of fetch-activity, bounce-suppression and sync-audiences, or of those that are named. */
export function connectedNight(
  folder: string,
  rules: Rules,
  secrets: Readonly<Record<string, string>>,
  given: Night & { readonly only?: 'fetch' | 'sync'; readonly timeoutMs?: number } = {},
): Promise<RunResult> {
  const { only, timeoutMs = 5_000, ...rest } = given;
  const checked = connectionRules(rules, ['Newsletter']);
  const ways = { clock: fastClock(), timeoutMs };
  const fetch = fetchJob(checked, workbook, ways);
  const sync = without(syncAudiences(checked, ways));
  const jobs =
    only === 'fetch' ? [fetch] : only === 'sync' ? [sync] : [fetch, bounceSuppression(bounces, checked), sync];
  return night(folder, {
    jobs: jobs.map((job) => ({ job, cadence: 'nightly' as const })),
    outside: secretsOf(secrets),
    ...rest,
  });
}
