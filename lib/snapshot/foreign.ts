/**
 * Facts that other tools keep in places of their own: Mailchimp's `cleaned` and `unsubscribed` audience files
 * (CLEAN_TIME, UNSUB_TIME) and HubSpot's column "Email hard bounce reason". They join the workbook's bounces, so that
 * the jobs need not know where a bounce was written down. A contact export alone is a workbook for that reason.
 */

import type { Engine } from '../core/engine.ts';
import { quoteText, raw, sql } from '../core/sql.ts';
import { consentHeaders, findColumns, normalHeader } from '../workbook/headers.ts';
import { csvScan } from '../workbook/scan.ts';
import type { ForeignFile, SourceTable, TableText } from '../workbook/store.ts';
import { type CellSettings, readCell } from './cells.ts';
import { quarantineMalformed, rowText } from './check.ts';
import { readStrictly } from './load.ts';
import { hearMalformed } from './unreadable-rows.ts';

const shapes = {
  'mailchimp-cleaned': { time: 'clean_time', kind: 'cleaned', detail: 'cleaned by Mailchimp' },
  'mailchimp-unsubscribed': { time: 'unsub_time', kind: 'unsubscribe', detail: 'left in Mailchimp' },
} as const;

/** The place of a row that stands in another file than its table's. */
const ELSEWHERE = -1;

async function addBounces(engine: Engine, provider: string, query: string): Promise<void> {
  await engine.run(
    raw(`insert into bounces (bounce_id, email, kind, code, detail, provider, occurred_at, _row)
      select ${quoteText(`${provider}:`)} || address_key(email), email, kind, code, detail, ${quoteText(provider)}, occurred_at, ${ELSEWHERE} from (${query})
      where address_key(email) is not null
      qualify row_number() over (partition by address_key(email) order by occurred_at) = 1`),
  );
}

/**
 * Adds the rows of one of Mailchimp's two files to `bounces`. What can't be read of it goes to quarantine, and counts as a
 * departure where the file is of such.
 * @param futureAfter a moment later than this is in the future, and unreadable for that
 * @returns how many rows are in quarantine
 */
export async function addForeignFile(
  engine: Engine,
  file: ForeignFile,
  settings: CellSettings,
  futureAfter: Date,
): Promise<number> {
  const shape = shapes[file.kind];
  const cell = (header: string | undefined): string =>
    header === undefined ? 'cast(null as varchar)' : `c${file.headers.indexOf(header)}`;
  const email = cell(findColumns('contacts', file.headers).get('email'));
  const moment = cell(file.headers.find((each) => normalHeader(each) === shape.time));
  const cells = file.headers.map((_, i) => `c${i}`).join(', ');
  const text = await readStrictly(
    engine,
    file,
    (from) =>
      raw(`create or replace temp table foreign_rows as
        select ${email} as email, ${quoteText(shape.kind)} as kind, ${moment} as moment,
          ${readCell(moment, 'time', settings)} as occurred_at,
          coalesce(${cells}) is null as blank, cast(null as bigint) as _row
        from ${csvScan(from)}`),
    sql`foreign_rows`,
  );
  await engine.run(raw('update foreign_rows set _row = rowid'));
  const malformed = text.malformed.map((row) => ({ ...row, file: file.label }));
  await quarantineMalformed(engine, 'bounces', malformed);
  await hearMalformed(engine, 'bounces', malformed, shape.kind);
  const faults = await quarantineForeign(engine, file, text, futureAfter);
  await addBounces(
    engine,
    file.kind,
    `select email, kind, cast(null as varchar) as code, ${quoteText(shape.detail)} as detail, occurred_at from foreign_rows`,
  );
  return faults + malformed.length;
}

/** Takes the rows out that are about nobody, or lie in the future; what the latter say still counts. Returns how many. */
async function quarantineForeign(
  engine: Engine,
  file: ForeignFile,
  text: TableText,
  futureAfter: Date,
): Promise<number> {
  const place = sql`concat_ws(', ', ${file.label}, ${rowText(text)})`;
  await engine.run(sql`insert into quarantine_now
    select 'bounces', ${place}, 'email', '', 'missing' from foreign_rows t where address_key(email) is null and not blank
    union all
    select 'bounces', ${place}, ${shapes[file.kind].time}, moment, 'in the future' from foreign_rows t where occurred_at > ${futureAfter}`);
  await engine.run(
    sql`insert into unread_bounces (email, kind) select email, kind from foreign_rows where occurred_at > ${futureAfter}`,
  );
  return engine.changed(
    sql`delete from foreign_rows where (address_key(email) is null and not blank) or occurred_at > ${futureAfter}`,
  );
}

/**
 * HubSpot's words for why mail bounced hard, as the code that says the same. Any other word says nothing of the address
 * and gets the code for that: what HubSpot calls hard cost one of its customers 4,864 contacts, a third of them alive.
 */
const hubspotReasons = `case regexp_replace(upper(trim(reason)), '[^A-Z]+', '_', 'g') when 'UNKNOWN_USER' then '5.1.1' when 'MAILBOX_FULL' then '5.2.2' when 'SPAM' then '5.7.1' when 'POLICY' then '5.7.1' when 'CONTENT' then '5.6.0' else '5.0.0' end`;

/** Adds a bounce for each contact whose HubSpot column "Email hard bounce reason" is filled. */
export async function addContactBounces(
  engine: Engine,
  contacts: SourceTable,
  text: TableText,
  settings: CellSettings,
): Promise<void> {
  const header = contacts.headers.find((each) => normalHeader(each) === consentHeaders.hardBounce);
  const email = contacts.headerOf.get('email');
  if (header === undefined || email === undefined) return;
  const cell = (each: string): string => `c${contacts.headers.indexOf(each)}`;
  const seen = contacts.headerOf.get('updated_at') ?? contacts.headerOf.get('created_at');
  const time = seen === undefined ? 'cast(null as timestamp)' : readCell(cell(seen), 'time', settings);
  await addBounces(
    engine,
    'hubspot',
    `select email, 'hard' as kind, ${hubspotReasons} as code, 'HubSpot: ' || reason as detail, occurred_at
     from (select ${cell(email)} as email, ${cell(header)} as reason, ${time} as occurred_at from ${csvScan(text)}) where reason is not null`,
  );
}
