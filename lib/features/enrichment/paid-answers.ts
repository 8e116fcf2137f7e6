/**
 * A journal of paid answers beside the workbook: one line of JSON each, flushed to the disk before the next question
 * of the same worker. A run that is killed leaves the file, and the next run reads it before it asks anything.
 * Companies only, never a person; the file is removed once everything in it is in the workbook.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { DomainAnswer } from './look-up.ts';
import { company, type Provider } from './provider.ts';

const answer = z.strictObject({
  domain: z.string(),
  company: company.nullable(),
  note: z.string().exactOptional(),
  source: z.string(),
  /** ISO 8601: the as-of of the run that asked. */
  fetchedAt: z.iso.datetime(),
});

/** An answer with its source and its time. */
export type PaidAnswer = DomainAnswer & { readonly source: string; readonly fetchedAt: string };

/** The answers that a killed run had paid for. A last line that was cut off is ignored. */
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

/** The provider, with its answers on the disk before they are returned. */
export function noting(provider: Provider, path: string, asOf: Date): Provider {
  const fetchedAt = asOf.toISOString();
  return {
    ...provider,
    async ask(domain) {
      const given = await provider.ask(domain);
      if (given.kind === 'found' || given.kind === 'unknown' || given.kind === 'other') {
        const note = given.kind === 'other' ? { note: given.why } : {};
        const found = given.kind === 'found' ? given.company : null;
        await append(path, { domain, company: found, ...note, source: provider.name, fetchedAt });
      }
      return given;
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

/** Removes the journal, once all of it is in the workbook. */
export const forgetAnswers = (path: string): Promise<void> => rm(path, { force: true });
