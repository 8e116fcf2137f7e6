/**
 * Which contacts are one person, which of them is to stay, and whom a person is to be asked about. Leaves tables for the
 * changes of the sweep to read:
 *
 * sweep_members  (contact_id, survivor_id, rank)          everybody in a group that is merged, the survivor with rank 1
 * sweep_merged   (survivor_id, COLUMN…)                   what the survivor holds from then on
 * sweep_gone     (duplicate_id, survivor_id, probability, evidence, record)   whose row goes, kept whole
 * sweep_asked    (review_id, left_id, right_id, probability, evidence)        pairs for a person to answer
 *
 * Merges what is certain and what a person answered yes to; never what a person answered no to or took back. Looks for pairs once
 * in a period, so that a sweep that runs again finds nothing new; answers count whenever it runs.
 */

import type { Engine } from '../../../core/engine.ts';
import { ofFacts } from '../../../core/facts.ts';
import type { Metrics, Preparation } from '../../../core/prepare.ts';
import { columnOf, integer, join, literal, name, type Sql, sql } from '../../../core/sql.ts';
import { matchTable } from '../match-table.ts';
import type { MatchingRules } from '../rules.ts';
import { mergedColumns, mergedQuery } from './merged-cells.ts';

/** What tells people apart. Of the rest nothing is a person's own. */
const COMPARED = [
  ...['email', 'first_name', 'last_name', 'phone', 'birth_date', 'company'],
  ...['address', 'city', 'region', 'postal_code', 'country'],
];

const BUYERS = ofFacts('purchases', sql`select distinct contact_id from purchases`);

/** In the order in which people look at a person. */
const SHOWN = ['email', 'phone', 'birth_date', 'company', 'address', 'postal_code', 'city'];

/** Runs the sweep on the snapshot in the engine; see above for what it leaves. */
export async function sweep({ engine, context }: Preparation, rules: MatchingRules): Promise<Metrics> {
  const cells = COMPARED.map((column) =>
    column === 'email'
      ? sql`address_key(email) as email`
      : sql`cast(${columnOf(column)} as varchar) as ${columnOf(column)}`,
  );
  // Whoever has no id in the workbook yet gets one first; a merge names people by their ids. And who stands in quarantine as well
  // waits until that row is corrected: it may say that they left, under an address of its own.
  const unread = sql`contact_id in (select contact_id from unread_contacts where contact_id is not null)`;
  await engine.run(sql`
    create or replace table sweep_input as select contact_id, ${join(cells, ', ')}
    from contacts where not _keyless and not ${unread} order by contact_id`);
  const leftOut = await engine.number(sql`select count(*) from contacts where ${unread}`);
  const swept = await engine.number(
    sql`select count(*) from runs where job = 'dedupe-sweep' and period = ${context.period} and status in ('applied', 'unchanged')`,
  );
  const matching = swept > 0 ? await noPairs(engine) : await findPairs(engine, rules);
  await createAnswers(engine);
  await createGroups(engine, rules);
  await createGone(engine);
  const waiting = await createAsked(engine, rules, context.period);
  for (const table of ['sweep_input', 'match_pairs', 'match_clusters'])
    await engine.run(sql`drop table if exists ${name(table)}`);
  return {
    matching,
    ...(waiting > 0 && { questionsWaiting: waiting }),
    ...(leftOut > 0 && { leftOut: { 'with a row in quarantine': leftOut } }),
  };
}

async function findPairs(engine: Engine, rules: MatchingRules): Promise<Metrics> {
  const found = await matchTable(engine.duckdb, { table: 'sweep_input', id: 'contact_id', rules });
  const { records, candidates, pairs, certainPairs, compared, ignored } = found;
  return { records, candidates, pairs, certainPairs, compared, ignored };
}

/** A period is swept once: what the model learnt from a list with duplicates it would see otherwise without them. */
async function noPairs(engine: Engine): Promise<Metrics> {
  await engine.run(sql`create or replace table match_pairs (
    left_id varchar, right_id varchar, probability double, evidence varchar, reading varchar,
    certain boolean, conflict boolean, askable boolean)`);
  return { sentences: 'swept before in this period: only answers count' };
}

/**
 * `sweep_answers(l, r, decision)`: what people answered, of the people whom the two are by now; l < r. A merge that was undone is a
 * "no". Where there are several answers, the "no" counts.
 */
