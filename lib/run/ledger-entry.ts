/** One entry of the ledger: its shape, and its check when it is read back from a file or a marker. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { NightshiftError } from '../core/errors.ts';

const counts = z.record(z.string(), z.number());

const entrySchema = z.looseObject({
  job: z.string(),
  period: z.string(),
  status: z.enum(['applied', 'unchanged', 'planned', 'blocked', 'failed', 'skipped']),
  plan: z.string().nullable(),
  changes: z.record(z.string(), z.object({ insert: z.number(), update: z.number(), remove: z.number() })),
  reasons: counts,
  guards: z.array(
    z.object({
      guard: z.string(),
      limit: z.number(),
      found: z.number(),
      passed: z.boolean(),
      final: z.literal(true).optional(),
    }),
  ),
  held: counts,
  metrics: z.record(z.string(), z.unknown()),
  seconds: z.number(),
  run: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  asOf: z.string(),
  workbook: z.string(),
  inputs: z.record(z.string(), z.object({ rows: z.number(), hash: z.string() })),
  rules: z.string(),
  commit: z.string().nullable(),
  trigger: z.enum(['schedule', 'dispatch', 'local']),
  /** The hash that a person approved, where a guard would have stopped the plan. */
  approved: z.string().optional(),
  /** Who approved it, when, and in which issue. */
  approval: z.object({ by: z.string(), at: z.string(), issue: z.number().optional() }).optional(),
  /** The issue in which a person rejected the plan, or its held parts: nobody has to answer it any more. */
  rejected: z.number().optional(),
  error: z.object({ kind: z.string(), message: z.string() }).optional(),
});

/** One run of one job, as the ledger keeps it. */
export type LedgerEntry = z.infer<typeof entrySchema>;

/** A run that did what it was there for. */
export const isGood = ({ status }: Pick<LedgerEntry, 'status'>): boolean =>
  status === 'applied' || status === 'unchanged';

/** A file in the ledger that is not an entry: it was edited by hand, or a merge went wrong. */
export class LedgerError extends NightshiftError {
  override name = 'LedgerError';

  constructor(path: string, what: string) {
    super(`${path} is no ledger entry: ${what}. Restore it from git, or delete it.`);
  }

  override readonly outward = 'A file in data/ledger is no ledger entry any more. Restore it from git, or delete it.';
}

/** Checks an entry that comes from a file or a marker. */
export function parseEntry(value: unknown, path: string): LedgerEntry {
  const parsed = entrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new LedgerError(path, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

export async function readEntry(path: string): Promise<LedgerEntry> {
  const text = await readFile(path, 'utf8');
  try {
    return parseEntry(JSON.parse(text), path);
  } catch (error) {
    if (error instanceof SyntaxError) throw new LedgerError(path, 'it is no JSON');
    throw error;
  }
}
