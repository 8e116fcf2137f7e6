/**
 * What a good engineer would write in an afternoon for one folder: reads the files, cleans distinct values with the
 * same libraries, works out the same suppressions, scores and lists with the same SQL, and writes the tables. No row
 * checks, no plan, no guards, no reasons, no ledger, no atomic commit. `tsx baseline.ts FOLDER AS_OF`.
 */
import { join } from 'node:path';
import bounceSuppression from '../../jobs/bounce-suppression.ts';
import { bounces } from '../../jobs/rules/bounces.ts';
import { cleaning } from '../../jobs/rules/cleaning.ts';
import { scoring } from '../../jobs/rules/scoring.ts';
import { lists } from '../../jobs/rules/segments.ts';
import { join as joinSql, raw, sql } from '../../lib/core/sql.ts';
import { tables } from '../../lib/core/tables.ts';
import { cleanLines, cleanText } from '../../lib/core/text/spacing.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { verdictSteps } from '../../lib/features/bounces/verdicts.ts';
import { cleanCountry } from '../../lib/features/hygiene/country.ts';
import { domainKinds } from '../../lib/features/hygiene/email/domain-kinds.ts';
import { emailVerdict } from '../../lib/features/hygiene/email/verdict.ts';
import { cleanName } from '../../lib/features/hygiene/name.ts';
import { cleanPhone } from '../../lib/features/hygiene/phone.ts';
import { cleanRegion } from '../../lib/features/hygiene/region.ts';
import { cleanWebsite } from '../../lib/features/hygiene/website.ts';
import { scoreQuery } from '../../lib/features/scoring/query.ts';
import { segmentInputQuery } from '../../lib/features/segments/input.ts';
import { checkLists, membershipQuery } from '../../lib/features/segments/lists.ts';
import { runSteps } from '../../lib/run/plan-job.ts';

const [folder = '.', at = ''] = process.argv.slice(2);
const asOf = new Date(at);
const engine = await openEngine({ spillFolder: join(folder, 'spill'), timeZone: 'UTC' });
await engine.reserve(1_000_000);
const run = (text: string): Promise<void> => engine.run(raw(text));
const csv = (file: string): string =>
  `read_csv('${join(folder, file)}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')`;

await read();
await clean();
await suppress();
await score();
await refresh();
await write();
engine.close();

async function read(): Promise<void> {
  await run(
    `create table contacts as select * replace (try_cast(created_at as timestamp) as created_at, try_cast(updated_at as timestamp) as updated_at, try_cast(last_activity_at as timestamp) as last_activity_at) from ${csv('contacts.csv')}`,
  );
  const there = await engine.columnsOf(sql`select * from contacts`);
  for (const [column, { type }] of Object.entries(tables.contacts.columns)) {
    if (!there.includes(column))
      await run(
        `alter table contacts add column ${column} ${{ text: 'varchar', number: 'double', date: 'date', time: 'timestamp' }[type]}`,
      );
    else if (type === 'number')
      await run(`alter table contacts alter column ${column} type double using try_cast(${column} as double)`);
  }
  await run(
    `create table refs as select contact_id as ref, contact_id from contacts union all select '@' || lower(email), min(contact_id) from contacts where email is not null group by 1`,
  );
  await run(
    `create table events as select e.event_id, r.contact_id, e.type, try_cast(e.occurred_at as timestamp) as occurred_at from ${csv('events.csv')} e join refs r on r.ref = coalesce(e.contact_id, '@' || lower(e.email))`,
  );
  await run(
    `create table purchases as select p.order_id, r.contact_id, try_cast(p.ordered_at as timestamp) as ordered_at, try_cast(p.amount as double) as amount, p.currency from ${csv('purchases.csv')} p join refs r on r.ref = coalesce(p.contact_id, '@' || lower(p.email))`,
  );
  await run(
    `create table bounces as select * replace (try_cast(occurred_at as timestamp) as occurred_at) from ${csv('bounces.csv')}`,
  );
  await run(
    `create table suppressions as select * replace (address_key(email) as email, try_cast(suppressed_at as timestamp) as suppressed_at, try_cast(released_at as timestamp) as released_at) from ${csv('suppressions.csv')}`,
  );
}

/** Calls `compute` once per distinct value, and gives a table (value…, clean…). */
async function map(
  name: string,
  over: string,
  keys: string[],
  columns: string[],
  compute: (...values: (string | null)[]) => Record<string, string | null>,
): Promise<void> {
  await runSteps(engine, [{ name, row: '', over: raw(over), keys, columns, compute }]);
}

