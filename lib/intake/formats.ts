/**
 * The CSV files that people bring, each known by its headers. The first format that fits counts; the generic ones stand
 * last. A new format is one more entry in one of the files below, with a golden file in its test.
 */
import { findColumns } from '../workbook/headers.ts';
import type { Cells } from './cells.ts';
import type { CsvFormat } from './format.ts';
import { anyContacts, contactFormats } from './formats-contacts.ts';
import { factFormats } from './formats-facts.ts';
import { genericFormats } from './formats-generic.ts';

/** The format that a file's headers fit; null where they fit none. A list of contacts is what has an address at all. */
export function formatOf(headers: readonly string[], cells: Cells): CsvFormat | null {
  const found = [...contactFormats, ...factFormats, ...genericFormats].find((format) => format.fits(cells));
  if (found) return found;
  const columns = findColumns('contacts', headers);
  return columns.has('email') || columns.has('contact_id') ? anyContacts : null;
}
