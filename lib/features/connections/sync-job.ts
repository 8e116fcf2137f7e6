/**
 * The parts of the job sync-audiences: what stands on the tools' own lists is read before the snapshot (`gather`) into
 * the table `audiences`; the plan is what our lists and suppressions differ from it; and once the night is written, the
 * plan is handed over (deliver.ts).
 *
 * Suppressions are only added. Somebody who left there is never added to a list there; that they left is a fact for us.
 */
import { type Change, insert, remove, upsert } from '../../core/change.ts';
import { JobError } from '../../core/errors.ts';
import type { Hold } from '../../core/guard.ts';
import type { Step } from '../../core/job.ts';
import type { Gathered, Gathering, Metrics, Preparation } from '../../core/prepare.ts';
import { columnOf, join, type Sql, sql } from '../../core/sql.ts';
import { tableOf } from '../../core/tables.ts';
import { ONE_ADDRESS } from '../../intake/addresses.ts';
import { writeCell } from '../../snapshot/cells.ts';
import { views } from '../../snapshot/views.ts';
import { mailable, refused } from '../exports/index.ts';
import { looksBack, opener, type Ways, whyOf } from './open.ts';
import type { Connection, ConnectionRules } from './rules.ts';
import { staleConnections } from './stale.ts';
import type { List, Member, SuppressionList } from './vendors/vendor.ts';

/** A list of a tool, and what it is to hold. */
export interface Audience {
  /** `mailchimp/Newsletter`, `sendgrid/suppressions`. */
  readonly name: string;
  readonly connection: Connection;
  /** Our list and its name there; null for suppressions. */
  readonly list: { readonly own: string; readonly remote: string } | null;
}

export const audiencesOf = ({ connections }: ConnectionRules): Audience[] =>
  connections.flatMap((connection) => [
    ...(connection.suppress ? [{ name: `${connection.name}/suppressions`, connection, list: null }] : []),
    ...Object.entries(connection.lists).map(([own, remote]) => ({
      name: `${connection.name}/${own}`,
      connection,
      list: { own, remote },
    })),
  ]);

type StandingRow = readonly [audience: string, email: string, status: string, fields: string, fact: string];

interface Found {
  readonly rows: readonly StandingRow[];
  /** The audiences that could be read: a row is one. */
  readonly read: readonly (readonly [audience: string])[];
  /** Why the others could not. */
  readonly faults: readonly string[];
}

/** Reads what stands on the tools' lists. One that can't be read is reported, and is not in the plan. */
export async function readAudiences(at: Gathering, rules: ConnectionRules, ways: Ways = {}): Promise<Gathered> {
  const { outside } = at;
  const rows: StandingRow[] = [];
  const read: [string][] = [];
  const faults: string[] = [];
  const asked = (looksBack(at) ? [] : audiencesOf(rules)).filter(
    ({ connection: { vendor } }) => vendor.id !== 'sample' || outside.isSample,
  );
  await outside.stoppable(async (signal) => {
    const open = opener(at, { ...ways, signal });
    for (const audience of asked) {
      const { name, connection } = audience;
      try {
        const found: StandingRow[] = [];
        for await (const page of listOf(audience).members(open(connection), audience.list?.remote ?? ''))
          for (const member of page) found.push(rowOf(name, member, connection));
        for (const row of found) rows.push(row);
        read.push([name]);
      } catch (error) {
        faults.push(`${name} could not be read: ${whyOf(error)}`);
      }
    }
  });
  return { metrics: {}, guards: [], found: { rows, read, faults } satisfies Found };
}

/** What an audience is at its tool. */
export function listOf({ connection: { vendor }, list }: Audience): SuppressionList & Partial<List> {
  const found = list ? vendor.lists : vendor.suppressions;
  if (!found) throw new Error(`${vendor.label} has no such list.`);
  return found;
}

const rowOf = (name: string, { email, status, fields = {}, fact }: Member, connection: Connection): StandingRow => [
  name,
  email,
  status,
  status === 'member' ? fieldsText(connection, fields) : '',
  fact && !Number.isNaN(Date.parse(fact.at)) ? `${fact.kind} ${new Date(fact.at).toISOString()}` : '',
];

