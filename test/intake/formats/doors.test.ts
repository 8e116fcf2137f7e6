/**
 * Each format's sample comes to the same by every door: what a file means does not depend on where a person puts it. The samples
 * share a workbook, so that each has addresses of its own.
 */
import { describe, expect, it } from 'vitest';
import type { Format } from '../../../lib/intake/formats/format.ts';
import { formats, recogniseWith } from '../../../lib/intake/formats/registry.ts';
import { byFolder, byImport, byInbox, type GivenFile, type State, through, throughSheet } from '../../support/doors.ts';
import { type Outcome, outcomes, sampled, sampleOf } from './samples.ts';

interface Sample extends GivenFile {
  readonly format: Format;
  readonly gives: Outcome;
  readonly people: readonly string[];
}

const ADDRESS = /[\w.+-]+@[a-z]\.example/g;

/** A format's sample under addresses and a file name that no other has. */
function ownSample(format: Format, i: number): Sample {
  const own = (text: string): string => text.replace(/(@[a-z])\.example/g, `$1.s${i}.example`);
  const { name, text, gives: given } = sampleOf(format.id);
  const gives = JSON.parse(own(JSON.stringify(given))) as Outcome;
  const people = [...new Set(text.match(ADDRESS) ?? [])].map(own);
  return { format, name: name.replace(/(\.\w+)$/, ` (${i})$1`), text: own(text), gives, people };
}

const samples = formats.map(ownSample);
const listsPeople = ({ format }: Sample): boolean => format.kind === 'csv' && format.contacts !== undefined;
const headersOf = (text: string): string[] =>
  (text.split('\n')[0] ?? '').split(/[,;]/).map((cell) => cell.replaceAll('"', ''));

/** Whether only an import takes what is in the file: events and purchases. */
function isFacts({ format, name, text }: Sample): boolean {
  if (format.kind === 'json') return false;
  const recognised = recogniseWith()({ name, headers: headersOf(text) });
  const feeds = recognised && 'feeds' in recognised ? recognised.feeds : [];
  return feeds.some(({ table }) => table === 'events' || table === 'purchases');
}

/** @param isSuppressed whether the job that suppresses dead addresses has run; before it, they are reported */
function expectOutcome(state: State, { gives }: Sample, isSuppressed = true): void {
  const { mailable = [], bounces = {}, events = {}, purchases = {} } = gives;
  const isReported = (address: string): boolean =>
    !isSuppressed && ['hard', 'cleaned'].includes(state.bounces[address] ?? '');
  const refused = Object.entries(gives.refused ?? {}).filter(
    ([address, why]) => !['dead', 'status'].includes(why) || !isReported(address),
  );
  // Beside the contacts a list's "no" is a report, where an import sets the status.
  const reasons = refused.filter(([, why]) => why !== 'status');
  expect(refused.map(([address]) => address).filter((address) => !(address in state.refused))).toEqual([]);
  expect(state.refused).toMatchObject(Object.fromEntries(reasons));
  expect(mailable.filter((address) => !state.mailable.includes(address))).toEqual([]);
  expect(refused.filter(([address]) => state.mailable.includes(address))).toEqual([]);
  expect(state.bounces).toMatchObject(bounces);
  expect(state.events).toMatchObject(events);
  for (const [id, amount] of Object.entries(purchases))
    expect([id, Number(state.purchases[id])]).toEqual([id, Number(amount)]);
}

it('every format has a sample, and every sample a format', () => {
  const ids = formats.map(({ id }) => id).sort();
  expect(sampled().sort()).toEqual(ids);
  expect(Object.keys(outcomes).sort()).toEqual(ids);
});

it.each(samples.filter(({ format }) => format.kind === 'csv').map((sample) => [sample.format.id, sample] as const))(
  '%s is known by its sample and no other format',
  (id, { text }) => {
    expect(recogniseWith()({ name: sampleOf(id).name, headers: headersOf(text) })).toMatchObject({ id });
  },
);

/** Nothing is added by a file beside the contacts: its events are not read. */
const beside = (given: readonly Sample[]): Sample[] =>
  given
    .filter((sample) => !isFacts(sample))
    .map((sample) => ({ ...sample, gives: { ...sample.gives, events: {}, purchases: {} } }));

