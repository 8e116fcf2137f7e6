/**
 * The other side of a storm: people who work in the sheet by what they see (a contact, a column), and a record, kept
 * apart from the sheet, of what must be in it in the end. It knows nothing of how plans are written.
 */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { effectiveValue } from '../../../support/sheets-server/cell-value.ts';
import type { Tab } from '../../../support/sheets-server/model.ts';
import type { SheetsServer } from '../../../support/sheets-server/server.ts';

export const SPREADSHEET = 'sheet-1';
export const HEADERS = ['contact_id', 'email', 'status', 'score', 'note'];
export type Value = string | number | boolean | null;

export type Deed =
  | { do: 'sort'; by: number; descending: boolean }
  | { do: 'edit'; who: number; column: number }
  | { do: 'add'; at: number }
  | { do: 'blank'; at: number }
  | { do: 'scribble'; at: number }
  | { do: 'delete'; who: number }
  | { do: 'move row'; who: number; to: number }
  | { do: 'move column'; from: number; to: number }
  | { do: 'new column'; at: number; named: boolean }
  | { do: 'delete column'; column: number }
  | { do: 'rename'; column: number };

export interface People {
  act(deed: Deed): void;
  /** Last value that a person gave a cell, by key and header of old; and the number format that it carried then. */
  readonly edits: Map<string, Map<string, Value>>;
  readonly formats: Map<string, string | undefined>;
  readonly deleted: Set<string>;
  readonly added: Map<string, Value>;
  readonly scribbles: string[];
  /** Old header → new. */
  readonly renamed: Map<string, string>;
  /** Old headers of columns that were deleted. */
  readonly dropped: Set<string>;
}

/** The contacts as they stand: header texts, and each row by header (as it was called at first). */
export function contactsNow(server: SheetsServer, renamed: ReadonlyMap<string, string> = new Map()) {
  const tab = server.book(SPREADSHEET).tabs.find((one) => one.sheetId === 0);
  if (tab === undefined) throw new Error('The contacts are gone.');
  const former = new Map([...renamed].map(([old, now]) => [now, old]));
  const headers = Array.from({ length: tab.columnCount }, (_, i) => String(valueAt(tab, 0, i) ?? ''));
  const names = headers.map((header) => former.get(header) ?? header);
  const rows = Array.from({ length: Math.max(0, tab.rows.length - 1) }, (_, i) => {
    return new Map(names.map((name, column) => [name === '' ? `blank ${column}` : name, valueAt(tab, i + 1, column)]));
  });
  const formats = rows.map((_, i) => {
    return new Map(
      names.map((name, column) => [
        name,
        tab.rows[i + 1]?.[column]?.userEnteredFormat?.numberFormat?.type ?? undefined,
      ]),
    );
  });
  return { tab, headers, names, rows, formats };
}

function valueAt(tab: Tab, row: number, column: number): Value {
  const value = effectiveValue(tab, tab.rows[row]?.[column]);
  return value?.stringValue ?? value?.numberValue ?? value?.boolValue ?? null;
}

