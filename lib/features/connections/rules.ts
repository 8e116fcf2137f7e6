/** The connections that a team names in jobs/rules/connections.ts, checked by zod. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { checkRules, shown } from '../../core/rules.ts';
import { tableOf } from '../../core/tables.ts';
import { nearest } from '../../core/text/nearest.ts';
import { COLUMNS, httpOptions, httpVendor } from './vendors/http.ts';
import { vendors } from './vendors/registry.ts';
import type { Vendor } from './vendors/vendor.ts';

const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'takes the name of a secret, such as SENDGRID_API_KEY; never the key itself');

const number = z.string().regex(/^\d+$/, 'takes the number of a list there, in quotes: "12"');

/** What every connection may have, whichever its vendor. */
const common = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'takes lower case letters, digits and "-"' }),
  /** Whether its facts are fetched, and opens, clicks and deliveries with them. */
  fetch: z.boolean().default(true),
  events: z.boolean().default(false),
  /** Names of secrets other than the usual ones, by what they are: `{ key: 'SENDGRID_EU_KEY' }`. */
  secrets: z.record(z.string(), secretName).default({}),
  /** Another address, such as a proxy of your own. */
  address: z.url().optional(),
};

const writing = (vendor: Vendor) => ({
  ...(vendor.suppressions && { suppress: z.boolean().default(false) }),
  ...(vendor.lists && {
    /** A list of jobs/rules/segments.ts → the list, tag or segment there. */
    lists: z.record(z.string(), vendor.lists.numbered ? number : z.string().min(1)).default({}),
    /** A field there → a column of contacts. */
    fields: z.record(z.string().min(1), z.string()).default({}),
  }),
});

const ofVendor = (vendor: Vendor) =>
  z.strictObject({ vendor: z.literal(vendor.id), ...common, ...writing(vendor), ...vendor.options });

const connection = z.discriminatedUnion('vendor', [
  ofVendor(vendors[0] as Vendor),
  ...vendors.slice(1).map(ofVendor),
  z.strictObject({ vendor: z.literal('http'), ...common, ...httpOptions }),
]);

const schema = z.strictObject({
  connections: z.array(connection).default([]),
  /** Days that the first fetch of events and orders looks back; who left is read from the beginning. */
  firstDays: z.number().int().min(1).default(90),
  /** A long time is fetched in pieces of so many days, each complete. */
  pieceDays: z.number().int().min(1).default(30),
  /** Each fetch begins so many hours before the last one ended: facts arrive late. */
  overlapHours: z.number().min(1).default(48),
  /** Requests to one connection in one run, at most; the next run goes on. */
  requests: z.number().int().min(10).default(2_000),
  /** Facts about who left that are older than this hold the lists for sending back. */
  consentHours: z.number().positive().default(48),
  /** A connection that brings more than so many times its usual waits for a person. */
  surge: z.number().min(2).default(10),
  /** A list elsewhere that would change by more than this share, or than so many people, waits for a person. */
  mostOfAudience: z.strictObject({ share: z.number().min(0).max(1), count: z.number().int().min(0) }).default({
    share: 0.2,
    count: 500,
  }),
});

/** A connection as it is written; which options a vendor has is checked when the rules are read. */
type Written = z.input<z.ZodObject<typeof common>> & {
  readonly vendor: string;
  readonly suppress?: boolean;
  readonly lists?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
} & Partial<Pick<z.input<z.ZodObject<typeof httpOptions>>, 'key' | 'reads'>> &
  Partial<Readonly<Record<VendorOption, string>>>;

type VendorOption = 'region' | 'domain' | 'stream' | 'server' | 'audience' | 'shop' | 'folder' | 'lastDay';

export interface WrittenRules extends Omit<z.input<typeof schema>, 'connections'> {
  readonly connections?: readonly Written[];
}

export interface Connection extends Readonly<z.output<z.ZodObject<typeof common>>> {
  readonly vendor: Vendor;
  readonly suppress: boolean;
  readonly lists: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** A hash of what names the account that is read; the same for two connections of one account, but for their keys. */
  readonly account: string;
}

export interface ConnectionRules extends Omit<z.output<typeof schema>, 'connections'> {
  readonly connections: readonly Connection[];
}

type Fault = (path: (string | number)[], message: string) => void;

