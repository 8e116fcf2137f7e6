/**
 * What may be reported outside the workbook of a run that went wrong. A message that is meant for people at their own
 * machine may name a header or a tab, and a sheet without a header row has a person's name there: so only the error's
 * kind goes out, and the cause where the error declares that it names no person.
 */

import { allJobs, type NightShift } from '../core/batch.ts';
import { outwardOf, type RunError } from '../core/errors.ts';
import type { Metrics } from '../core/prepare.ts';

/** What happened, and where a person sees the details. */
export const outwardParts = ({ kind, outward = outwardOf(kind) }: RunError): { message: string; details: string } => ({
  message: outward,
  details: 'Details stay where the data is: run `npm run batch -- doctor` on your own machine to see them.',
});

/** The error with its outward sentence for a message. */
export const outward = (error: RunError): RunError => {
  const { message, details } = outwardParts(error);
  return { kind: error.kind, message: `${message} ${details}` };
};

/** Jobs that read what a job writes, or need it, in the order in which they run. */
export function downstreamOf(nightShift: NightShift, name: string): string[] {
  const jobs = allJobs(nightShift).map(({ job }) => job);
  const from = jobs.find((each) => each.name === name);
  if (!from) return [];
  return jobs
    .filter((each) => each !== from)
    .filter((each) => each.needs?.includes(name) || each.reads.some((table) => from.writes.includes(table)))
    .map((each) => each.name);
}

/** "one, two and three". */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** `2026-11-24 03:17 UTC`. */
export const moment = (at: Date | string): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const plural = (n: number, word: string): string => `${n.toLocaleString('en-US')} ${word}${n === 1 ? '' : 's'}`;

/** What a job tells about its run: one sentence, or a list of them. */
export const sentencesIn = ({ sentences }: Metrics): string[] => {
  if (typeof sentences === 'string') return [sentences];
  return Array.isArray(sentences) ? sentences.map(String) : [];
};

/** What a job wants looked at: a list of sentences, or sentences by label. */
export const warningsIn = ({ warnings, stale }: Metrics): string[] =>
  [warnings, stale].flatMap((each) =>
    typeof each === 'object' && each !== null ? Object.values(each).map(String) : [],
  );
