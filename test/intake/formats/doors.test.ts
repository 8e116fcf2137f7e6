/**
 * Each format's sample comes to the same by every door: what a file means does not depend on where a person puts it. The samples
 * share a workbook, so that each has addresses of its own.
 */
import { describe, expect, it } from 'vitest';
import type { Format, Outcome } from '../../../lib/intake/formats/format.ts';
import { formats, recogniseWith } from '../../../lib/intake/formats/registry.ts';
import {
  byFolder,
  byImport,
  byInbox,
  type Door,
  type GivenFile,
  type State,
  through,
  throughSheet,
} from '../../support/doors.ts';

interface Sample extends GivenFile {
  readonly format: Format;
  readonly gives: Outcome;
  readonly people: readonly string[];
}

const ADDRESS = /[\w.+-]+@[a-z]\.example/g;

/** A format's sample under addresses and a file name that no other has. */
function sampleOf(format: Format, i: number): Sample {
  const own = (text: string): string => text.replace(/(@[a-z])\.example/g, `$1.s${i}.example`);
  const { name, text } = format.sample;
  const gives = JSON.parse(own(JSON.stringify(format.sample.gives))) as Outcome;
  const people = [...new Set(text.match(ADDRESS) ?? [])].map(own);
  return { format, name: name.replace(/(\.\w+)$/, ` (${i})$1`), text: own(text), gives, people };
}

const samples = formats.map(sampleOf);
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

function expectOutcome(state: State, { gives }: Sample): void {
  const { refused = {}, mailable = [], bounces = {}, events = {}, purchases = {} } = gives;
  // Beside the contacts a list's "no" is a report, where an import sets the status.
  const reasons = Object.entries(refused).filter(([, why]) => why !== 'status');
  expect(Object.keys(refused).filter((address) => !(address in state.refused))).toEqual([]);
  expect(state.refused).toMatchObject(Object.fromEntries(reasons));
  expect(mailable.filter((address) => !state.mailable.includes(address))).toEqual([]);
  expect(state.mailable.filter((address) => address in refused)).toEqual([]);
  expect(state.bounces).toMatchObject(bounces);
  expect(state.events).toMatchObject(events);
  for (const [id, amount] of Object.entries(purchases))
    expect([id, Number(state.purchases[id])]).toEqual([id, Number(amount)]);
}

it.each(samples.filter(({ format }) => format.kind === 'csv').map((sample) => [sample.format.id, sample] as const))(
  '%s is known by its sample and no other format',
  (id, { format, text }) => {
    expect(recogniseWith()({ name: format.sample.name, headers: headersOf(text) })).toMatchObject({ id });
  },
);

/** Nothing is added by a file beside the contacts: its events are not read. */
const beside = (given: readonly Sample[]): Sample[] =>
  given
    .filter((sample) => !isFacts(sample))
    .map((sample) => ({ ...sample, gives: { ...sample.gives, events: {}, purchases: {} } }));

/** All samples at once through one door; the first test waits for it. */
function everySample(given: readonly Sample[], door: Door, known = given.filter((each) => !listsPeople(each))): void {
  let state: Promise<State> | undefined;
  const people = [...new Set(known.flatMap((sample) => sample.people))];
  it.each(given.map((sample) => [sample.format.id, sample] as const))(
    '%s',
    async (_, sample) => {
      state ??= through(door, given, people);
      expectOutcome(await state, sample);
    },
    240_000,
  );
}

/**
 * What tells the samples of one kind: the tables that they fill, and what they say of people. Every sample goes by import
 * and beside the contacts of a folder. Where each file is a job or a tab, which costs most, and no file is read in another
 * way, the first of each kind stands for the others.
 */
function kindOf(sample: Sample): string {
  const { format, name, text, gives } = sample;
  const recognised = format.kind === 'csv' ? recogniseWith()({ name, headers: headersOf(text) }) : null;
  const feeds = recognised && 'feeds' in recognised ? recognised.feeds.map(({ table }) => table) : [];
  return [format.kind, listsPeople(sample), ...feeds, ...Object.keys(gives).sort()].join(' ');
}
const ofEachKind = [...new Map([...samples].reverse().map((sample) => [kindOf(sample), sample])).values()].reverse();

describe('by import', () => everySample(samples, byImport));
describe('by the inbox', () => everySample(ofEachKind, byInbox));
describe('in the folder, beside the contacts', () => {
  const given = beside(samples);
  // What a run costs grows faster than the number of files that lie there.
  for (let from = 0; from < given.length; from += 10) {
    const some = given.slice(from, from + 10);
    everySample(some, byFolder, some);
  }
});
describe('as a tab of a sheet, beside the contacts', () => {
  const given = beside(ofEachKind.filter(({ format }) => format.kind === 'csv'));
  let state: Promise<State> | undefined;
  it.each(given.map((sample) => [sample.format.id, sample] as const))(
    '%s',
    async (_, sample) => {
      state ??= throughSheet(given, [...new Set(given.flatMap(({ people }) => people))]);
      expectOutcome(await state, sample);
    },
    240_000,
  );
});
describe('pasted into the tab "inbox"', () => {
  const ids = ['brevo-blocklist', 'suppressions', 'events', 'hubspot'];
  it.each(samples.filter(({ format }) => ids.includes(format.id)).map((sample) => [sample.format.id, sample] as const))(
    '%s',
    async (_, sample) =>
      expectOutcome(
        await throughSheet([sample], listsPeople(sample) ? ['other@z.example'] : sample.people, true),
        sample,
      ),
    60_000,
  );
});
describe('as the contacts of a folder', () => {
  it.each(samples.filter(listsPeople).map((sample) => [sample.format.id, sample] as const))('%s', async (_, sample) => {
    const gives = { ...sample.gives, events: {} };
    const hasDead = Object.values(gives.refused ?? {}).includes('dead');
    expectOutcome(await through(byFolder, [sample], [], hasDead), { ...sample, gives });
  });
});
