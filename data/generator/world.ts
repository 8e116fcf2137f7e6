/**
 * The world: contacts, events, bounces, purchases and suppressions of invented people, of any size, row by row. Same
 * options, same rows, on any machine: it knows no clock, no dice and no files.
 *
 * A contact is a pure function of the seed and its index, so tables are streamed and nothing but the order of
 * happenings is held.
 */
import { eventsOf, eventsPerContact, purchasesPerContact } from './activity.ts';
import { Cast } from './cast.ts';
import { contactColumns, wideColumns, writeContact } from './contact.ts';
import { DAY_SECONDS, dayNumber } from './days.ts';
import { Facts } from './facts.ts';
import { type FlawedRow, flawedRows } from './flaws.ts';
import { type Member, Register } from './member.ts';
import { Population } from './person.ts';
import { suppressedUnder, suppressionColumns, suppressionRows } from './suppressions.ts';
import { type ContactTruth, truthOf, type WorldTruth } from './truth.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Rows of contacts.csv, the two unreadable ones included. From 500 to 1,000,000. */
  readonly contacts: number;
  /** About how many events there are. */
  readonly events: number;
  /** `YYYY-MM-DD`: everything happened before this day begins, the night before it most of all. */
  readonly lastDay: string;
  /** About how many purchases there are; else three for every four contacts. */
  readonly purchases?: number;
  /** How many contacts the next night shift should newly suppress; else 1.5 % of them, and never more than 400. */
  readonly newlySuppressed?: number;
  /** Thirty columns of contacts instead of twenty-two. */
  readonly wide?: boolean;
}

export const worldTables = ['contacts', 'events', 'bounces', 'purchases', 'suppressions'] as const;
export type WorldTable = (typeof worldTables)[number];

export interface World {
  readonly columns: Readonly<Record<WorldTable, readonly string[]>>;
  /** The table's rows, cells in the order of its columns. Every call starts anew, and gives the same. */
  rows(table: WorldTable): Iterable<readonly string[]>;
  /** What is true of each contact, in the order of contacts.csv; rows for the quarantine are in `truth` alone. */
  contactTruths(): Iterable<ContactTruth>;
  readonly truth: WorldTruth;
}

/** Lays out a world; no table is invented before it is asked for. Throws a RangeError on options that no world fits. */
export function generateWorld(options: WorldOptions): World {
  const { seed, contacts, events, purchases = contacts * 0.75, wide = false } = options;
  if (!(contacts >= 500 && contacts <= 1_000_000)) {
    throw new RangeError(`contacts: ${contacts} is not from 500 to 1,000,000.`);
  }
  const lastDay = dayNumber(options.lastDay);
  const end = lastDay * DAY_SECONDS;
  const people = contacts - 2;
  const cast = new Cast(seed, people, options.newlySuppressed ?? Math.min(400, Math.round(contacts * 0.015)));
  const population = new Population(seed, people, lastDay, cast);
  const register = new Register(seed, cast, population, end);
  const scale = { events: events / contacts / eventsPerContact, purchases: purchases / contacts / purchasesPerContact };
  const facts = new Facts(register, seed, people, end, scale);
  const example = plainMember(register, people);
  const quarantine = flawedRows(example.contactId, example.address, end);
  const columns = {
    contacts: wide ? [...contactColumns, ...wideColumns] : contactColumns,
    ...facts.columns,
    suppressions: suppressionColumns,
  };

  function* contactRows(): Generator<readonly string[]> {
    for (let index = 0; index < people; index += 1) {
      const member = register.memberAt(index);
      const lastActivity = eventsOf(member, seed, end, scale.events, () => {});
      yield writeContact(member, population, seed, lastActivity, wide).cells;
    }
  }

  function* contactTruths(): Generator<ContactTruth> {
    const flawed = placesAmong(people, quarantine.filter(({ table }) => table === 'contacts').length);
    for (let index = 0; index < people; index += 1) {
      const member = register.memberAt(index);
      const { clean } = writeContact(member, population, seed, 0, false);
      const row = index + 1 + flawed.filter((place) => place <= index).length;
      yield truthOf(member, row, suppressedUnder(member, register), clean);
    }
  }

  return {
    columns,
    rows(table) {
      const flawed = quarantine.filter((row) => row.table === table);
      switch (table) {
        case 'contacts':
          return withFlawed(contactRows(), people, columns.contacts, flawed);
        case 'suppressions':
          return suppressionRows(register, seed, people, end);
        default:
          return withFlawed(facts.rows(table), facts.count(table), columns[table], flawed);
      }
    },
    contactTruths,
    truth: { lastDay: options.lastDay, quarantine },
  };
}

/** A contact whom nothing has happened to, near the top, for the unreadable rows to be about. */
function plainMember(register: Register, people: number): Member {
  for (let index = 5; index < people; index += 1) {
    const member = register.memberAt(index);
    if (member.part.kind === 'plain' && member.written === member.address) return member;
  }
  throw new RangeError('A world without one plain contact.');
}

/** After how many good rows each flawed one comes, so that they are spread evenly. */
function placesAmong(count: number, flawed: number): number[] {
  return Array.from({ length: flawed }, (_, index) => Math.floor(((index + 1) * count) / (flawed + 1)));
}

function* withFlawed(
  rows: Iterable<readonly string[]>,
  count: number,
  columns: readonly string[],
  flawed: readonly FlawedRow[],
): Generator<readonly string[]> {
  const places = placesAmong(count, flawed.length);
  let written = 0;
  let next = 0;
  for (const row of rows) {
    yield row;
    written += 1;
    for (; places[next] === written; next += 1) yield columns.map((column) => flawed[next]?.cells[column] ?? '');
  }
}
