/**
 * Paid answers beside the workbook: there before anybody sees them, and readable after a run that died in the middle
 * of a line.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answersLeft, forgetAnswers, noting } from '../../../lib/features/enrichment/paid-answers.ts';
import type { Answer, Provider } from '../../../lib/features/enrichment/provider.ts';
import { temporaryFolder } from '../../support/workbook.ts';

const asOf = new Date('2026-11-22T23:59:59.999Z');
const saying = (answers: Record<string, Answer>): Provider => ({
  name: 'local',
  ask: async (domain) => answers[domain] ?? { kind: 'failed', why: 'status 500' },
});

test('an answer that was paid for is on the disk before it is given, and one that was not is nowhere', async () => {
  const path = join(temporaryFolder(), 'state', 'answers.jsonl');
  const company = { company: 'Firm "Ltd"\nLine', employees: 7 };
  const provider = noting(
    saying({ 'a.example': { kind: 'found', company }, 'b.example': { kind: 'unknown' } }),
    path,
    asOf,
  );
  expect(await answersLeft(path)).toEqual([]);
  await provider.ask('c.example');
  expect(await answersLeft(path)).toEqual([]);
  await Promise.all([provider.ask('a.example'), provider.ask('b.example')]);
  const noted = { source: 'local', fetchedAt: asOf.toISOString() };
  const left = (await answersLeft(path)).sort((one, other) => (one.domain < other.domain ? -1 : 1));
  expect(left).toEqual([
    { domain: 'a.example', company, ...noted },
    { domain: 'b.example', company: null, ...noted },
  ]);
  appendFileSync(path, readFileSync(path, 'utf8').slice(0, 20));
  expect(await answersLeft(path)).toHaveLength(2);
  await forgetAnswers(path);
  await forgetAnswers(path);
  expect(await answersLeft(path)).toEqual([]);
});
