/**
 * Every write leaves, in the same atomic request, hidden tabs behind: a copy of each tab it touches as it was at that
 * very moment, and a log of what it meant to hit. From these, and from nothing else, it can be proved that the rows
 * written were the rows meant, and whatever was hit wrongly can be put right, by this run or, if it is killed, by the
 * next. The next request takes them away. They hold what the tabs hold, and live no longer than a write.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { IncompleteRead } from './errors.ts';
import type { InsertGoal, RemoveGoal, UpdateGoal, Write } from './goals.ts';
import type { TabStep } from './place.ts';
import { OWN_TABS, quoteTitle, type Raw } from './snapshot.ts';
import { GRID_FIELDS, type TabNow, tabOf } from './tab-now.ts';

/** One row that an attempt meant to write, put in or take away. */
export interface Intent {
  readonly kind: 'update' | 'insert' | 'remove';
  readonly sheetId: number;
  readonly tab: string;
  readonly keyColumns: readonly string[];
  /** Row in the copy; of an insert the first row of those put in. */
  readonly row: number;
  readonly key: string;
  readonly repair: boolean;
  /** Of the attempt, among all that left a log. */
  readonly order: number;
  /** Column, its header, what was expected there (undefined for an insert), what was written. */
  readonly cells: readonly (readonly [column: number, header: string, before: Raw, write: Write])[];
  /** What a keyless row, or one to be removed, was expected to hold. */
  readonly content: readonly (readonly [string, Raw])[] | undefined;
  /** The tab's headers at the second look; on the first intent of each tab. */
  readonly headers?: readonly string[];
}

/** Names and ids of an attempt's hidden tabs, all made from its marker. */
export function ownTabs(markerId: number): {
  logId: number;
  logTitle: string;
  imageId: (i: number) => number;
  imageTitle: (sheetId: number) => string;
} {
  const base = (markerId % 1_900_000_000) + 1;
  return {
    logId: base,
    logTitle: `${OWN_TABS}${markerId}`,
    imageId: (i) => base + 1 + i,
    imageTitle: (sheetId) => `${OWN_TABS}${markerId} ${sheetId}`,
  };
}

/** What an attempt means to do, row by row. */
export function intentsOf(steps: readonly TabStep[], order: number): Intent[] {
  return steps.flatMap((step): Intent[] => {
    const rows = new Map<UpdateGoal, Intent & { cells: Intent['cells'][number][] }>();
    for (const { goal, row, column, header, write } of step.cells) {
      const intent = rows.get(goal) ?? {
        ...common(goal, goal.id.key),
        order,
        kind: 'update' as const,
        row,
        cells: [],
        content: list(goal.id.content),
      };
      rows.set(goal, intent);
      intent.cells.push([column, header, step.now.at(row, column).value, write]);
    }
    const inserts = step.inserts.map(({ goal, cells }, i): Intent => {
      const placed = cells.map(({ column, header, write }) => [column, header, null, write] as const);
      return {
        ...common(goal, goal.key),
        order,
        kind: 'insert',
        row: insertPlace(step) + i,
        cells: placed,
        content: undefined,
      };
    });
    const removals = step.removals.map(({ goal, row }): Intent => {
      return { ...common(goal, goal.id.key), order, kind: 'remove', row, cells: [], content: list(goal.id.content) };
    });
    const [first, ...others] = [...rows.values(), ...inserts, ...removals];
    return first === undefined ? [] : [{ ...first, headers: step.now.headers }, ...others];
  });
}

/** New rows stand below the last row that holds anything. */
export function insertPlace({ now }: TabStep): number {
  return Math.max(1, now.length);
}

function common({ sheetId, tab, keyColumns, repair }: UpdateGoal | InsertGoal | RemoveGoal, key: string) {
  return { sheetId, tab, keyColumns, repair, key };
}

function list(content: ReadonlyMap<string, Raw> | undefined): Intent['content'] {
  return content === undefined ? undefined : [...content];
}

/** Characters of JSON that go into one cell of the log; a cell holds 50,000. */
const PIECE = 40_000;

/** The log as rows: an intent a row, its JSON in as many cells as it needs. */
export function logRows(intents: readonly Intent[]): sheets_v4.Schema$RowData[] {
  return intents.map((intent) => {
    const text = JSON.stringify(intent);
    const pieces = Array.from({ length: Math.ceil(text.length / PIECE) }, (_, i) =>
      text.slice(i * PIECE, (i + 1) * PIECE),
    );
    return { values: pieces.map((stringValue) => ({ userEnteredValue: { stringValue } })) };
  });
}

export interface Left {
  readonly markerId: number;
  readonly order: number;
  readonly intents: readonly Intent[];
  /** Copies by the id of the tab that they were made from, as it was just before the write. */
  readonly images: ReadonlyMap<number, TabNow>;
  /** The ids of all hidden tabs, to be deleted. */
  readonly sheetIds: readonly number[];
}

/** What attempts left in the spreadsheet, or the one attempt asked for; copies without a log are only to be deleted. */
export async function readLeft(client: SheetsClient, markerId?: number): Promise<Left[]> {
  const book = await client.get('sheets(properties(sheetId,title))');
  const own = (book.sheets ?? []).flatMap(({ properties }) => {
    const match = new RegExp(`^${OWN_TABS}(\\d+)(?: (\\d+))?$`).exec(properties?.title ?? '');
    const id = Number(match?.[1]);
    if (match === null || (markerId !== undefined && id !== markerId)) return [];
    return [{ sheetId: properties?.sheetId ?? 0, title: properties?.title ?? '', markerId: id, of: match[2] }];
  });
  if (own.length === 0) return [];
  const read = await client.get(
    `sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),${GRID_FIELDS})`,
    own.map((one) => quoteTitle(one.title)),
  );
  const tabs = new Map((read.sheets ?? []).map((sheet) => [sheet.properties?.sheetId ?? 0, tabOf(sheet)]));
  return [...new Set(own.map((one) => one.markerId))].map((id) => {
    const mine = own.filter((one) => one.markerId === id);
    const log = mine.find((one) => one.of === undefined);
    const images = mine.flatMap((one) => {
      const tab = tabs.get(one.sheetId);
      return one.of === undefined || tab === undefined ? [] : [[Number(one.of), tab] as const];
    });
    const intents = log === undefined ? [] : intentsIn(tabs.get(log.sheetId));
    return {
      markerId: id,
      order: intents[0]?.order ?? 0,
      intents,
      images: new Map(images),
      sheetIds: mine.map((one) => one.sheetId),
    };
  });
}

function intentsIn(log: TabNow | undefined): Intent[] {
  if (log === undefined) throw new IncompleteRead('The log of a write could not be read.');
  return Array.from({ length: log.length }, (_, row) => {
    const pieces: string[] = [];
    for (let column = 0; log.at(row, column).value !== null; column += 1)
      pieces.push(String(log.at(row, column).value));
    return JSON.parse(pieces.join('')) as Intent;
  });
}