async function createAnswers(engine: Engine): Promise<void> {
  await engine.run(
    sql`create or replace temp table sweep_answers as
      select least(l, r) as l, greatest(l, r) as r, min(decision) as decision from (
        select a.contact_id as l, b.contact_id as r, lower(trim(v.decision)) as decision
        from review v join contact_refs a on a.ref = v.left_id join contact_refs b on b.ref = v.right_id
        where v.subject = 'duplicate' and lower(trim(v.decision)) in ('yes', 'no')
        union all
        select json_extract_string("before", '$.duplicate_id'), json_extract_string("before", '$.survivor_id'), 'no'
        from changes where job = 'undo' and "table" = 'merges' and "after" is null
      ) where l <> r group by 1, 2`,
  );
}

/** `sweep_members`: connected by what is certain or answered "yes"; a group with a "no" inside stays as it is. */
async function createGroups(engine: Engine, rules: MatchingRules): Promise<void> {
  await engine.run(
    sql`create or replace temp table sweep_edges as
      select least(left_id, right_id) as l, greatest(left_id, right_id) as r from match_pairs p
      where certain and not exists (select 1 from sweep_answers a where a.l = least(p.left_id, p.right_id)
        and a.r = greatest(p.left_id, p.right_id) and a.decision = 'no')
      union
      select l, r from sweep_answers where decision = 'yes' and l in (select contact_id from sweep_input)
        and r in (select contact_id from sweep_input)`,
  );
  await engine.run(
    sql`create or replace temp table sweep_groups as
      with recursive both_ways as (select l, r from sweep_edges union all select r, l from sweep_edges),
      reach(id, other) as (
        select l, l from both_ways
        union
        select reach.id, e.r from reach join both_ways e on e.l = reach.other
      )
      select id as contact_id, min(other) as group_id from reach group by id`,
  );
  const order = rules.survivorship.prefer.map((each) => {
    if (each === 'customer')
      return sql`(p.contact_id is not null or lower(c.lifecycle_stage) = 'customer') desc nulls last`;
    if (each === 'oldest') return sql`c.created_at nulls last`;
    const filled = COMPARED.map((column) => sql`cast(${columnOf(column, 'c')} is not null as integer)`);
    return sql`(${join(filled, ' + ')}) desc`;
  });
  await engine.run(
    sql`create or replace temp table sweep_members as
      with apart as (
        select g.group_id from sweep_answers a join sweep_groups g on g.contact_id = a.l join sweep_groups h on h.contact_id = a.r
        where a.decision = 'no' and g.group_id = h.group_id
      )
      select g.contact_id, first_value(g.contact_id) over w as survivor_id, row_number() over w as rank
      from sweep_groups g join contacts c on c.contact_id = g.contact_id
      left join ${BUYERS} p on p.contact_id = g.contact_id
      where g.group_id not in (select group_id from apart)
      window w as (partition by g.group_id order by ${join(order, ', ')}, length(g.contact_id), g.contact_id)`,
  );
  await engine.run(sql`create or replace temp table sweep_merged as ${mergedQuery(rules)}`);
}

/** `sweep_gone`: each row that goes, as it is, and why. */
async function createGone(engine: Engine): Promise<void> {
  await engine.run(
    sql`create or replace temp table sweep_rows as
      select c._row, c.contact_id from sweep_members m join contacts c on c.contact_id = m.contact_id where m.rank > 1
        and c._row is not null`,
  );
  const none = (await engine.number(sql`select count(*) from sweep_rows`)) === 0;
  const records = none
    ? sql`select cast(null as varchar) as contact_id, cast(null as varchar) as record where false`
    : sql`select contact_id, record from contacts_whole('sweep_rows')`;
  await engine.run(
    sql`create or replace temp table sweep_gone as
      select m.contact_id as duplicate_id, m.survivor_id, s.probability,
        concat_ws('; ', case when y.l is not null then 'a person answered yes' end, s.evidence) as evidence, w.record
      from sweep_members m
      left join (${records}) w on w.contact_id = m.contact_id
      left join sweep_answers y on y.decision = 'yes' and y.l = least(m.contact_id, m.survivor_id)
        and y.r = greatest(m.contact_id, m.survivor_id)
      left join (
        select id, max(probability) as probability, arg_max(evidence, (probability, evidence)) as evidence from (
          select unnest([p.left_id, p.right_id]) as id, p.probability, p.evidence from match_pairs p
            join sweep_members a on a.contact_id = p.left_id join sweep_members b on b.contact_id = p.right_id
            and b.survivor_id = a.survivor_id
        ) group by id
      ) s on s.id = m.contact_id
      where m.rank > 1`,
  );
}