/** People for one storm; `keys` are the contacts that they know by name. */
export function peopleIn(server: SheetsServer, keys: readonly string[]): People {
  let serial = 0;
  const people: People = {
    act,
    edits: new Map(),
    formats: new Map(),
    deleted: new Set(),
    added: new Map(),
    scribbles: [],
    renamed: new Map(),
    dropped: new Set(),
  };
  return people;

  function act(deed: Deed): void {
    serial += 1;
    const { tab, headers, names, rows, formats } = contactsNow(server, people.renamed);
    const rowOf = (who: number): { key: string; row: number } | undefined => {
      const known = [...keys, ...people.added.keys()];
      const key = known[who % known.length] ?? '';
      const row = rows.findIndex((one) => one.get('contact_id') === key);
      return row < 0 ? undefined : { key, row: row + 1 };
    };
    const range = (dimension: string, start: number): api.Schema$DimensionRange => ({
      sheetId: 0,
      dimension,
      startIndex: start,
      endIndex: start + 1,
    });
    const type = (rowIndex: number, columnIndex: number, stringValue: string): api.Schema$Request => {
      return {
        updateCells: {
          start: { sheetId: 0, rowIndex, columnIndex },
          rows: [{ values: [{ userEnteredValue: { stringValue } }] }],
          fields: 'userEnteredValue',
        },
      };
    };
    const send = (...requests: api.Schema$Request[]): boolean => server.act(SPREADSHEET, requests);
    const at = (n: number): number => 1 + (n % (rows.length + 1));

    if (deed.do === 'sort') {
      const sortSpecs = [
        { dimensionIndex: deed.by % tab.columnCount, sortOrder: deed.descending ? 'DESCENDING' : 'ASCENDING' },
      ];
      send({ sortRange: { range: { sheetId: 0, startRowIndex: 1 }, sortSpecs } });
    } else if (deed.do === 'edit') {
      const found = rowOf(deed.who);
      const header = HEADERS[1 + (deed.column % (HEADERS.length - 1))] ?? '';
      if (found === undefined || !names.includes(header)) return;
      if (!send(type(found.row, names.indexOf(header), `person ${serial}`))) return;
      people.formats.set(`${found.key} ${header}`, formats[found.row - 1]?.get(header));
      people.edits.set(found.key, new Map([...(people.edits.get(found.key) ?? []), [header, `person ${serial}`]]));
    } else if (deed.do === 'add') {
      const key = `new ${serial}`;
      if (!names.includes('contact_id')) return;
      if (
        send(
          { insertDimension: { range: range('ROWS', at(deed.at)) } },
          type(at(deed.at), names.indexOf('contact_id'), key),
        )
      )
        people.added.set(key, key);
    } else if (deed.do === 'blank') {
      send({ insertDimension: { range: range('ROWS', at(deed.at)) } });
    } else if (deed.do === 'scribble') {
      const text = `scribble ${serial}`;
      if (
        send({ insertDimension: { range: range('ROWS', at(deed.at)) } }, type(at(deed.at), names.indexOf('note'), text))
      )
        people.scribbles.push(text);
    } else if (deed.do === 'delete') {
      const found = rowOf(deed.who);
      if (found === undefined || !send({ deleteDimension: { range: range('ROWS', found.row) } })) return;
      people.deleted.add(found.key);
    } else if (deed.do === 'move row') {
      const found = rowOf(deed.who);
      if (found !== undefined)
        send({ moveDimension: { source: range('ROWS', found.row), destinationIndex: at(deed.to) } });
    } else if (deed.do === 'move column') {
      send({
        moveDimension: {
          source: range('COLUMNS', deed.from % tab.columnCount),
          destinationIndex: deed.to % (tab.columnCount + 1),
        },
      });
    } else if (deed.do === 'new column') {
      const place = deed.at % tab.columnCount;
      send(
        { insertDimension: { range: range('COLUMNS', place) } },
        ...(deed.named && people.dropped.size === 0 ? [type(0, place, `extra ${serial}`)] : []),
      );
    } else if (deed.do === 'delete column') {
      // One that is deleted while another comes is taken for one that was renamed: docs/sheets.md, "While people type".
      if (names.some((each) => each.startsWith('extra ')) || people.renamed.size > 0) return;
      const header = ['status', 'score'][deed.column % 2] ?? '';
      const place = names.indexOf(header);
      if (place >= 0 && send({ deleteDimension: { range: range('COLUMNS', place) } })) people.dropped.add(header);
    } else if (people.renamed.size === 0) {
      const header = HEADERS[deed.column % HEADERS.length] ?? '';
      if (people.dropped.has(header)) return;
      if (send(type(0, headers.indexOf(header), `renamed ${serial}`))) people.renamed.set(header, `renamed ${serial}`);
    }
  }
}
