/**
 * Files and tabs beside the workbook's tables that hold refusals and bounces in another tool's format: suppression
 * lists, lists of people with a column of consent, Mailchimp's `cleaned` and `unsubscribed` files, HubSpot's column
 * "Email hard bounce reason". Their rows are added to the workbook's bounces while it is read, so that no job needs to
 * know where a report came from. The format (lib/intake/formats) defines what each cell means.
 */

import type { Engine } from '../core/engine.ts';
import { ofFacts } from '../core/facts.ts';
import { literal, quoteText, raw, type Sql, sql } from '../core/sql.ts';
import { tables } from '../core/tables.ts';
import type { ConsentRules } from '../core/workbook-rules.ts';
import { consentHeaders, contactHeaders } from '../workbook/contact-cells.ts';
import { normalHeader } from '../workbook/headers.ts';
import type { Feed } from '../workbook/recognised.ts';
import { csvScan } from '../workbook/scan.ts';
import type { ForeignFile, SourceTable } from '../workbook/store.ts';
import type { TableText } from '../workbook/table-text.ts';
import { kindOf, kindWords } from './bounce-kinds.ts';
import { type CellSettings, readCell, readPlainCell } from './cells.ts';
import { quarantineMalformed, rowText } from './check.ts';
import { readConsent } from './consent-reading.ts';
import { selectFrom } from './contact-source.ts';
import { readStrictly } from './load.ts';
import { otherLine, otherLineIn } from './other-lines.ts';
import { addMalformedHints } from './unreadable-rows.ts';
import { views } from './views.ts';

/** The place of a row that stands in another file than its table's. */
const ELSEWHERE = -1;
const NONE = 'cast(null as varchar)';

/** A feed's row as a report: a suppression is the report that led to it. */
function reportColumns({
  table,
  columns,
}: Feed): Record<'id' | 'email' | 'contact' | 'kind' | 'code' | 'detail' | 'provider' | 'moment', string> {
  const column = (name: string): string => columns[name] ?? NONE;
  if (table !== 'suppressions') {
    return {
      ...{ id: column('bounce_id'), email: column('email'), kind: column('kind'), code: column('code') },
      ...{ detail: column('detail'), provider: column('provider'), moment: column('occurred_at') },
      contact: column('contact_id'),
    };
  }
  const kind = `case when ${column('reason')} = 'complaint' then 'complaint'
    when ${column('scope')} = 'address' then 'cleaned' else 'unsubscribe' end`;
  return {
    ...{ id: NONE, email: column('email'), contact: NONE, kind, code: NONE },
    ...{
      detail: `coalesce(${column('note')}, 'on the suppression list')`,
      provider: column('source'),
      moment: column('suppressed_at'),
    },
  };
}

/** Feeds that report refusals or bounces of an address. */
export const reportFeeds = (feeds: readonly Feed[]): Feed[] =>
  feeds.filter(({ table }) => table === 'suppressions' || table === 'bounces');

/** `foreign_rows` of one feed: the report's columns, the moment's text, `blank` and `ignored`. */
const rowsOf = (feed: Feed, headers: readonly string[], from: Sql, settings: CellSettings): Sql => {
  const { id, email, contact, kind, code, detail, provider, moment } = reportColumns(feed);
  const cells = headers.map((_, i) => `c${i}`).join(', ');
  return raw(`select ${id} as id, ${email} as email, ${contact} as contact, ${kind} as kind, ${code} as code,
    ${detail} as detail, ${provider} as provider, ${moment} as moment,
    ${readPlainCell(`(${moment})`, 'time', settings)} as occurred_at,
    coalesce(${cells}) is null or (${otherLine(headers)}) is not null as blank,
    (${feed.ignore ?? NONE}) is not null as ignored, cast(null as bigint) as _row
    from ${from.text}`);
};

/** Reads the moments that are written in other forms: few files have any, and their expression is a long one. */
async function readMoments(engine: Engine, settings: CellSettings): Promise<void> {
  const unread = sql`moment is not null and occurred_at is null`;
  if ((await engine.number(sql`select count(*) from foreign_rows where ${unread}`)) === 0) return;
  await engine.run(
    sql`update foreign_rows set occurred_at = ${raw(readCell('moment', 'time', settings))} where ${unread}`,
  );
}

