/**
 * Every write leaves, in the same atomic request, hidden tabs behind: a copy of each tab it touches as it was at that
 * very moment, and a log of what it meant to hit. From these, and from nothing else, it can be proved that the rows
 * written were the rows meant, and whatever was hit wrongly can be put right, by this run or, if it is killed, by the
 * next. The next request takes them away. They hold what the tabs hold, and live no longer than a write.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { IncompleteRead, Refused } from './errors.ts';
import { type PackedTab, packedTab, unpackedTab } from './packed-log.ts';
import { OWN_TABS, quoteTitle } from './snapshot.ts';
import { newRowsAt, type PlacedRow, type TabStep } from './step.ts';
import { GRID_FIELDS, type TabNow, tabOf } from './tab-now.ts';

/** What an attempt did to one tab: its rows by their place in the copy, new ones put in before row `at`. */
export interface TabDone {
  readonly sheetId: number;
  /** At the second look; so are the key columns. */
  readonly headers: readonly string[];
  readonly keyColumns: readonly number[];
  readonly at: number;
  readonly rows: readonly PlacedRow[];
}

export interface AttemptLog {
  /** Grows with each attempt: a log's place among others. */
  readonly order: number;
  /** Whether it puts damage right, rather than carrying out a plan. */
  readonly mends: boolean;
  /** Of an attempt for a plan: which chunk of how many of what landing. */
  readonly part: Part | null;
  /** What attempts of the same landing before it missed. */
  readonly missed: readonly Missed[];
  readonly tabs: readonly TabDone[];
}

/** A row of an attempt, by its place in the log, that stood elsewhere by then: all of it, or these cells. */
export type Missed = readonly [order: number, sheetId: number, row: number, ...columns: number[]];

export interface Part {
  readonly landing: string;
  /** From 1. */
  readonly chunk: number;
  readonly chunks: number;
}

/** What of an attempt the log has to say beside its steps. */
export type AttemptFacts = Pick<AttemptLog, 'order' | 'mends' | 'part' | 'missed'>;

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

/** What an attempt means to do. */
export function logOf(steps: readonly TabStep[], facts: AttemptFacts): AttemptLog {
  const tabs = steps.map(({ now, keyColumns, rows }): TabDone => {
    return { sheetId: now.sheetId, headers: now.headers, keyColumns, at: newRowsAt(now), rows };
  });
  return { ...facts, tabs };
}

/** Characters of a log that go into one cell; a cell holds 50,000. */
const PIECE = 40_000;

/** Each cell begins with it, so that no text is taken for anything but text. */
const SENTINEL = '.';

/** A log as the cells of one column. */
export function logRows(log: AttemptLog): sheets_v4.Schema$RowData[] {
  const text = withQuotesSwapped(JSON.stringify([log.order, log.mends, log.part, log.missed, log.tabs.map(packedTab)]));
  const rows: sheets_v4.Schema$RowData[] = [];
  for (let start = 0; start < text.length; ) {
    // Never between the halves of a surrogate pair.
    const cut = /[\uD800-\uDBFF]/.test(text[start + PIECE - 1] ?? '') ? PIECE - 1 : PIECE;
    rows.push({ values: [{ userEnteredValue: { stringValue: SENTINEL + text.slice(start, start + cut) } }] });
    start += cut;
  }
  return rows;
}

/** JSON inside JSON would take a second character for each quote. */
function withQuotesSwapped(text: string): string {
  return text.replace(/["']/g, (quote) => (quote === '"' ? "'" : '"'));
}

export interface Left {
  readonly markerId: number;
  /** Undefined where it is gone: then the copies are only to be deleted. */
  readonly log: AttemptLog | undefined;
  /** Copies by the id of the tab that they were made from, as it was just before the write. */
  readonly images: ReadonlyMap<number, TabNow>;
  /** The ids of all hidden tabs, to be deleted; the log's is one of them. */
  readonly sheetIds: readonly number[];
  readonly logId: number | undefined;
}

/** Reads of what is left: a request thought lost may take it away between its two halves. */
const READS = 4;

/** What attempts left in the spreadsheet, in their order. */
export async function readLeft(client: SheetsClient): Promise<Left[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readLeftOnce(client);
    } catch (error) {
      if (!(error instanceof Refused && error.reason === 'range') || attempt === READS) throw error;
    }
  }
}

async function readLeftOnce(client: SheetsClient): Promise<Left[]> {
  const book = await client.get('sheets(properties(sheetId,title))');
  const own = (book.sheets ?? []).flatMap(({ properties }) => {
    const match = new RegExp(`^${OWN_TABS}(\\d+)(?: (\\d+))?$`).exec(properties?.title ?? '');
    if (match === null) return [];
    return [
      {
        sheetId: properties?.sheetId ?? 0,
        title: properties?.title ?? '',
        markerId: Number(match[1]),
        of: match[2],
      },
    ];
  });
  if (own.length === 0) return [];
  const read = await client.get(
    `sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),${GRID_FIELDS})`,
    own.map((one) => quoteTitle(one.title)),
  );
  const tabs = new Map((read.sheets ?? []).map((sheet) => [sheet.properties?.sheetId ?? 0, tabOf(sheet)]));
  const left = [...new Set(own.map((one) => one.markerId))].map((markerId): Left => {
    const mine = own.filter((one) => one.markerId === markerId);
    const log = mine.find((one) => one.of === undefined);
    const images = mine.flatMap((one) => {
      const tab = tabs.get(one.sheetId);
      return one.of === undefined || tab === undefined ? [] : [[Number(one.of), tab] as const];
    });
    return {
      markerId,
      log: log && logIn(tabs.get(log.sheetId)),
      images: new Map(images),
      sheetIds: mine.map((one) => one.sheetId),
      logId: log?.sheetId,
    };
  });
  return left.sort((a, b) => (a.log?.order ?? 0) - (b.log?.order ?? 0));
}

/** The log in a tab that was read. @throws IncompleteRead */
export function logIn(tab: TabNow | undefined): AttemptLog {
  if (tab === undefined) throw new IncompleteRead('The log of a write could not be read.');
  const pieces = Array.from({ length: tab.length }, (_, row) => String(tab.at(row, 0).value).slice(SENTINEL.length));
  const [order, mends, part, missed, tabs] = JSON.parse(withQuotesSwapped(pieces.join(''))) as Packed;
  return { order, mends, part, missed, tabs: tabs.map(unpackedTab) };
}

type Packed = [order: number, mends: boolean, part: Part | null, missed: Missed[], tabs: PackedTab[]];
