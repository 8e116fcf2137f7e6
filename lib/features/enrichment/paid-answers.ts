/**
 * Paid answers, written down beside the workbook the moment they come: one line of JSON each, flushed to the disk before the
 * next question of the same lane. A run that is killed leaves the file, and the next one takes it in before it asks anything.
 * Companies only, never a person; the file is gone once everything in it stands in the workbook.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { DomainAnswer } from './look-up.ts';
import type { Provider } from './provider.ts';

const company = z.strictObject({
  company: z.string().exactOptional(),
  industry: z.string().exactOptional(),
  employees: z.number().exactOptional(),
  annual_revenue: z.number().exactOptional(),
  country: z.string().exactOptional(),
});
const answer = z.strictObject({
  domain: z.string(),
  company: company.nullable(),
  source: z.string(),
  /** ISO 8601: the as-of of the run that asked. */
  fetchedAt: z.iso.datetime(),
});

/** An answer with who gave it, and when. */
export type PaidAnswer = DomainAnswer & { readonly source: string; readonly fetchedAt: string };

/** What a run that was killed had paid for. A last line that was cut off in the middle is none. */
export async function answersLeft(path: string): Promise<PaidAnswer[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => answer.parse(JSON.parse(line)));
}

/** The provider, but that its answers are on the disk before anybody sees them. */
export function noting(provider: Provider, path: string, asOf: Date): Provider {
  const fetchedAt = asOf.toISOString();
  return {
    name: provider.name,
    async ask(domain) {
      const said = await provider.ask(domain);
      if (said.kind === 'found' || said.kind === 'unknown') {
        const noted = { domain, company: said.kind === 'found' ? said.company : null };
        await append(path, { ...noted, source: provider.name, fetchedAt });
      }
      return said;
    },
  };
}

async function append(path: string, line: PaidAnswer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a');
  try {
    await file.write(`${JSON.stringify(line)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** All of it stands in the workbook. */
export const forgetAnswers = (path: string): Promise<void> => rm(path, { force: true });
