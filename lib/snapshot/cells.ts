/**
 * How a cell's text becomes a value, in the engine's SQL. Nothing is guessed: what has no certain reading is NULL here
 * and goes to quarantine with its text. The settings of the workbook say what `01/02/2026` means; without them it means nothing.
 */
import type { ColumnType } from '../core/tables.ts';

export interface CellSettings {
  readonly timeZone: string;
  /** How slashed dates are read; unset: they are unreadable. */
  readonly slashedDates?: 'MM/DD/YYYY' | 'DD/MM/YYYY';
}

/** Moments outside these years are no dates of marketing: typing errors, epochs in the wrong unit, infinity. */
const EARLIEST = '1900-01-01';
const LATEST = '2200-01-01';

/** SQL type of a column in the engine. */
export const sqlType: Readonly<Record<ColumnType, string>> = {
  text: 'varchar',
  number: 'double',
  date: 'date',
  time: 'timestamp',
};

const within = (expression: string, type: 'date' | 'timestamp'): string =>
  `case when ${expression} between ${type} '${EARLIEST}' and ${type} '${LATEST}' then ${expression} end`;

/** What nearly every cell looks like, of the years that count, is read at once: the questions below would take three times as long. */
const orPlain = (cell: string, type: 'date' | 'timestamp', otherwise: string): string =>
  `case when ${cell} like '${type === 'date' ? '____-__-__' : '____-__-__T__:__:__Z'}' and ${cell} >= '19' and ${cell} < '22' then try_cast(${cell} as ${type}) else ${otherwise} end`;

/** A sheet's serial number: days since 1899-12-30. Only those of 1920 to 2119 are taken for dates. */
const serial = (cell: string): string =>
  `case when try_cast(${cell} as double) between 7306 and 80000 then timestamp '1899-12-30' + to_milliseconds(cast(round(try_cast(${cell} as double) * 86400000) as bigint)) end`;

function slashed(cell: string, order: 'MM/DD/YYYY' | 'DD/MM/YYYY'): string {
  const day = order === 'MM/DD/YYYY' ? '%m/%d/%Y' : '%d/%m/%Y';
  // Words such as "epoch" have a meaning of their own to the engine, here as well.
  return `case when contains(${cell}, '/') then try_strptime(${cell}, ['${day}', '${day} %H:%M', '${day} %H:%M:%S', '${day} %I:%M %p']) end`;
}

/** The SQL that reads text `cell` as a moment in UTC, or NULL. Local times count in the workbook's time zone. */
function moment(cell: string, settings: CellSettings): string {
  // Cast to a timestamp alone, a text's own offset would silently be dropped.
  const elsewhere = `not ends_with(${cell}, 'Z') and regexp_matches(${cell}, ':[0-9.]+ ?[+-][0-9]{2}(:?[0-9]{2})?$')`;
  const direct = `case when ${elsewhere} then cast(try_cast(${cell} as timestamptz) as timestamp) when ${cell} <> 'epoch' then try_cast(${cell} as timestamp) end`;
  const local = [serial(cell), ...(settings.slashedDates ? [slashed(cell, settings.slashedDates)] : [])];
  if (settings.timeZone === 'UTC')
    return orPlain(cell, 'timestamp', within(`coalesce(${[direct, ...local].join(', ')})`, 'timestamp'));
  const zoned = (expression: string): string => `timezone('UTC', timezone('${settings.timeZone}', ${expression}))`;
  const hasOffset = `regexp_matches(${cell}, ':[0-9.]+ ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$')`;
  const read = `case when ${hasOffset} then ${direct} else ${zoned(`coalesce(${[direct, ...local].join(', ')})`)} end`;
  return orPlain(cell, 'timestamp', within(read, 'timestamp'));
}

/** The SQL that reads the text `cell` (never empty: NULL stands for that) as a value of the type. */
export function readCell(cell: string, type: ColumnType, settings: CellSettings): string {
  switch (type) {
    case 'text':
      return cell;
    case 'number':
      return `case when isfinite(try_cast(${cell} as double)) and not contains(${cell}, '_') then try_cast(${cell} as double) end`;
    case 'time':
      return moment(cell, settings);
    case 'date': {
      const local = [`cast(${serial(cell)} as date)`];
      if (settings.slashedDates) local.push(`cast(${slashed(cell, settings.slashedDates)} as date)`);
      const read = `coalesce(case when ${cell} <> 'epoch' then try_cast(${cell} as date) end, ${local.join(', ')})`;
      return orPlain(cell, 'date', within(read, 'date'));
    }
  }
}

/** What a person expects to read in a message about an unreadable cell. */
export const unreadable: Readonly<Record<Exclude<ColumnType, 'text'>, string>> = {
  number: 'no number',
  date: 'no date',
  time: 'no date or time',
};

/** The SQL that writes a value as the workbook's text: ISO 8601 in UTC, numbers without exponent or trailing zeros. */
export function writeCell(value: string, type: ColumnType): string {
  switch (type) {
    case 'text':
      return value;
    case 'number':
      return `case when ${value} = trunc(${value}) and abs(${value}) < 1e15 then cast(cast(${value} as bigint) as varchar) else cast(${value} as varchar) end`;
    case 'date':
      return `strftime(${value}, '%Y-%m-%d')`;
    case 'time':
      return `case when ${value} = date_trunc('second', ${value}) then strftime(${value}, '%Y-%m-%dT%H:%M:%SZ') else strftime(${value}, '%Y-%m-%dT%H:%M:%S.%gZ') end`;
  }
}
