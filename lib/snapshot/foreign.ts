/**
 * Facts that other tools keep in places of their own: Mailchimp's `cleaned` and `unsubscribed` audience files
 * (CLEAN_TIME, UNSUB_TIME) and HubSpot's column "Email hard bounce reason". They join the workbook's bounces, so that
 * the jobs need not know where a bounce was written down. A contact export alone is a workbook for that reason.
 */
import type { Engine } from '../engine/duckdb.ts';
import { raw } from '../engine/sql.ts';
import type { ForeignFile, SourceTable } from '../store/store.ts';
import { consentHeaders, findColumns, normalHeader } from '../workbook/headers.ts';
import { type CellSettings, readCell } from './cells.ts';
import { csvScan, quote } from './load.ts';

const shapes = {
  'mailchimp-cleaned': { time: 'clean_time', kind: 'cleaned', detail: 'cleaned by Mailchimp' },
  'mailchimp-unsubscribed': { time: 'unsub_time', kind: 'unsubscribe', detail: 'left in Mailchimp' },
} as const;

/** The place of a row that stands in another file than its table's. */
const ELSEWHERE = -1;

async function addBounces(engine: Engine, provider: string, query: string): Promise<void> {
  await engine.run(
    raw(`insert into bounces (bounce_id, email, kind, code, detail, provider, occurred_at, _row)
      select ${quote(`${provider}:`)} || address_key(email), email, kind, code, detail, ${quote(provider)}, occurred_at, ${ELSEWHERE} from (${query})
      where address_key(email) is not null
      qualify row_number() over (partition by address_key(email) order by occurred_at) = 1`),
  );
}

/** Adds the rows of Mailchimp's two files to `bounces`. */
export async function addForeignFile(engine: Engine, file: ForeignFile, settings: CellSettings): Promise<void> {
  const shape = shapes[file.kind];
  const cell = (header: string | undefined): string =>
    header === undefined ? 'cast(null as varchar)' : `c${file.headers.indexOf(header)}`;
  const email = cell(findColumns('contacts', file.headers).get('email'));
  const time = readCell(cell(file.headers.find((each) => normalHeader(each) === shape.time)), 'time', settings);
  await addBounces(
    engine,
    file.kind,
    `select ${email} as email, ${quote(shape.kind)} as kind, cast(null as varchar) as code, ${quote(shape.detail)} as detail, ${time} as occurred_at from ${csvScan(await file.open())}`,
  );
}

/**
 * HubSpot's words for why mail bounced hard, as the code that says the same. Any other word says nothing of the address
 * and gets the code for that: what HubSpot calls hard cost one of its customers 4,864 contacts, a third of them alive.
 */
const hubspotReasons = `case regexp_replace(upper(trim(reason)), '[^A-Z]+', '_', 'g') when 'UNKNOWN_USER' then '5.1.1' when 'MAILBOX_FULL' then '5.2.2' when 'SPAM' then '5.7.1' when 'POLICY' then '5.7.1' when 'CONTENT' then '5.6.0' else '5.0.0' end`;

/** Adds a bounce for each contact whose HubSpot column "Email hard bounce reason" is filled. */
export async function addContactBounces(engine: Engine, contacts: SourceTable, settings: CellSettings): Promise<void> {
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
     from (select ${cell(email)} as email, ${cell(header)} as reason, ${time} as occurred_at from ${csvScan(await contacts.open())}) where reason is not null`,
  );
}
