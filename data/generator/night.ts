/**
 * An ordinary day passes in a workbook that the jobs have cleaned: a few contacts are new or were edited by people, raw
 * and unclean as ever, some thousands of events and a few hundred bounces came in. Columns are found by their headers,
 * because jobs append some; rows that nobody touched stay byte for byte.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventTypes } from './activity.ts';
import { type BounceKind, bounceKinds } from './bounces.ts';
import { jobTitles } from './companies.ts';
import { csvLine, writeLines } from './csv-writer.ts';
import { DAY_SECONDS, dayNumber, timeText } from './days.ts';
import { cellsOf, editRecords, type FileRecord, headerOf } from './edit-records.ts';
import { capitals, spaced } from './handwriting.ts';
import { Random } from './random.ts';
import { generateWorld } from './world.ts';

const purpose = { edit: 50, event: 51, bounce: 52 } as const;

export interface NightOptions {
  readonly seed: number;
  /** Which night comes next: 2 is the one after the first. */
  readonly night: number;
  /** The day before which everything new has happened, `YYYY-MM-DD`. */
  readonly day: string;
  /** Events that came in. */
  readonly events: number;
  /** Bounces that came in; about a third of them suppress somebody. */
  readonly bounces: number;
}

export interface NightCounts {
  readonly changed: number;
  readonly added: number;
  readonly events: number;
  readonly bounces: number;
}

const changedShare = 0.007;
const addedShare = 0.003;
/** As many contacts have events in a night, at most. */
const activeContacts = 25_000;

type Cells = Record<string, string>;

/**
 * Lets one day pass in the folder's contacts.csv, events.csv and bounces.csv. The same folder and options give the same
 * bytes.
 */
export function passDay(folder: string, options: NightOptions): NightCounts {
  const contacts = join(folder, 'contacts.csv');
  if (!existsSync(contacts)) throw new Error(`${contacts} is not there. Make a world first.`);
  const end = dayNumber(options.day) * DAY_SECONDS;
  const known: Cells[] = [];
  let columns: string[] = [];
  let rows = 0;
  let changed = 0;
  let added = 0;
  const edit = ({ row, text }: FileRecord): string | undefined => {
    if (row === 0) {
      columns = cellsOf(text());
      return undefined;
    }
    rows = row;
    const random = new Random(options.seed, purpose.edit + 100 * options.night, row);
    const chance = random.fraction();
    if (chance < 0.03) known.push(byColumn(columns, cellsOf(text())));
    if (chance < 1 - changedShare) return undefined;
    changed += 1;
    const cells = byColumn(columns, cellsOf(text()));
    return csvLine(
      inOrder(columns, { ...cells, ...edited(cells, random), updated_at: timeText(tonight(end, random)) }),
    );
  };
  editRecords(contacts, edit, function* () {
    for (const cells of newcomers(Math.ceil(rows * addedShare), options)) {
      added += 1;
      yield csvLine(inOrder(columns, cells));
    }
  });
  const active = known.filter(({ contact_id }) => contact_id !== '').slice(0, activeContacts);
  const mailable = active.filter(
    ({ status, email = '' }) => status === 'subscribed' && /^[^\s@]+@[^\s@]+$/.test(email),
  );
  return {
    changed,
    added,
    events: append(join(folder, 'events.csv'), options.events, (index) => anEvent(active, index, end, options)),
    bounces: append(join(folder, 'bounces.csv'), options.bounces, (index) => aBounce(mailable, index, end, options)),
  };
}

function byColumn(columns: readonly string[], cells: readonly string[]): Cells {
  return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
}

function inOrder(columns: readonly string[], cells: Cells): string[] {
  return columns.map((column) => cells[column] ?? '');
}

function tonight(end: number, random: Random): number {
  return end - random.between(60, DAY_SECONDS / 2);
}

/** What people do to one row: never so much that it is somebody else. */
function edited(cells: Cells, random: Random): Cells {
  const { email = '', first_name = '', last_name = '', phone = '' } = cells;
  switch (random.between(0, 4)) {
    case 0:
      return { first_name: first_name.toUpperCase(), last_name: last_name.toUpperCase() };
    case 1:
      return { last_name: last_name === '' ? '' : spaced(last_name, random), job_title: random.pick(jobTitles) };
    case 2:
      return { phone: phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3').replace(/^\+/, '00') };
    case 3:
      return email === '' ? { city: 'Portland' } : { email: capitals(email) };
    default:
      return {
        job_title: random.pick(jobTitles),
        country: cells.country === 'US' ? 'United States' : (cells.country ?? ''),
      };
  }
}

/** People nobody has met before, from a world of their own. */
function* newcomers(count: number, { seed, night, day }: NightOptions): Generator<Cells> {
  const contacts = Math.max(500, count * 2);
  const world = generateWorld({ seed: seed + 1000 * night, contacts, events: contacts, lastDay: day, wide: true });
  const taken = new Set(
    [...world.contactTruths()].filter(({ fate, left }) => fate === undefined && !left).map(({ row }) => row),
  );
  let row = 0;
  let given = 0;
  for (const cells of world.rows('contacts')) {
    row += 1;
    if (given === count) return;
    if (!taken.has(row)) continue;
    given += 1;
    const contact = byColumn(world.columns.contacts, cells);
    const mark = `n${night}.`;
    yield {
      ...contact,
      contact_id: `${mark}${contact.contact_id}`,
      email: (contact.email ?? '').replace(/[^\s@<]+@/, (local) => mark + local),
    };
  }
}

function anEvent(active: readonly Cells[], index: number, end: number, { seed, night }: NightOptions): Cells {
  const random = new Random(seed, purpose.event + 100 * night, index);
  const type = random.chance(0.5) ? 'delivered' : random.pick(eventTypes);
  return {
    event_id: `n${night}.e${String(index + 1).padStart(6, '0')}`,
    contact_id: random.pick(active).contact_id ?? '',
    type,
    occurred_at: timeText(tonight(end, random)),
    value: type === 'product_use' ? String(random.between(1, 90)) : '',
    campaign: 'Monthly letter',
  };
}

const reasons: readonly BounceKind[] = [
  'full',
  'full',
  'fullForNow',
  'unclear',
  'policy',
  'noAnswer',
  'unknownUser',
  'unknownUser',
  'unsubscribe',
];

function aBounce(mailable: readonly Cells[], index: number, end: number, { seed, night }: NightOptions): Cells {
  const random = new Random(seed, purpose.bounce + 100 * night, index);
  const [kind, code, detail, provider] = bounceKinds[random.pick(reasons)];
  return {
    bounce_id: `n${night}.b${String(index + 1).padStart(6, '0')}`,
    email: (random.pick(mailable).email ?? '').toLowerCase(),
    kind,
    code,
    detail,
    provider,
    occurred_at: timeText(tonight(end, random)),
  };
}

/** Appends rows to a file, in the order of its own header. */
function append(path: string, count: number, rowAt: (index: number) => Cells): number {
  if (count === 0) return 0;
  const columns = headerOf(path);
  function* lines(): Generator<string> {
    for (let index = 0; index < count; index += 1) yield csvLine(inOrder(columns, rowAt(index)));
  }
  return writeLines(path, lines(), true);
}
