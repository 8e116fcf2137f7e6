/**
 * A list of people as rows of contacts: each column's cell, and the status by what its columns of consent say.
 */
import { quoteText } from '../core/sql.ts';
import { tables } from '../core/tables.ts';
import type { ConsentReading } from '../snapshot/consent-reading.ts';
import { statusSql } from '../workbook/consent-words.ts';
import { contactColumns, contactHeaders, splitName } from '../workbook/contact-cells.ts';
import type { ContactShape, Feed } from '../workbook/recognised.ts';
import { dayFirst } from './formats/cells.ts';

export function contactFeed(
  headers: readonly string[],
  shape: ContactShape,
  aliases: Readonly<Record<string, string>>,
  reading: Pick<ConsentReading, 'status' | 'places' | 'others'> | null,
): Feed {
  const found = contactHeaders(headers, shape, aliases, reading?.places, reading?.others);
  const columns: Record<string, string> = {};
  for (const column of contactColumns()) {
    const header = found.get(column);
    if (header === undefined) continue;
    const cell = `c${headers.indexOf(header)}`;
    const type = tables.contacts.columns[column]?.type;
    if (column === 'contact_id') columns[column] = withoutApostrophe(cell);
    else columns[column] = shape.dayFirst && (type === 'time' || type === 'date') ? dayFirst(cell) : cell;
  }
  const names = splitName(headers);
  if (names) {
    const { first_name, last_name } = columns;
    const none = [first_name, last_name].flatMap((each) => (each ? [`${each} is null`] : [])).join(' and ') || 'true';
    columns.first_name = `case when ${none} then ${names.first} else ${first_name ?? 'null'} end`;
    columns.last_name = `case when ${none} then ${names.last} else ${last_name ?? 'null'} end`;
  }
  const own = columns.status === undefined ? null : statusSql(columns.status);
  const status = [reading?.status, own, shape.agreed ? quoteText('subscribed') : null].filter((each) => each != null);
  if (shape.neverAgreed) columns.status = quoteText('unsubscribed');
  else if (status.length > 0) columns.status = `coalesce(${status.join(', ')})`;
  if (shape.source !== undefined)
    columns.source = columns.source
      ? `coalesce(${columns.source}, ${quoteText(shape.source)})`
      : quoteText(shape.source);
  return { table: 'contacts', columns };
}

/** SQL: an id as Shopify writes it for Excel, `'7001`, without the apostrophe. */
const withoutApostrophe = (cell: string): string => `regexp_replace(${cell}, '^''([0-9]+)$', '\\1')`;
