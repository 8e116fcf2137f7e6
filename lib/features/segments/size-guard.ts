/**
 * Each list stands alone: one that would change too much at once, or is wrong, is held by itself. Reads the steps
 * `wanted_members` and `owned_members` (list, contact_id) of the job that refreshes lists.
 */

import { join, list, name, type Sql, sql } from '../../core/sql.ts';
import { views } from '../../snapshot/views.ts';
import { normalHeader } from '../../workbook/headers.ts';
import type { WrongList } from './lists.ts';

/** Shares of a list's members that may come or go in one run before a person is warned, or the list held. */
export interface SizeLimits {
  readonly warn: number;
  readonly stop: number;
  /** Rows that `memberships` may have, all lists together; lists that grow beyond are held, the largest first. */
  readonly mostMembers?: number;
}

/** The names of lists that the rules know. */
export interface KnownLists {
  readonly ruled: readonly string[];
  /** Those of them that are never sent to, and only keep people out: that one grows is no danger. */
  readonly excluding: readonly string[];
}

/** How far a list moved: of one that only excludes, how far it shrank. */
const alone = (excluding: readonly string[]): Sql =>
  excluding.length === 0
    ? sql`abs(after - before)`
    : sql`case when part in ${list(excluding)} then before - after else abs(after - before) end`;

const sizes = (step: string): Sql => sql`(select list, count(*) as members from ${name(step)} group by list)`;

/** Percentages mean nothing in lists smaller than this; then this many members may come or go. */
const SMALL_LIST = 20;
const SMALL_CHANGE = 10;

/**
 * Rows (part, called, reason): the lists whose number of members changes by more than `share`, or falls to none. Only
 * what the rules call a list may leave the workbook: any other name was typed by a person.
 */
const resizedBy = (share: number, word: string, { ruled, excluding }: KnownLists): Sql => sql`
  select part, called, concat(case when is_ruled then concat('list "', called, '"') else called end, ${` ${word}: `},
    cast(before as string), ' to ', cast(after as string), ' members') as reason
  from (
    select *, case when is_ruled then part when nth = 1 then 'a list that no rule names'
      else concat('a list that no rule names (', cast(nth as string), ')') end as called
    from (
      select o.list as part, o.is_ruled, row_number() over (partition by o.is_ruled order by o.list) as nth,
        o.members as before, coalesce(w.members, 0) as after
      from (select list, ${named(ruled)} as is_ruled, count(*) as members from owned_members group by list) as o
      left join ${sizes('wanted_members')} as w on w.list = o.list
    ) as counted
  ) as sizes
  where (${alone(excluding)} > case when before < ${SMALL_LIST} then ${SMALL_CHANGE} else ${share} * before end)
    or (after = 0 and before >= ${SMALL_CHANGE})`;

export const heldBySize = (limits: SizeLimits, lists: KnownLists): Sql => sql`
  select part, called, reason from (${resizedBy(limits.stop, 'changes too much', lists)}${beyond(limits)}) as held
  order by part`;

/** The same for lists that grow and for which the table has no room; small lists come first. */
const beyond = ({ mostMembers }: SizeLimits): Sql =>
  mostMembers === undefined
    ? sql``
    : sql`
      union all
      select part, concat('list "', part, '"') as called, concat('list "', part, '" has no room: memberships would have ',
        cast(total as string), ${` rows, and mostMembers is ${mostMembers}`}) as reason
      from (
        select w.list as part, w.members, coalesce(o.members, 0) as before,
          sum(w.members) over (order by w.members, w.list rows unbounded preceding) as total
        from ${sizes('wanted_members')} as w left join ${sizes('owned_members')} as o on o.list = w.list
      ) as room where total > ${mostMembers} and members > before`;

/** The same for the lower limit, as (label, members before and after): worth a look, no more. */
export const resizedLists = (limits: SizeLimits, lists: KnownLists): Sql => sql`
  select called as label, reason as change
  from (${resizedBy(limits.warn, 'changes much', { ...lists, excluding: [] })}) as resized order by part`;

/**
 * What the report shows of lists beside their sizes: who joined and left by list, the limits as shares of a list's
 * members, and how many contacts are left at each step from all of them to those on a list meant for sending. Reads the
 * steps `moves` (list, contact_id, change) and `wanted_members`; counts only the lists of the rules.
 */
export function listMovement(
  limits: SizeLimits,
  ruled: readonly string[],
  sending: readonly string[],
): Readonly<Record<string, Sql>> {
  const moved = (change: string): Sql => sql`
    select list as label, count(*) as n from moves
    where change = ${change} and ${named(ruled)} group by list order by list`;
  return {
    joined: moved('joined'),
    left: moved('left'),
    limits: sql`select ${limits.warn} as warn, ${limits.stop} as stop`,
    mailable: sql`
      select count(*) as contacts, countif(valid = 1) as valid, countif(valid = 1 and refused = 0) as not_suppressed,
        countif(valid = 1 and refused = 0 and listed = 1) as listed
      from (
        select case when c.email is not null
          and coalesce(c.email_status, 'unknown') <> 'invalid' then 1 else 0 end as valid,
          case when u.contact_id is null then 0 else 1 end as refused,
          case when w.contact_id is null then 0 else 1 end as listed
        from contacts c left join ${views.unmailable} u on u.contact_id = c.contact_id
        left join (select distinct contact_id from wanted_members
        where ${named(sending)}) as w on w.contact_id = c.contact_id
      ) as steps`,
  };
}

const named = (lists: readonly string[]): Sql => (lists.length > 0 ? sql`list in ${list(lists)}` : sql`false`);

/** Rows (part, reason, kept): the lists whose rules in `file` are wrong, with the members that they keep. */
export function heldAsWrong(file: string, wrong: readonly WrongList[]): Sql {
  const rows = wrong.map(
    ({ name, problems }) => sql`
      select ${name} as part, ${`list is wrong: ${file}: ${problems.join(' ')}`} as reason,
        (select count(*) from memberships where list = ${name}) as kept`,
  );
  return join(
    [sql`select list as part, list as reason, 0 as kept from memberships where false`, ...rows],
    ' union all ',
  );
}

/** The columns that rules name, wherever in a condition, as `normalHeader` gives them; it checks nothing. */
export function columnsNamed(rules: unknown): string[] {
  if (typeof rules !== 'object' || rules === null) return [];
  const own = 'column' in rules && typeof rules.column === 'string' ? [normalHeader(rules.column)] : [];
  return [...new Set([...own, ...Object.values(rules).flatMap(columnsNamed)])];
}