/** Adds the rows of `foreign_rows` to `bounces`; ids are made of what a row says where it has none. */
const addReports = (engine: Engine, prefix: string): Promise<void> =>
  engine.run(
    sql`insert into bounces (bounce_id, email, kind, code, detail, provider, occurred_at, _row)
      select * from (
        select coalesce(id, ${literal(`${prefix}:`)} || md5_hex(concat_ws('|', address_key(email), kind, code, moment)))
          as bounce_id, email, kind, code, detail, provider, occurred_at, ${ELSEWHERE}
        from foreign_rows where not ignored and address_key(email) is not null
      ) where bounce_id not in (select bounce_id from bounces where bounce_id is not null)
      qualify row_number() over (partition by bounce_id order by occurred_at) = 1`,
  );

/**
 * Adds what one such file reports to `bounces`. Rows that can't be read go to quarantine, and count as unsubscribes
 * where the file lists those.
 * @param futureAfter a moment later than this is in the future, and unreadable for that
 * @param rules the team's answers to what columns of consent say
 * @throws ConsentQuestion for a list of people with a column of consent that is not understood
 * @returns how many rows are in quarantine
 */
export async function addForeignFile(
  engine: Engine,
  file: ForeignFile,
  settings: CellSettings,
  futureAfter: Date,
  rules: ConsentRules = {},
): Promise<number> {
  let faults = 0;
  const refusals = await refusalsOfPeople(engine, file, rules);
  for (const [nth, feed] of [...reportFeeds(file.recognised.feeds), ...refusals].entries()) {
    const text = await readStrictly(
      engine,
      file,
      (from) =>
        sql`create or replace temp table foreign_rows as ${rowsOf(feed, file.headers, csvScan(from), settings)}`,
    );
    await readMoments(engine, settings);
    await engine.run(sql`update foreign_rows set _row = rowid`);
    await addressOfContacts(engine);
    if (nth === 0) {
      const malformed = text.malformed
        .filter((row) => otherLineIn(row.text, /[,;\t|]/) === null)
        .map((row) => ({ ...row, file: file.label }));
      await quarantineMalformed(engine, 'bounces', malformed);
      await addMalformedHints(engine, 'bounces', malformed, feed.table === 'suppressions' ? 'unsubscribe' : '');
      faults += malformed.length;
    }
    faults += await quarantineForeign(engine, file, text, feed, futureAfter);
    await addReports(engine, file.recognised.id);
  }
  return faults;
}

/** A report that names a contact alone is of the address that the contact has. */
const addressOfContacts = (engine: Engine): Promise<void> =>
  engine.run(
    sql`update foreign_rows set email = p.email from (
        select ref, min(email) as email from (
          select ref, email from contact_refs join contacts using (contact_id)
          union all select contact_id, email from unread_contacts
        ) where ref is not null and email is not null group by ref
      ) p where foreign_rows.email is null and p.ref = foreign_rows.contact`,
  );

/**
 * Who says no in a column of consent of a list of people beside the contacts, as reports like an unsubscribed file's.
 * No person is added. Where no person in the list ever agreed, they get no mail as long as they are in it.
 */
async function refusalsOfPeople(engine: Engine, file: ForeignFile, rules: ConsentRules): Promise<Feed[]> {
  const { headers, recognised, label } = file;
  const shape = recognised.contacts ?? {};
  const header = contactHeaders(headers, shape).get('email');
  if (recognised.contacts === undefined || header === undefined) return [];
  const email = `c${headers.indexOf(header)}`;
  if (shape.neverAgreed) {
    await addNeverAgreed(engine, file, email);
    return [];
  }
  const found = consentHeaders(headers, shape, rules);
  const { status } = await readConsent(engine, file, selectFrom(engine, file), found, rules);
  if (status === null) return [];
  const isDead = `(${status}) = 'suppressed'`;
  return [
    {
      table: 'suppressions',
      columns: {
        email,
        scope: `case when ${isDead} then 'address' else 'person' end`,
        reason: `case when ${isDead} then 'invalid' else 'unsubscribe' end`,
        source: quoteText(label),
        note: quoteText('says no in a list of people'),
      },
      ignore: `case when coalesce((${status}) not in ('unsubscribed', 'suppressed'), true) then '' end`,
    },
  ];
}

async function addNeverAgreed(engine: Engine, file: ForeignFile, email: string): Promise<void> {
  await readStrictly(
    engine,
    file,
    (from) => sql`create or replace temp table foreign_people as select ${raw(email)} as email from ${csvScan(from)}`,
  );
  await engine.run(
    sql`insert into consent_hints
      select distinct address_key(email), ${`${file.recognised.label}: never agreed to mail`}
      from foreign_people where address_key(email) is not null`,
  );
}

/** The header, as `normalHeader` gives it, of the first cell in an expression. */
const headerIn = (expression = '', headers: readonly string[]): string =>
  normalHeader(headers[Number(/\bc(\d+)\b/.exec(expression)?.[1] ?? -1)] ?? '');