/** The fields that the rules name, as one text: what a member's fields are compared by. */
const fieldsText = ({ fields }: Connection, values: Readonly<Record<string, string>>): string =>
  Object.keys(fields).length === 0
    ? ''
    : JSON.stringify(Object.fromEntries(Object.keys(fields).map((field) => [field, values[field] ?? ''])));

/** The same, of a contact `c`. */
const fieldsSql = ({ fields }: Connection): Sql => {
  const cells = Object.entries(fields).map(([field, column]) => {
    const cell = writeCell(columnOf(column, 'c'), tableOf('contacts').columns[column]?.type ?? 'text');
    return sql`${field}, coalesce(${cell}, '')`;
  });
  return cells.length === 0 ? sql`''` : sql`cast(json_object(${join(cells, ', ')}) as string)`;
};

/** Fills `audiences` with what stands on the tools' lists. */
export async function layOutAudiences({ engine, found }: Preparation): Promise<Metrics> {
  const { rows, read, faults } = (found ?? { rows: [], read: [], faults: [] }) as Found;
  await engine.run(
    sql`create or replace temp table audience_rows (audience varchar, email varchar, status varchar, fields varchar,
      fact varchar)`,
  );
  await engine.run(sql`create or replace temp table audiences_read (audience varchar)`);
  await engine.appendRows('audience_rows', rows);
  await engine.appendRows('audiences_read', read);
  // Of two lines about one person the one that refuses mail counts.
  await engine.run(
    sql`insert into audiences (audience, email, status, fields)
      select audience, address_key(email),
        case when countif(status = 'left') > 0 then 'left'
          when countif(status = 'member') > 0 then 'member' else 'known' end,
        nullif(max(fields), '')
      from audience_rows where address_key(email) is not null group by 1, 2`,
  );
  await engine.fetchRows('bounces', { bounce_id: sql`select bounce_id from (${leftThere})` });
  if (faults.length > 0 && read.length === 0)
    throw new JobError(`No list of a tool could be read. ${faults.join('; ')}.`);
  return { ...(faults.length > 0 && { warnings: faults }) };
}

/**
 * The addresses that refuse mail for certain, by their plain spelling. What a broken row only may name is kept from
 * our own lists, and written nowhere: it would come back as that person's own departure.
 */
const certain: Sql = sql`
  select coalesce(s.plain, f.email) as plain from (
    select email from ${views.suppressed}
    union all
    select email from ${views.unanswered}
    union all
    select address_key(email) from contacts where status in ('unsubscribed', 'suppressed')
    union all
    select address_key(email) from archive where status in ('unsubscribed', 'suppressed')
    union all
    select address_key(c.email) from contacts c join ${views.unmailable} u on u.contact_id = c.contact_id
    where starts_with(u.why, 'suppression: ') or starts_with(u.why, 'reported: ')
  ) as f left join ${views.spellings} s on s.address = f.email where f.email is not null`;

/** Whom a list of ours wants where, and why. */
function wantedOf({ name, connection, list }: Audience, rules: ConnectionRules, asOf: Date): Sql {
  const standing = sql`left join audiences a on a.audience = ${name} and a.email`;
  if (!list) {
    const { onlyKnown = false } = connection.vendor.suppressions ?? {};
    return sql`
      select ${name} as audience, r.email, 'left' as status, r.reason as fields, 'suppressed' as why
      from (${refused}) r left join ${views.spellings} o on o.address = r.email ${standing} = r.email
      where coalesce(o.plain, r.email) in (${certain})
        and regexp_replace_all(r.email, ${`^${ONE_ADDRESS}$`}, '') = ''
        and ${onlyKnown ? sql`a.status = 'known'` : sql`coalesce(a.status, '') <> 'left'`}`;
  }
  return sql`
    select ${name} as audience, address_key(c.email) as email, 'member' as status,
      min(${fieldsSql(connection)}) as fields, 'on the list' as why
    from contacts c join memberships m on m.contact_id = c.contact_id and m.list = ${list.own}
    ${standing} = address_key(c.email)
    where ${mailable} and coalesce(a.status, 'known') <> 'left'
      and (coalesce(a.status, '') = 'member' or not exists (select 1 from (${staleConnections(rules, asOf)}) as s))
    group by address_key(c.email)`;
}