/**
 * `sweep_asked`: what is likely, not answered and not asked before, about those who will be there, both records side by
 * side. The most certain questions come first, those about one person together, at most as many as the rules say.
 * New rows of a table are written in the order of their keys, so a key starts with the question's place.
 * Returns how many wait for the next month.
 */
async function createAsked(engine: Engine, rules: MatchingRules, period: string): Promise<number> {
  const shown = (alias: string): Sql => {
    const cells = SHOWN.map((column) => sql`cast(${columnOf(column, alias)} as varchar)`);
    const [first, last, since] = ['first_name', 'last_name', 'created_at'].map((column) => columnOf(column, alias));
    return sql`concat_ws(', ', nullif(concat_ws(' ', ${first ?? null}, ${last ?? null}), ''), ${join(cells, ', ')},
      'here since ' || cast(local_day(${since ?? null}) as varchar))`;
  };
  await engine.run(
    sql`create or replace temp table sweep_likely as
      with current_pairs as (
        select least(coalesce(a.survivor_id, p.left_id), coalesce(b.survivor_id, p.right_id)) as l,
          greatest(coalesce(a.survivor_id, p.left_id), coalesce(b.survivor_id, p.right_id)) as r, probability, reading, askable
        from match_pairs p left join sweep_members a on a.contact_id = p.left_id left join sweep_members b on b.contact_id = p.right_id
      ), best as (
        select l, r, max(probability) as probability,
          arg_max(reading, (probability, reading)) as reading, max(askable) as askable from current_pairs where l <> r group by 1, 2
      )
      select l, r, probability, reading
      from best
      where askable
        and not exists (select 1 from review v where v.subject = 'duplicate' and least(v.left_id, v.right_id) = best.l
          and greatest(v.left_id, v.right_id) = best.r)
        and not exists (select 1 from sweep_answers s where s.l = best.l and s.r = best.r)
        and not exists (select 1 from sweep_answers s join sweep_members m on m.contact_id in (s.l, s.r)
          where s.decision = 'no' and (m.survivor_id = best.l and (s.l = best.r or s.r = best.r)
          or m.survivor_id = best.r and (s.l = best.l or s.r = best.l)))`,
  );
  await engine.run(
    sql`create or replace temp table sweep_asked as
      with ends as (select l as id, probability from sweep_likely union all select r, probability from sweep_likely),
      sure as (select id, max(probability) as probability from ends group by id),
      ranked as (
        select q.*, row_number() over (order by greatest(a.probability, b.probability) desc,
          case when a.probability >= b.probability then q.l else q.r end, q.probability desc, q.l, q.r) as place
        from sweep_likely q join sure a on a.id = q.l join sure b on b.id = q.r
      )
      select concat('duplicate-', ${literal(period)}, '-', lpad(cast(place as varchar), 4, '0'), '-',
        left(md5_hex(concat(l, '|', r)), 8)) as review_id, l as left_id, r as right_id, round(probability, 4) as probability, place,
        concat('One person? "', ${shown('a')}, '" and "', ${shown('b')}, '". ',
          case when probability >= 0.99 then 'Almost certainly' when probability >= 0.9 then 'Very likely'
          when probability >= 0.7 then 'Likely' else 'Perhaps' end,
          ': ', reading, '. Write yes or no in the column decision.') as evidence
      from ranked join contacts a on a.contact_id = l join contacts b on b.contact_id = r
      where place <= ${integer(rules.questionsPerMonth)}`,
  );
  return engine.number(
    sql`select greatest(0, (select count(*) from sweep_likely) - (select count(*) from sweep_asked))`,
  );
}

/** Pairs that a person is asked about, each once. */
export const asked = sql`
  select review_id, 'duplicate' as subject, left_id, right_id, probability, evidence, 'may be one person' as why
  from sweep_asked order by place`;

/** What the survivors hold from then on. */
export const survivors = sql`
  select survivor_id as contact_id, ${join(
    mergedColumns().map((column) => columnOf(column)),
    ', ',
  )}, 'merged from a duplicate' as why from sweep_merged`;

/** The rows that go into `merges`, whole. */
export const merges = (asOf: Date) => sql`
  select duplicate_id, survivor_id, probability, evidence, ${asOf} as merged_at, record, 'one person' as why from sweep_gone`;

/** The rows that leave contacts. */
export const gone = sql`select duplicate_id as contact_id, 'merged into another record' as why from sweep_gone`;