/** A list there that two of ours are kept equal to: each would take off the people of the other, every night. */
function checkLists(connections: readonly Connection[], fault: Fault): void {
  const named = new Map<string, string>();
  for (const [i, { name, vendor, address, settings, secrets, lists }] of connections.entries())
    for (const [own, remote] of Object.entries(lists)) {
      // Settings such as an audience name the account; where a vendor has none, its key alone does.
      const account = vendor.options ? settings : secrets;
      const there = JSON.stringify([vendor.id, address ?? vendor.address(settings), account, remote]);
      const other = named.get(there);
      if (other)
        fault(
          [i, 'lists', own],
          `${other} and ${name}/${own} name the same list there, ${shown(remote)}, and would take off each other's ` +
            'people: name another list there',
        );
      named.set(there, `${name}/${own}`);
    }
}

/** Ids of two tools of which none is a known vendor: the second of two rows with one id is taken for the first. */
function checkIds(connections: readonly z.output<typeof connection>[], fault: Fault): void {
  const seen = new Map<string, string>();
  for (const [i, given] of connections.entries()) {
    if (!('reads' in given)) continue;
    for (const [nth, { table, columns, idPrefix }] of given.reads.entries()) {
      const [id] = COLUMNS[table];
      // An empty prefix that is written out says that no other tool can give one of its ids.
      if (!(id in columns) || idPrefix === '') continue;
      const key = `${table} ${idPrefix ?? ''}`;
      const other = seen.get(key) ?? given.name;
      if (other !== given.name)
        fault(
          [i, 'reads', nth],
          `${other} and ${given.name} both give ${article(id)} of their own, and of two rows with the same one the ` +
            `second is left out. Give the one that was not fetched yet idPrefix: "${given.name}:"; where none can be ` +
            'the same, write idPrefix: ""',
        );
      seen.set(key, other);
    }
  }
}

const article = (id: string): string => `${/^[aeiou]/.test(id) ? 'an' : 'a'} ${id}`;

/** The rules of jobs/rules/connections.ts, checked; `lists` are the names that there are. @throws RulesError */
export function connectionRules(rules: WrittenRules, lists: readonly string[]): ConnectionRules {
  const checked = checkRules('jobs/rules/connections.ts', schema, rules as z.input<typeof schema>);
  const columns = Object.keys(tableOf('contacts').columns);
  const meaning = z.object({ connections: z.array(z.any()) }).superRefine(({ connections }, context) => {
    const fault: Fault = (path, message) =>
      context.addIssue({ code: 'custom', path: ['connections', ...path], message });
    connections.forEach((each, i) => {
      if (connections.findIndex(({ name }) => name === each.name) !== i)
        fault([i, 'name'], `two connections are called "${each.name}"`);
      if (each.vendor === 'shopify' && connections.findIndex(({ vendor }) => vendor === 'shopify') !== i)
        fault([i, 'vendor'], 'a second shop has the same order numbers (#1001): connect one, and import the other');
      for (const list of Object.keys(each.lists ?? {}))
        if (!lists.includes(list)) fault([i, 'lists', list], `there is no list "${list}"`);
      for (const [field, column] of Object.entries<string>(each.fields ?? {})) {
        if (columns.includes(column)) continue;
        const near = nearest(column, columns);
        fault(
          [i, 'fields', field],
          `found ${shown(column)}. Expected a column of contacts${near ? `. Did you mean "${near}"?` : ''}`,
        );
      }
    });
    checkLists(connections.map(connectionOf), fault);
    checkIds(connections, fault);
  });
  checkRules('jobs/rules/connections.ts', meaning, checked);
  return { ...checked, connections: checked.connections.map(connectionOf) };
}

function connectionOf(given: z.output<typeof connection>): Connection {
  const vendor = given.vendor === 'http' ? httpVendor(given as never) : vendors.find(({ id }) => id === given.vendor);
  if (!vendor) throw new Error(`There is no vendor ${given.vendor}.`);
  const { name, fetch, events, address } = given;
  const { suppress = false, lists = {}, fields = {} } = given as unknown as Partial<Connection>;
  const settings = z.object(vendor.options ?? {}).parse(given) as Connection['settings'];
  const secrets = { ...vendor.secrets, ...given.secrets };
  const reads = 'reads' in given ? given.reads.map(({ table, path, records }) => [table, path, records]) : [];
  const account = accountOf([vendor.id, address ?? vendor.address(settings), settings, secrets, reads]);
  return { name, vendor, fetch, events, secrets, address, suppress, lists, fields, settings, account };
}

/** Of a secret its name counts alone: where settings name no account, another name is another account. */
const accountOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
