/**
 * A row that can't be read still counts where it names an address, and the file, the column or the row itself says no: its
 * address goes on the suppression list. The row stands among the rejects as well.
 */

import type { Engine } from '../core/engine.ts';
import { sql } from '../core/sql.ts';
import { kindWords } from '../snapshot/bounce-kinds.ts';
import type { ConsentReading } from '../snapshot/consent-reading.ts';
import { addressesIn } from '../snapshot/unreadable-rows.ts';
import { consentColumns } from '../workbook/consent-columns.ts';
import { meaningOf, refusesByItself } from '../workbook/consent-words.ts';
import type { Recognised } from '../workbook/recognised.ts';

export interface MalformedFile {
  readonly malformed: readonly { readonly row: number; readonly text: string }[];
  readonly delimiter: string;
  readonly headers: readonly string[];
  readonly recognised: Recognised;
  readonly consent: ConsentReading | null;
}

/** Adds the addresses of broken rows that say no to `incoming_suppressions`; returns how many. */
export async function countRefusals(engine: Engine, file: number, given: MalformedFile): Promise<number> {
  const found = given.malformed.flatMap(({ row, text }) => {
    const reason = refusalIn(text, given);
    return reason === null ? [] : addressesIn(text).map((address) => [String(file), String(row), address, reason]);
  });
  if (found.length === 0) return 0;
  await engine.run(
    sql`create or replace temp table import_refusals (file varchar, line varchar, email varchar, reason varchar)`,
  );
  await engine.appendRows('import_refusals', found);
  await engine.run(
    sql`insert into incoming_suppressions by name
      select cast(file as integer) as file, cast(line as bigint) as line, email, 'person' as scope, reason,
        'import' as source, 'from a row that could not be read' as note
      from import_refusals where regexp_full_match(email, '[^@[:space:]]+@[^@[:space:]]+')`,
  );
  await engine.run(sql`drop table import_refusals`);
  return found.length;
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');

/** Why a broken row refuses mail; null where it does not. */
function refusalIn(text: string, { delimiter, headers, recognised, consent }: MalformedFile): string | null {
  const cells =
    text
      .split(/[\r\n]/)[0]
      ?.split(delimiter)
      .map((cell) => cell.replaceAll('"', '').trim()) ?? [];
  if (recognised.feeds.some(({ table }) => table === 'suppressions') && !recognised.contacts) return 'manual';
  if (recognised.contacts?.neverAgreed) return 'manual';
  if (recognised.contacts) {
    if (cells.some(refusesByItself)) return 'unsubscribe';
    return consent && refusesInPlace(cells, headers, consent) ? 'unsubscribe' : null;
  }
  const words = cells.map(lettersOf);
  const names = (kind: 'complaint' | 'unsubscribe'): boolean => words.some((each) => kindWords[kind].includes(each));
  return names('complaint') ? 'complaint' : names('unsubscribe') ? 'unsubscribe' : null;
}

/** A cell too many shifts what stands right of it: any cell counts that may be the column's. */
function refusesInPlace(cells: readonly string[], headers: readonly string[], consent: ConsentReading): boolean {
  const extra = Math.max(0, cells.length - headers.length);
  return consentColumns(headers).some(({ place, role }) => {
    if (!consent.places.has(place)) return false;
    return cells
      .slice(place, place + extra + 1)
      .some((cell) => ['no', 'suppressed'].includes(meaningOf(cell, role) ?? ''));
  });
}
