/** What marketers tune about enrichment: whom to ask, how much, how fast, and what may be overwritten. */
import * as z from 'zod';
import type { DocumentedLimits } from '../http/index.ts';
import { companyColumns } from './provider.ts';

const path = z.string().regex(/^[\w-]+(\.[\w-]+)*$/, 'a path is names with dots between them: organization.name');
const paths = z.union([path, z.array(path).min(1)]);
const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of a secret, such as APOLLO_API_KEY; never the key itself');
const days = z.number().int().positive();

const http = z.strictObject({
  kind: z.literal('http'),
  name: z.string().min(1),
  /** With `{domain}` where the domain goes: `https://api.example.com/companies?domain={domain}`. */
  address: z.string().includes('{domain}', { message: 'the address needs {domain} where the domain goes' }),
  /** Which header carries the key: the *name* of a secret, and what stands before it (`Bearer `). */
  key: z
    .strictObject({ header: z.string().min(1), secret: secretName, prefix: z.string().default('') })
    .exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  fields: z.strictObject({
    company: paths.exactOptional(),
    industry: paths.exactOptional(),
    employees: paths.exactOptional(),
    annual_revenue: paths.exactOptional(),
    country: paths.exactOptional(),
  }),
  /** A path that must hold an object where the company was found; null or absent says that it is unknown. */
  found: path.exactOptional(),
  /** Statuses beside 402 by which this provider says that no credit is left. */
  exhausted: z.array(z.number().int()).exactOptional(),
  /** Where such a status is also used for something else: the path in its answer that must hold one of these codes. */
  exhaustedCode: z.strictObject({ path, is: z.array(z.string()).min(1) }).exactOptional(),
  /** Where the answer names its company's own domain or website; a text or a list of texts. */
  matches: paths.exactOptional(),
  /** Where it says how sure it is, and the least value that is accepted. */
  likelihood: z.strictObject({ path, least: z.number() }).exactOptional(),
  /**
   * The header in which this provider takes an idempotency key (`Idempotency-Key`): all questions with one key are
   * charged once, so an answer lost on the network can be asked for again at no cost.
   */
  once: z.string().min(1).exactOptional(),
  timeoutMs: z.number().int().positive().exactOptional(),
});

export type HttpProvider = Omit<z.input<typeof http>, 'kind'> & { readonly limits?: DocumentedLimits };

/** The providers that have ready settings; see known-providers.ts. */
const KNOWN = ['apollo', 'people-data-labs', 'abstract'] as const;

/** How a run of look-ups behaves; see look-up.ts. */
export const lookUpLimits = z.strictObject({
  /** Questions asked in one run, at most; one that has to be asked again counts again. */
  budget: z.number().int().min(0).default(1_000),
  /** Questions under way at once. */
  parallel: z.number().int().min(1).max(100).default(5),
  perSecond: z.number().positive().default(5),
  /** In place of what the provider documents for its smallest plan. */
  perMinute: z.number().int().positive().exactOptional(),
  perHour: z.number().int().positive().exactOptional(),
  /** Answers that may be paid for and not yet written down: what a run that is killed may lose, at most. */
  chunk: z.number().int().min(1).default(25),
  /** Questions about one domain, the first one included. */
  attempts: z.number().int().min(1).max(10).default(4),
  /** The first pause before asking again is up to this long; each further one up to twice as long as the one before. */
  backoffMs: z.number().positive().default(1_000),
  longestBackoffMs: z.number().positive().default(60_000),
  /** A provider that asks for a longer pause than this gets no more questions in this run. */
  longestPauseMs: z.number().positive().default(600_000),
  /** After this many throttled answers in a row, each after a pause, the run stops. */
  throttledInARow: z.number().int().min(1).default(8),
  /** After this many questions in a row that were rejected one by one (400, 404, 405, 422), the run stops. */
  rejectedInARow: z.number().int().min(1).default(10),
  /** After this many failures in a row no question is asked for a while; then, after as many again, the run stops. */
  failuresInARow: z.number().int().min(1).default(8),
  pauseAfterFailuresMs: z.number().positive().default(60_000),
});

/** What the DNS is asked about companies' domains; see dns-checks.ts. */
const dnsChecks = z.strictObject({
  /** Domains checked in one run, at most. */
  budget: z.number().int().min(1).default(2_000),
  parallel: z.number().int().min(1).max(100).default(10),
  timeoutMs: z.number().int().positive().default(3_000),
  /** Name servers to ask, `192.0.2.53` or `192.0.2.53:5353`; the system's own unless given. */
  servers: z.array(z.string().min(1)).min(1).exactOptional(),
  /** The share of domains that may be reported to take no mail: people work there, so more is a faulty name server. */
  mostWithoutMail: z.number().min(0).max(1).default(0.5),
});

export const enrichmentRules = z.strictObject({
  provider: z.discriminatedUnion('kind', [
    http,
    z.strictObject({ kind: z.literal('known'), name: z.enum(KNOWN) }),
    z.strictObject({ kind: z.literal('csv'), name: z.string().min(1), file: z.string().min(1) }),
    // The invented register: asked by the embedded sample alone. On any other workbook no provider is asked.
    z.strictObject({ kind: z.literal('sample'), file: z.string().min(1) }),
  ]),
  limits: lookUpLimits.prefault({}),
  /** Left out, the DNS is not asked. */
  dns: dnsChecks.exactOptional(),
  /** Answers older than this are asked for again; "unknown" is remembered as long as `unknownDays`. */
  companyDays: days.default(180),
  unknownDays: days.default(180),
  contactDays: days.default(90),
  /** Contacts without activity for longer than this are not enriched. */
  seenWithinDays: days.default(365),
  /** For each column of a contact: `fill` empties and refresh what enrichment wrote itself, `overwrite`, or `never`. */
  contacts: z
    .partialRecord(z.enum(companyColumns), z.enum(['fill', 'overwrite', 'never']))
    .default({ company: 'fill', industry: 'fill', employees: 'fill', annual_revenue: 'fill', country: 'fill' }),
  /** The share of look-ups that may fail before the contacts are left as they are. */
  mostFailing: z.number().min(0).max(1).default(0.2),
  /** The share of contacts whose filled cells may change in one run: more points to wrong answers. */
  mostChanging: z.number().min(0).max(1).default(0.1),
});

export type KnownProvider = (typeof KNOWN)[number];
export type DnsChecks = z.output<typeof dnsChecks>;
export type LookUpLimits = z.output<typeof lookUpLimits>;
export type EnrichmentRules = z.output<typeof enrichmentRules>;
