/** How the key of a connection is made, and whether it works. Writes nothing anywhere. */
import type { Job } from '../../core/job.ts';
import type { Outside } from '../../core/prepare.ts';
import { RequestError } from '../http/index.ts';
import type { Ways } from './open.ts';
import { openConnection, whyOf } from './open.ts';
import type { Connection, ConnectionRules } from './rules.ts';
import { http } from './vendors/http.ts';
import { vendors } from './vendors/registry.ts';

/** The rules of the jobs that connect, as they stand in jobs/rules/connections.ts; null where no job does. */
export function connectionsOf(jobs: readonly Job[]): ConnectionRules | null {
  const found = jobs.find(({ rules }) => typeof rules === 'object' && rules !== null && 'consentHours' in rules);
  return found ? (found.rules as ConnectionRules) : null;
}

/** The names of the secrets that connections need, in order. */
export const secretsOf = (rules: ConnectionRules | null): string[] => [
  ...new Set((rules?.connections ?? []).flatMap(({ secrets }) => Object.values(secrets))),
];

export interface Checked {
  readonly isFine: boolean;
  readonly text: string;
}

const DAY_MS = 86_400_000;
const MOST_SKEW_MS = 300_000;
/** A probe's requests, at most. */
const BUDGET = 20;

/** Signs in, and asks for the last day of each source, and for the first page of suppressions and of each list. */
export async function checkConnection(
  connection: Connection,
  outside: Pick<Outside, 'secret'>,
  now: Date,
  stateFolder: string,
  ways: Ways = {},
): Promise<Checked[]> {
  const { name, vendor, fetch, suppress, lists } = connection;
  const checked: Checked[] = [];
  const report = (text: string, isFine = true) => void checked.push({ isFine, text });
  let asked = name;
  try {
    const window = { from: new Date(now.getTime() - DAY_MS), to: now };
    const at = openConnection(connection, outside, window, { ...ways, budget: BUDGET, stateFolder });
    for (const source of fetch ? vendor.reads : []) {
      if (source.is === 'events' && !connection.events) continue;
      asked = `${name}, ${source.name}`;
      const found = await firstOf(source.pages(at));
      const what = source.whole ? 'on the first page' : 'of the last day';
      report(`${asked}: may be read, ${found?.length ?? 0} ${what}`);
    }
    if (suppress) {
      asked = `${name}, suppressions`;
      await firstOf(vendor.suppressions?.members(at, ''));
      report(`${asked}: may be read; whether the key may add to them shows when it does`);
    }
    for (const [own, remote] of Object.entries(lists)) {
      asked = `${name}, list ${own}`;
      await firstOf(vendor.lists?.members(at, remote)).catch(unlessLong);
      report(`${asked}: may be read`);
    }
    const skew = at.client.skewMs;
    if (skew !== null && Math.abs(skew) > MOST_SKEW_MS) {
      const minutes = Math.round(Math.abs(skew) / 60_000);
      report(`${name}: its clock is ${minutes} min off this machine's: set this one right`, false);
    }
  } catch (error) {
    report(`${asked}: ${whyOf(error)}. npx nightshift connect ${vendor.id} shows the rights`, false);
  }
  return checked;
}

const firstOf = async <T>(pages: AsyncIterable<T> | undefined): Promise<T | undefined> =>
  (await pages?.[Symbol.asyncIterator]().next())?.value;

/** A list of which a probe reads only a part may be read. */
const unlessLong = (error: unknown): void => {
  if (!(error instanceof RequestError) || error.by !== 'budget') throw error;
};

/** What can be connected, but for the sample's pretended tools. */
export const connectable = [...vendors.filter(({ id }) => id !== 'sample'), http];

export const connectableNames = connectable.map(({ id }) => id);

/** How a tool is connected, step by step; null where there is no such tool. */
export function connectText(id: string): string[] | null {
  const found = connectable.find((each) => each.id === id);
  if (!found) return null;
  const { label, guide, secrets, options = {} } = found;
  const needed = Object.entries(options).filter(([, option]) => !option.safeParse(undefined).success);
  const settings = needed.map(([name]) => `, ${name}: '…'`);
  const names = Object.values(secrets);
  return [
    `${label}: ${guide.page}`,
    '',
    `Rights: ${guide.rights}`,
    ...guide.steps.map((step, i) => `  ${i + 1}. ${step}`),
    '',
    ...(names.length > 0
      ? [
          `Then set ${names.join(' and ')}: as a secret of the repository at GitHub (Settings, Secrets and variables,`,
          'Actions), or in the environment of your own machine. Never in a file of the repository.',
          '',
        ]
      : []),
    'In jobs/rules/connections.ts:',
    `  { name: '${id}', vendor: '${id}'${settings.join('')}${found.suppressions ? ', suppress: true' : ''} },`,
    '',
    `Missing there: ${guide.lacks}.`,
    'npx nightshift sync hands the secret to the workflows; npx nightshift doctor checks the key.',
  ];
}