const NONE = sql`select cast(null as string) as audience, cast(null as string) as email, cast(null as string) as status,
  cast(null as string) as fields, cast(null as string) as why from (select 1 as one) as none where false`;

export function audienceSteps(rules: ConnectionRules, asOf: Date): Step[] {
  const audiences = audiencesOf(rules);
  const wanted = audiences.map((each) => sql`select * from (${wantedOf(each, rules, asOf)}) as w`);
  const lists = audiences.filter(({ list }) => list !== null).map(({ name }) => sql`select ${name} as audience`);
  return [
    {
      name: 'audience_wanted',
      row: 'an address that is to be on a list elsewhere',
      query: sql`select * from (${join([NONE, ...wanted], ' union all ')}) as w
        where audience in (select audience from audiences_read)`,
    },
    {
      name: 'audience_gone',
      row: 'an address that is on a list elsewhere, and is to go from it',
      query: sql`
        select a.audience, a.email from audiences a
        left join audience_wanted w on w.audience = a.audience and w.email = a.email
        where a.status = 'member' and w.email is null
          and a.audience in (${join([sql`select null`, ...lists], ' union all ')})`,
    },
  ];
}

/** People who left there and may still be mailed here: that is a fact, and comes back to us. */
const leftThere: Sql = sql`
  select concat(split_part(r.audience, '/', 1), ':left:',
      md5_hex(concat(address_key(r.email), '|', min(r.fact)))) as bounce_id,
    address_key(r.email) as email, split_part(min(r.fact), ' ', 1) as kind, split_part(r.audience, '/', 1) as provider,
    cast(split_part(min(r.fact), ' ', 2) as timestamp) as occurred_at, 'left there' as why
  from audience_rows r join contacts c on address_key(c.email) = address_key(r.email)
  where r.fact <> '' and ${mailable} group by split_part(r.audience, '/', 1), address_key(r.email)`;

export const audienceChanges = (): Change[] => [
  upsert('audiences', sql`select audience, email, status, fields, why from audience_wanted`),
  remove('audiences', sql`select audience, email, 'not on the list' as why from audience_gone`),
  insert('bounces', leftThere),
];

/** A list there that would change by more than the rules allow, or be emptied, waits by itself; the others go on. */
export function audienceHolds({ mostOfAudience: { share, count } }: ConnectionRules): Hold[] {
  const changing = sql`
    select w.audience, w.email from audience_wanted w
    left join audiences a on a.audience = w.audience and a.email = w.email
    where a.status is null or a.status <> w.status
    union all
    select audience, email from audience_gone`;
  const limit = sql`greatest(${SMALL}, least(${count}, floor(${share} * coalesce(n.standing, 0))))`;
  return [
    {
      column: 'audience',
      query: sql`
        select m.audience as part, concat(m.audience, ' would change by ', cast(m.moves as string), ' of ',
          cast(coalesce(n.standing, 0) as string), case when m.moves > ${limit} then concat(': more than the limit of ',
          cast(cast(${limit} as bigint) as string)) else ': it would be empty' end) as reason
        from (select audience, count(*) as moves from (${changing}) as c group by audience) m
        left join (
          select audience, countif(status <> 'known') as standing, countif(status = 'member') as members
          from audiences group by audience
        ) n on n.audience = m.audience
        left join (select audience, count(*) as gone from audience_gone group by audience) g on g.audience = m.audience
        where m.moves > ${limit}
          or (g.gone = n.members and n.members >= ${EMPTIED}
            and m.audience not in (select audience from audience_wanted))
        order by m.audience`,
    },
  ];
}

/** A list of so many people is never emptied without a person. */
const EMPTIED = 10;

/** So many changes are never too many. */
const SMALL = 20;