/** One test for each sample; the first waits for the state that they share. */
function everySample(given: readonly Sample[], stateAfter: () => Promise<State>, isSuppressed = true): void {
  let state: Promise<State> | undefined;
  it.each(given.map((sample) => [sample.format.id, sample] as const))(
    '%s',
    async (_, sample) => {
      state ??= stateAfter();
      expectOutcome(await state, sample, isSuppressed);
    },
    240_000,
  );
}

const peopleIn = (given: readonly Sample[]): string[] => [...new Set(given.flatMap(({ people }) => people))];

/**
 * The tables that a sample fills. Every sample goes by import, and every CSV file beside the contacts of a folder. Where each
 * file is a job or a tab, which costs most, and no file is read in another way, the first of each kind stands for the others;
 * so for JSON in a folder, which is laid out as one kind of CSV file, no matter whose it is.
 */
function kindOf(sample: Sample): string {
  const { format, name, text } = sample;
  const recognised = format.kind === 'csv' ? recogniseWith()({ name, headers: headersOf(text) }) : null;
  const feeds = recognised && 'feeds' in recognised ? recognised.feeds.map(({ table }) => table) : [];
  return [format.kind, listsPeople(sample) ? 'people' : '', ...feeds.sort()].join(' ');
}

/** What a format knows of its lists of people, beside their columns' names. */
function shapeOf({ format, name, text }: Sample): string {
  const recognised = recogniseWith()({ name, headers: headersOf(text) });
  const shape = (recognised && 'contacts' in recognised && recognised.contacts) || {};
  return [format.kind, ...Object.keys(shape).sort()].join(' ');
}

const firstOfEach = (given: readonly Sample[], kind: (sample: Sample) => string): Sample[] =>
  [...new Map([...given].reverse().map((sample) => [kind(sample), sample])).values()].reverse();
/** Of kinds whose tables another kind has as well, the other. */
const ofEachKind = firstOfEach(samples, kindOf).filter(
  (sample, _, all) => !all.some((other) => other !== sample && kindOf(other).includes(kindOf(sample))),
);
const known = (given: readonly Sample[]): string[] => peopleIn(given.filter((each) => !listsPeople(each)));

describe('by import', () => everySample(samples, () => through(byImport, samples, known(samples))));
describe('by the inbox', () => everySample(ofEachKind, () => through(byInbox, ofEachKind, known(ofEachKind))));
describe('in the folder, beside the contacts', () => {
  const outcomeOf = ({ format, gives }: Sample): string =>
    format.kind === 'csv' ? format.id : [...Object.keys(gives), ...Object.values(gives.refused ?? {})].join();
  const given = beside(firstOfEach(samples, outcomeOf));
  // What a reading costs grows faster than the number of files that lie there.
  for (let from = 0; from < given.length; from += 15) {
    const some = given.slice(from, from + 15);
    everySample(some, () => through(byFolder, some, peopleIn(some), false), false);
  }
});
describe('in the folder, beside the contacts, after a night', () => {
  const given = beside(ofEachKind);
  everySample(given, () => through(byFolder, given, peopleIn(given)));
});
describe('as a tab of a sheet, beside the contacts', () => {
  const given = beside(ofEachKind.filter(({ format }) => format.kind === 'csv'));
  everySample(given, () => throughSheet(given, peopleIn(given)));
});
describe('pasted into the tab "inbox"', () => {
  const ids = ['brevo-blocklist', 'events', 'hubspot'];
  for (const sample of samples.filter(({ format }) => ids.includes(format.id)))
    everySample([sample], () =>
      throughSheet(
        [sample],
        listsPeople(sample) ? ['other@z.example'] : sample.people,
        true,
        sample.format.id !== 'brevo-blocklist',
      ),
    );
});
describe('as the contacts of a folder', () => {
  const lists = samples.filter(listsPeople).map((each) => ({ ...each, gives: { ...each.gives, events: {} } }));
  for (const sample of firstOfEach(lists, shapeOf)) {
    const hasDead = Object.values(sample.gives.refused ?? {}).includes('dead');
    everySample([sample], () => through(byFolder, [sample], [], hasDead));
  }
});
