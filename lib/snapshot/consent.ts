/**
 * The contacts that may not be mailed: one definition, which every list and export for sending uses. It fails closed: a
 * row that can't be read otherwise, a second row with the same address (or id: both of its
 * addresses count) or a suppression with an unreadable date still count; and a reported complaint or departure that no
 * release has answered counts from the moment it is read, also where the job that would write it down is held by a
 * guard, fails or doesn't run. What is recorded under an id or address from before a merge counts for the survivor.
 */

import type { Engine } from '../core/engine.ts';
import { join, name, type Sql, sql } from '../core/sql.ts';
import { kindOf } from './bounce-kinds.ts';
import { ofBounces } from './bounces.ts';
import { releases } from './releases.ts';

/** A suppression is in force until a person releases it; what was suppressed again after the release counts again. */
export const inForce = sql`released_at is null or (suppressed_at is not null and suppressed_at > released_at)`;

/** Reported complaints and unsubscribes, with the last report's moment; those with an unreadable one as well. */
const reported = sql`
  select email, means, occurred_at from (
    select email, means, occurred_at from ${ofBounces(
      (bounces, areOfEvents) => sql`select email, means, max(occurred_at) as occurred_at
        from (select address_key(email) as email, ${areOfEvents ? sql`kind` : kindOf(sql`kind`)} as means, occurred_at
          from ${bounces}) as known
        where means in ('complaint', 'unsubscribe') group by email, means`,
    )}
    union all
    select address_key(email), ${kindOf(sql`kind`)}, occurred_at from unread_bounces
  ) as reports
  where email is not null and means in ('complaint', 'unsubscribe')`;

/**
 * Reads the reports again, after a job that adds bounces: an import's complaints count for the lists of the same run.
 */
export const refreshReports = (engine: Engine): Promise<void> =>
  engine.run(sql`create or replace table reported as ${reported}`);

/**
 * Creates `reported` (see above), and where a statement names it
 * - `suppressed(email, contact_id, scope, reason, suppressed_at)`: the suppressions in force, read or unread;
 * - `unanswered(email, means)`: the reports that no release has answered;
 * - `departures(email, means)`: the addresses whose person left, complained or is suppressed as a person; where the
 *   address of
 *   their contact changes, nothing else leads from that to the person any more;
 * - `unmailable(contact_id, why)`: each contact that no list meant for sending may hold, once, with one reason.
 */
export async function createConsentViews(engine: Engine): Promise<void> {
  const view = (called: string, query: Sql): void =>
    engine.whenNamed(called, sql`create or replace view ${name(called)} as ${query}`);
  view(
    'suppressed',
    sql`select address_key(email) as email, contact_id, scope, reason, suppressed_at from suppressions where ${inForce}
      union all
      select address_key(email), contact_id, scope, reason, suppressed_at from unread_suppressions where ${inForce}`,
  );
  await refreshReports(engine);
  view(
    'unanswered',
    sql`select r.email, r.means from reported r left join spellings o on o.address = r.email
      left join (${releases}) s on s.plain = coalesce(o.plain, r.email)
      where s.released_at is null or r.occurred_at > s.released_at`,
  );
  view(
    'departures_as_written',
    sql`select email, means as why from unanswered
      union all
      select email, reason from suppressed where coalesce(scope, 'person') <> 'address'`,
  );
  view('departed', inPlain('departures_as_written'));
  view('departures', sql`select email, why as means from (${inEverySpelling('departed')})`);
  view(
    'refused_as_written',
    sql`select address_key(email) as email, status as why from contacts
      where status in ('unsubscribed', 'suppressed') and email is not null
      union all
      select address_key(email), status from unread_contacts where email is not null and status <> 'subscribed'
      union all
      select address_key(email), status from archive
      where status in ('unsubscribed', 'suppressed') and email is not null
      union all
      select email, 'suppression: ' || coalesce(reason, 'no reason given') from suppressed where email is not null
      union all
      select email, 'reported: ' || means from unanswered
      union all
      select email, why from consent_hints`,
  );
  view('refused', inPlain('refused_as_written'));
  view('refused_addresses', inEverySpelling('refused'));
  const parts = join(await unmailableParts(engine), ' union all ');
  engine.whenNamed(
    'unmailable',
    sql`create or replace table unmailable as select contact_id, min(why) as why from (${parts}) group by contact_id`,
    true,
  );
}

/**
 * The contacts that no list for sending may hold, by source: (contact_id, why). Which contacts are broken does not
 * change during a run: where none are, they are not queried, since planning that takes longer than a small table's
 * rows.
 */
async function unmailableParts(engine: Engine): Promise<Sql[]> {
  const someAreBroken = (await engine.number(sql`select count(*) from unread_contacts`)) > 0;
  const addresses = [sql`select contact_id, address_key(email) as address from contacts`];
  const parts = [
    sql`select contact_id, 'status: ' || status as why from contacts where status in ('unsubscribed', 'suppressed')`,
    sql`select c.contact_id, 'suppression: ' || coalesce(s.reason, 'no reason given')
      from contacts c join suppressed s on s.contact_id = c.contact_id
      where coalesce(s.scope, 'person') <> 'address'`,
  ];
  if (someAreBroken) {
    addresses.push(
      sql`select c.contact_id, address_key(u.email)
        from contacts c join unread_contacts u on u.contact_id = c.contact_id`,
    );
    parts.push(
      sql`select c.contact_id, 'status: ' || u.status
        from contacts c join unread_contacts u on u.contact_id = c.contact_id where u.status <> 'subscribed'`,
    );
  }
  return [
    ...parts,
    sql`select a.contact_id, r.why
      from (${join(addresses, ' union all ')}) a left join spellings s on s.address = a.address
      join refused r on r.plain = coalesce(s.plain, a.address)`,
    sql`select f.contact_id, d.why from (${formerly}) f join (${leftUnder}) d on d.ref = f.ref`,
  ];
}

/** The rows (email, why) of a view, by the plain spelling: (plain, why). */
const inPlain = (view: string): Sql =>
  sql`select coalesce(s.plain, r.email) as plain, r.why
    from ${name(view)} r left join spellings s on s.address = r.email`;

/** The rows (plain, why) of a view for each spelling that occurs: (email, why). */
const inEverySpelling = (view: string): Sql =>
  sql`select plain as email, why from ${name(view)}
    union all
    select s.address, r.why from ${name(view)} r join spellings s on s.plain = r.plain`;

/** The names of people before a merge: an id, or `@` and the plain spelling of an address. */
const formerly = sql`
  select f.contact_id,
    case when starts_with(f.ref, '@') then '@' || coalesce(s.plain, substr(f.ref, 2)) else f.ref end as ref
  from former f left join spellings s on starts_with(f.ref, '@') and s.address = substr(f.ref, 2)`;

/** The names under which a person unsubscribed, complained or is suppressed as a person: (ref, why). */
const leftUnder = sql`
  select contact_id as ref, 'suppression: ' || coalesce(reason, 'no reason given') as why
  from suppressed where coalesce(scope, 'person') <> 'address'
  union all
  select '@' || coalesce(o.plain, p.email), 'suppression: ' || coalesce(p.reason, 'no reason given')
  from suppressed p left join spellings o on o.address = p.email
  where coalesce(p.scope, 'person') <> 'address'
  union all
  select '@' || coalesce(o.plain, u.email), 'reported: ' || u.means
  from unanswered u left join spellings o on o.address = u.email`;
