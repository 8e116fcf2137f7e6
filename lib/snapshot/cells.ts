/**
 * The one reader of cells: how a cell's text becomes a value, in the engine's SQL, for folders, sheets, imports and the
 * inbox alike. A cell without a certain reading is NULL; the caller counts it. `readCell` reads every form;
 * `readPlainCell` only the common ones, in a tenth of the time: where it finds a value, both find the same, unless the
 * column itself shows otherwise.
 */
import type { Engine } from '../core/engine.ts';
import { quoteText, raw, type Sql, sql } from '../core/sql.ts';
import type { ColumnType } from '../core/tables.ts';
import { type DateOrder, isSlashed, readDate, serialOf } from './cell-dates.ts';
import { type NumberHabits, readNumber } from './cell-numbers.ts';

export interface CellSettings {
  readonly timeZone: string;
  /** What stands first in dates such as 01/02/2026, where a column does not show it itself. */
  readonly slashedDates?: DateOrder | undefined;
}

/** How the cells of one column are read: the workbook's settings, and what the column shows (cell-evidence.ts). */
export interface ColumnSettings extends CellSettings, NumberHabits {}

/** SQL type of a column in the engine. */
export const sqlType: Readonly<Record<ColumnType, string>> = {
  text: 'varchar',
  number: 'double',
  date: 'date',
  time: 'timestamp',
};

/** What people and tools write into a cell of which nothing is known. */
const PLACEHOLDERS =
  'n.a.|n.a|na|n/a|#n/a|n. a.|not available|not applicable|not set|not provided|-|--|---|–|—|.|?|null|<null>|(null)|' +
  '\\n|nil|none|nan|undefined|empty|unknown|(unknown)|(none)|(blank)|(not set)|test|tbd|tba|k.a.|k. a.|' +
  'keine angabe|unbekannt|leer|inconnu|desconocido|sconosciuto|onbekend|brak|nieznany|' +
  '0000-00-00|0000-00-00 00:00:00|00.00.0000|00/00/0000';

/** All of them in one text: an engine binds and folds a list word by word, for each column. */
const ALL_PLACEHOLDERS = quoteText(`\u001f${PLACEHOLDERS.replaceAll('|', '\u001f')}\u001f`);

/** The SQL condition that a cell of a number, a date or a time says only that nothing is known. */
export const isPlaceholder = (cell: string): string =>
  `strpos(${ALL_PLACEHOLDERS}, chr(31) || lower(trim(${cell})) || chr(31)) > 0`;

/**
 * A date of 1900 to 2200, or NULL: moments outside are no dates of marketing, but typing errors, epochs in the wrong
 * unit, infinity. A list of one, so that the expression, which may be long, stands in the statement once.
 */
const within = (expression: string, type: 'date' | 'timestamp'): string =>
  `list_filter([${expression}], lambda w: w between ${type} '1900-01-01' and ${type} '2200-01-01')[1]`;

/**
 * What nearly every cell looks like, of the years that count, is read at once: the questions below would take three
 * times as long.
 */
const orPlain = (cell: string, type: 'date' | 'timestamp', otherwise: string): string =>
  `case when ${cell} like '${type === 'date' ? '____-__-__' : '____-__-__T__:__:__Z'}' and ${cell} >= '19' and ${cell} < '22'
    then try_cast(${cell} as ${type}) else ${otherwise} end`;

const zoned = ({ timeZone }: CellSettings, stamp: string): string =>
  timeZone === 'UTC' ? stamp : `timezone('UTC', timezone('${timeZone}', ${stamp}))`;

/** ISO 8601 and serial numbers as a moment in UTC, or NULL. Local times count in the workbook's time zone. */
function plainMoment(cell: string, settings: CellSettings): string {
  // Cast to a timestamp alone, a text's own offset would silently be dropped.
  const elsewhere = `not ends_with(${cell}, 'Z') and regexp_matches(${cell}, ':[0-9.]+ ?[+-][0-9]{2}(:?[0-9]{2})?$')`;
  const direct = `case when ${elsewhere} then cast(try_cast(${cell} as timestamptz) as timestamp)
    when ${cell} <> 'epoch' then try_cast(${cell} as timestamp) end`;
  const local = `coalesce(${direct}, ${serialOf(cell)})`;
  const hasOffset = `regexp_matches(${cell}, ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$')`;
  const read =
    settings.timeZone === 'UTC' ? local : `case when ${hasOffset} then ${direct} else ${zoned(settings, local)} end`;
  return orPlain(cell, 'timestamp', within(read, 'timestamp'));
}