async function clean(): Promise<void> {
  const cleaned = (clean: (value: string) => string) => (value: string | null) => ({ clean: clean(value ?? '') });
  const distinct = (column: string): string =>
    `select distinct ${column} as value from contacts where ${column} is not null`;
  await map('emails', distinct('email'), ['value'], ['clean', 'status', 'note'], (value) => {
    const { email, status, note } = emailVerdict(value ?? '', cleaning);
    return { clean: email, status, note };
  });
  await map('countries', distinct('country'), ['value'], ['clean'], cleaned(cleanCountry));
  await map(
    'firsts',
    distinct('first_name'),
    ['value'],
    ['clean'],
    cleaned((name) => cleanName(name, 'given')),
  );
  await map(
    'lasts',
    distinct('last_name'),
    ['value'],
    ['clean'],
    cleaned((name) => cleanName(name)),
  );
  await map('websites', distinct('website'), ['value'], ['clean'], cleaned(cleanWebsite));
  await map('addresses', distinct('address'), ['value'], ['clean'], cleaned(cleanLines));
  for (const column of ['company', 'job_title', 'city', 'postal_code', 'source'])
    await map(`${column}s`, distinct(column), ['value'], ['clean'], cleaned(cleanText));
  const here = (column: string): string =>
    `select distinct c.${column} as value, coalesce(k.clean, c.country) as country from contacts c left join countries k on k.value = c.country where c.${column} is not null`;
  await map('phones', here('phone'), ['value', 'country'], ['clean'], (value, country) => ({
    clean: cleanPhone(value ?? '', country ?? null),
  }));
  await map('regions', here('region'), ['value', 'country'], ['clean'], (value, country) => ({
    clean: cleanRegion(value ?? '', country ?? null),
  }));
  await run(`create table cleaned as select c.* replace (
      coalesce(c.contact_id, 'c-' || substr(md5(coalesce(c.email, '')), 1, 16)) as contact_id, coalesce(e.clean, c.email) as email, e.status as email_status, e.note as email_note,
      coalesce(k.clean, c.country) as country, coalesce(f.clean, c.first_name) as first_name, coalesce(l.clean, c.last_name) as last_name, coalesce(w.clean, c.website) as website,
      coalesce(a.clean, c.address) as address, coalesce(co.clean, c.company) as company, coalesce(j.clean, c.job_title) as job_title, coalesce(ci.clean, c.city) as city,
      coalesce(pc.clean, c.postal_code) as postal_code, coalesce(s.clean, c.source) as source, coalesce(p.clean, c.phone) as phone, coalesce(r.clean, c.region) as region)
    from contacts c left join emails e on e.value = c.email left join countries k on k.value = c.country left join firsts f on f.value = c.first_name left join lasts l on l.value = c.last_name
    left join websites w on w.value = c.website left join addresses a on a.value = c.address left join companys co on co.value = c.company left join job_titles j on j.value = c.job_title
    left join citys ci on ci.value = c.city left join postal_codes pc on pc.value = c.postal_code left join sources s on s.value = c.source
    left join phones p on p.value = c.phone and p.country is not distinct from coalesce(k.clean, c.country) left join regions r on r.value = c.region and r.country is not distinct from coalesce(k.clean, c.country)`);
  await run('drop table contacts');
  await run('alter table cleaned rename to contacts');
}

async function suppress(): Promise<void> {
  await run(
    'create view suppressed as select * from suppressions where released_at is null or suppressed_at > released_at',
  );
  await run('create table spellings (address varchar, clean varchar, plain varchar)');
  await runSteps(engine, verdictSteps(bounces, asOf));
  const [listed, followed, marked] = bounceSuppression.changes({
    asOf,
    today: '',
    period: '',
    columns: () => new Map(),
  });
  const columns = 'email, scope, contact_id, reason, suppressed_at, source, note';
  for (const change of [listed, followed]) {
    if (!change) continue;
    await engine.run(
      sql`insert into suppressions (${raw(columns)}) select ${raw(columns)} from (${change.query}) where email not in (select email from suppressions)`,
    );
  }
  if (marked)
    await engine.run(
      sql`update contacts set status = m.status from (${marked.query}) m where m.contact_id = contacts.contact_id`,
    );
  await run(
    `create view unmailable as select contact_id, status as why from contacts where status in ('unsubscribed', 'suppressed') union all select c.contact_id, 'listed' from contacts c join suppressed s on s.email = lower(c.email)`,
  );
}

async function score(): Promise<void> {
  await runSteps(engine, [domainKinds(cleaning.allow), { name: 'scores', row: '', query: scoreQuery(scoring, asOf) }]);
  await run(
    'update contacts set engagement = s.engagement, fit = s.fit, score = s.score, score_band = s.score_band from scores s where s.contact_id = contacts.contact_id',
  );
}

async function refresh(): Promise<void> {
  const { segments } = checkLists(lists);
  await runSteps(engine, [
    {
      name: 'segment_input',
      row: '',
      query: segmentInputQuery(
        segments.map((segment) => segment.members),
        asOf,
      ),
    },
  ]);
  const members = segments.map(
    (segment) =>
      sql`select ${segment.name} as list, contact_id, ${at} as joined_at from (${membershipQuery(segment, asOf)})`,
  );
  await engine.run(sql`create table memberships as ${joinSql(members, ' union all ')}`);
}

async function write(): Promise<void> {
  const out = (file: string): string => `'${join(folder, `out-${file}`)}' (header)`;
  await run(`copy contacts to ${out('contacts.csv')}`);
  await run(`copy suppressions to ${out('suppressions.csv')}`);
  await run(`copy memberships to ${out('memberships.csv')}`);
  await run(
    `copy (select list, contact_id, '${at.slice(0, 10)}' as period, 'joined' as change from memberships) to ${out('list_changes.csv')}`,
  );
}