/** Removes the rows without an address or dated in the future; refusals in the latter still count. Returns how many. */
async function quarantineForeign(
  engine: Engine,
  file: ForeignFile,
  text: TableText,
  { columns, table }: Feed,
  futureAfter: Date,
): Promise<number> {
  const place = sql`concat_ws(', ', ${file.label}, ${rowText(text)})`;
  const time = table === 'suppressions' ? 'suppressed_at' : 'occurred_at';
  await engine.run(sql`insert into quarantine_now
    select 'bounces', ${place}, 'email', '', 'missing'
    from foreign_rows t where address_key(email) is null and not blank and not ignored
    union all
    select 'bounces', ${place}, ${headerIn(columns[time], file.headers)}, moment, 'in the future'
    from foreign_rows t where occurred_at > ${futureAfter} and not ignored`);
  await engine.run(
    sql`insert into unread_bounces (email, kind)
      select email, kind from foreign_rows where occurred_at > ${futureAfter} and not ignored`,
  );
  await engine.run(sql`delete from foreign_rows where ignored or blank`);
  return engine.changed(sql`delete from foreign_rows where address_key(email) is null or occurred_at > ${futureAfter}`);
}

/** Adds what the contacts' own file reports of its addresses: HubSpot's hard bounces, Mailchimp's UNSUB_TIME. */
export async function addContactReports(
  engine: Engine,
  contacts: SourceTable,
  text: TableText,
  settings: CellSettings,
): Promise<void> {
  for (const feed of reportFeeds(contacts.recognised?.feeds ?? [])) {
    await engine.run(
      sql`create or replace temp table foreign_rows as ${rowsOf(feed, contacts.headers, csvScan(text), settings)}`,
    );
    await readMoments(engine, settings);
    await addReports(engine, contacts.recognised?.id ?? tables.contacts.key[0]);
  }
}

/** How many addresses left or complained by such files, and are no contact's. */
export const refusalsOfNoContact = (engine: Engine): Promise<number> =>
  engine.number(
    sql`select count(distinct address_key(email)) from (
        select email, kind from bounces where _row = ${ELSEWHERE} union all select email, kind from ${views.eventReports})
      where ${kindOf(sql`kind`)} in ('complaint', 'unsubscribe')
        and '@' || address_key(email) not in (select ref from contact_refs where ref is not null)
        and address_key(email) not in (select address_key(email) from unread_contacts where address_key(email) is not null)`,
  );

/** The kind that an event's type reports; null for any other type. */
function reportedBy(type: string): string | null {
  const letters = type.toLowerCase().replace(/[^a-z]/g, '');
  const kinds = ['complaint', 'unsubscribe'] as const;
  return kinds.find((kind) => kindWords[kind].includes(letters)) ?? null;
}

/** Whether a type of events is a complaint or an unsubscribe. */
export const isReport = (type: string): boolean => reportedBy(type) !== null;

/** Whether complaints or unsubscribes are among the events, by their types alone. */
export async function eventsReport(
  engine: Engine,
  { headerOf, headers, remote, ...source }: SourceTable,
): Promise<boolean> {
  if (remote) return (await remote.distinct('type')).some(isReport);
  const header = headerOf.get('type');
  if (header === undefined) return false;
  const cell = raw(`c${headers.indexOf(header)}`);
  await readStrictly(
    engine,
    source,
    (from) => sql`create or replace temp table event_types as select ${cell} as type from ${csvScan(from)}`,
  );
  const found = await engine.rows(sql`select distinct type from event_types where type is not null`);
  await engine.run(sql`drop table event_types`);
  return found.some(({ type }) => reportedBy(String(type)) !== null);
}

/** Adds complaints and unsubscribes found among the events: they refuse mail, from any tool. */
export async function addEventReports(engine: Engine): Promise<void> {
  const all = ofFacts('events', sql`select distinct type from events where type is not null`);
  const types = await engine.rows(sql`select type from ${all} as found`);
  for (const type of types.map((row) => String(row.type))) {
    const kind = reportedBy(type);
    if (kind === null) continue;
    await engine.run(
      sql`insert into ${views.eventReports} (bounce_id, email, kind, detail, provider, occurred_at)
        select 'event:' || e.event_id, coalesce(c.email, e.email), ${kind}, 'among the events', 'events', e.occurred_at
        from ${ofFacts('events', sql`select event_id, contact_id, email, occurred_at from events where type = ${type}`)} as e
          left join contacts c on c.contact_id = e.contact_id
        where coalesce(c.email, e.email) is not null`,
    );
  }
}
