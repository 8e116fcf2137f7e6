/** How the key of a connection is made, and whether it works. Writes nothing anywhere. */
import type { Job } from '../../core/job.ts';
import type { Outside } from '../../core/prepare.ts';
import { RequestError } from '../http/index.ts';
import type { Ways } from './open.ts';
import { openConnection, whyOf } from './open.ts';
import type { Connection, ConnectionRules } from './rules.ts';
import { httpGuide } from './vendors/http.ts';
import { vendors } from './vendors/registry.ts';
import type { Guide, Vendor } from './vendors/vendor.ts';

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
  let asked = name;
  try {
    const window = { from: new Date(now.getTime() - DAY_MS), to: now };
    const at = openConnection(connection, outside, window, { ...ways, budget: BUDGET, stateFolder });
    for (const source of fetch ? vendor.reads : []) {
      if (source.is === 'events' && !connection.events) continue;
      asked = `${name}, ${source.name}`;
      const { value = [] } = await source.pages(at)[Symbol.asyncIterator]().next();
      const what = source.whole ? 'on the first page' : 'of the last day';
      checked.push({ isFine: true, text: `${asked}: may be read, ${value.length} ${what}` });
    }
    if (suppress) {
      asked = `${name}, suppressions`;
      await vendor.suppressions?.standing(at)[Symbol.asyncIterator]().next();
      checked.push({ isFine: true, text: `${asked}: may be read; whether the key may add to them shows when it does` });
    }
    for (const [own, remote] of Object.entries(lists)) {
      asked = `${name}, list ${own}`;
      await vendor.lists?.members(at, remote)[Symbol.asyncIterator]().next().catch(unlessLong);
      checked.push({ isFine: true, text: `${asked}: may be read` });
    }
    const skew = at.client.skewMs;
    if (skew !== null && Math.abs(skew) > MOST_SKEW_MS) {
      const minutes = Math.round(Math.abs(skew) / 60_000);
      checked.push({
        isFine: false,
        text: `${name}: its clock is ${minutes} min off this machine's: set this one right`,
      });
    }
  } catch (error) {
    checked.push({
      isFine: false,
      text: `${asked}: ${whyOf(error)}. npx nightshift connect ${vendor.id} shows the rights`,
    });
  }
  return checked;
}

/** A list of which a probe reads only a part may be read. */
const unlessLong = (error: unknown): void => {
  if (!(error instanceof RequestError) || error.by !== 'budget') throw error;
};

const http: Pick<
  Vendor,
  'id' | 'label' | 'guide' | 'secrets' | 'reads' | 'suppressions' | 'lists' | 'options' | 'limits'
> = {
  id: 'http',
  label: 'any tool by HTTP',
  guide: httpGuide,
  secrets: {},
  reads: [],
};

/** What can be connected, but for the sample's pretended tools. */
const connectable = [...vendors.filter(({ id }) => id !== 'sample'), http];

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

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The table of docs/connections.md. */
export function connectionTable(): string {
  const rows = connectable.map(({ id, label, guide, reads, suppressions, lists, limits, secrets }) => {
    const read =
      id === 'http'
        ? 'bounces, events or purchases'
        : reads.map(({ name, is }) => (is === 'events' ? `${name} (events)` : name)).join(', ');
    const written =
      [suppressions ? 'suppressions' : '', lists ? 'lists, fields' : ''].filter(Boolean).join(', ') || '–';
    const names =
      Object.values(secrets)
        .map((name) => `\`${name}\``)
        .join(', ') || 'yours';
    const rate = limits?.perSecond ? `${limits.perSecond} a second` : '–';
    const tool = `[${label}](${page(guide)})`;
    return row(tool, `\`${id}\``, read, written, names, cell(guide.rights), rate, cell(guide.lacks));
  });
  const heads = ['tool', 'vendor', 'is read', 'is written', 'secret', 'rights of the key', 'rate', 'what is missing'];
  return [row(...heads), row(...heads.map(() => '---')), ...rows].join('');
}

const page = ({ page: where }: Guide): string => (where === 'docs/connections.md' ? '#any-other-tool' : where);
