/**
 * Dates and numbers that stand as text, as the spreadsheet's locale writes them: `31.12.1980`, `1,5`. A sheet that is
 * set to English of the United States says nothing of how its texts are meant: there the workbook's rules decide, as
 * in a folder.
 */
import type { ColumnType } from '../../core/tables.ts';

interface Style {
  readonly decimal: string;
  readonly group: string;
  /** The order of a date's parts: `dmy`, `mdy`, `ymd`. */
  readonly order: string;
}

const styles = new Map<string, Style | null>();

/** How a locale such as `de_DE` writes; null where it is unknown. */
function styleOf(locale: string): Style | null {
  if (!styles.has(locale))
    styles.set(locale, ['', 'en_US'].includes(locale) ? null : newStyle(locale.replace('_', '-')));
  return styles.get(locale) ?? null;
}

function newStyle(tag: string): Style | null {
  try {
    const number = new Intl.NumberFormat(tag).formatToParts(-12_345.6);
    const date = new Intl.DateTimeFormat(tag, { numberingSystem: 'latn', calendar: 'gregory' }).formatToParts(
      new Date(0),
    );
    const part = (type: string): string => number.find((one) => one.type === type)?.value ?? '';
    const order = date.flatMap(({ type }) => (['day', 'month', 'year'].includes(type) ? [type[0]] : [])).join('');
    return { decimal: part('decimal'), group: part('group'), order };
  } catch {
    return null;
  }
}

/** A text of a typed column in the workbook's own form, where the locale says how it is meant; else as it stands. */
export function localText(text: string, type: ColumnType, locale: string): string {
  if (type === 'text') return text;
  const style = styleOf(locale);
  if (!style) return text;
  if (type === 'number') return style.decimal === ',' ? numberOf(text, style) : text;
  return dateOf(text, style);
}

/** `1.234,5` and `1 234,5` → `1234.5`. */
function numberOf(text: string, { group }: Style): string {
  const plain = text.trim().replace(/[\u00a0\u202f]/g, ' ');
  const between = group === '.' ? '\\.' : ' ';
  const isNumber = new RegExp(`^-?(\\d+|\\d{1,3}(${between}\\d{3})+)(,\\d+)?$`).test(plain);
  return isNumber && /[., ]/.test(plain) ? plain.replace(/[. ]/g, '').replace(',', '.') : text;
}

/** `31.12.1980` and `31/12/1980 09:30` → `1980-12-31`, with the time as it stands. */
function dateOf(text: string, { order }: Style): string {
  const [, first = '', , second = '', year = '', time = ''] =
    /^\s*(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?\s+(\d{1,2}:\d{2}(?::\d{2})?))?\s*$/.exec(text) ?? [];
  if (year === '' || order === 'ymd') return text;
  const [day, month] = order.indexOf('d') < order.indexOf('m') ? [first, second] : [second, first];
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const moment = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== iso) return text;
  return time === '' ? iso : `${iso} ${time}`;
}