/**
 * The SQL that reads text `cell` (never empty: NULL stands for that) where it looks as cells mostly do; NULL for all
 * others.
 */
export function readPlainCell(cell: string, type: ColumnType, settings: CellSettings): string {
  switch (type) {
    case 'text':
      return cell;
    case 'number':
      return `case when isfinite(try_cast(${cell} as double)) and not contains(${cell}, '_') then try_cast(${cell} as double) end`;
    case 'time':
      return plainMoment(cell, settings);
    case 'date': {
      const read = `coalesce(case when ${cell} <> 'epoch' then try_cast(${cell} as date) end, cast(${serialOf(cell)} as date))`;
      return orPlain(cell, 'date', within(read, 'date'));
    }
  }
}

/**
 * The SQL that reads the text `cell` (never empty: NULL stands for that) as a value of the type; NULL where it has no
 * certain reading.
 */
export function readCell(cell: string, type: ColumnType, settings: ColumnSettings): string {
  switch (type) {
    case 'text':
      return cell;
    case 'number': {
      // With a decimal comma, 1.200 is no decimal number.
      const number = readNumber(cell, settings);
      return settings.decimal === ',' ? number : `coalesce(${readPlainCell(cell, type, settings)}, ${number})`;
    }
    case 'time': {
      const date = readDate(cell, settings.slashedDates, (stamp) => zoned(settings, stamp));
      return `coalesce(${plainMoment(cell, settings)}, ${within(date, 'timestamp')})`;
    }
    case 'date': {
      const date = `cast(${readDate(cell, settings.slashedDates, (stamp) => stamp, true)} as date)`;
      return `coalesce(${readPlainCell(cell, type, settings)}, ${within(date, 'date')})`;
    }
  }
}

/**
 * `number_of(s)` and `date_of(s)` of the prelude for this workbook: rules ask by them for the number, or the local day,
 * in a text of a column that has no type, and get what a typed column would give.
 */
export function defineReading(engine: Engine, settings: CellSettings): void {
  const [number, time] = (['number', 'time'] as const).map((type) => readCell('trimmed(s)', type, settings));
  engine.whenNamed('number_of', raw(`create or replace macro number_of(s) as ${number}`));
  engine.whenNamed(
    'date_of',
    raw(`create or replace macro date_of(s) as case when s like '____-__-__' then try_cast(s as date)
      else local_day(${time}) end`),
  );
}

/** Why a cell that `readCell` gives no value for has none, as SQL: it names the rule that would settle it. */
export function unreadableReason(cell: string, type: Exclude<ColumnType, 'text'>, settings: CellSettings): string {
  if (type === 'number') return quoteText('not a number');
  const plain = quoteText(type === 'date' ? 'not a date' : 'not a date or time');
  if (settings.slashedDates) return plain;
  return `case when ${isSlashed(cell)} then ${quoteText(UNCLEAR_ORDER)} else ${plain} end`;
}

/** The reason of a date such as 01/02/2026 in a column that does not show which is the day. */
export const UNCLEAR_ORDER = 'day or month first? Set slashedDates in jobs/rules/workbook.ts';

/** The SQL that writes a value as the workbook's text: ISO 8601 in UTC, numbers without exponent or trailing zeros. */
export function writeCell(value: Sql, type: ColumnType): Sql {
  switch (type) {
    case 'text':
      return value;
    case 'number':
      return sql`case when ${value} = trunc(${value}) and abs(${value}) < 1e15
        then cast(cast(${value} as bigint) as varchar) else cast(${value} as varchar) end`;
    case 'date':
      return sql`strftime(${value}, '%Y-%m-%d')`;
    case 'time':
      return sql`case when ${value} = date_trunc('second', ${value}) then strftime(${value}, '%Y-%m-%dT%H:%M:%SZ')
        else strftime(${value}, '%Y-%m-%dT%H:%M:%S.%gZ') end`;
  }
}
