import {
  type Change,
  type Context,
  eventNames,
  job,
  join,
  type ListRule,
  list,
  listParts,
  remove,
  type SizeLimits,
  type Sql,
  type Step,
  scoreParts,
  sql,
  upsert,
  views,
} from 'nightshift';
import { cleaning } from './rules/cleaning.ts';
import { listSizes } from './rules/guards.ts';
import { scoring } from './rules/scoring.ts';
import { lists } from './rules/segments.ts';

const {
  checkLists,
  columnsNamed,
  contactColumns,
  domainKinds,
  heldAsWrong,
  heldBySize,
  listFaults,
  listMovement,
  membershipQuery,
  resizedLists,
  segmentInputQuery,
  trials,
  whyNotQuery,
} = listParts;

const checked = (rules: readonly ListRule[], { columns, refused }: Context) =>
  checkLists(rules, {
    columns: new Map([...contactColumns(), ...columns('contacts')]),
    bands: scoreParts.bandsOf(scoring),
    eventNames: (types) => eventNames(scoring, types),
    ...(refused && { refused }),
  });

const namesOf = (rules: readonly ListRule[]): string[] => rules.map(({ name }) => String(name).trim());

const known = (rules: readonly ListRule[]) => ({
  ruled: namesOf(rules),
  excluding: namesOf(rules.filter(({ sending }) => sending === false)),
});

const sendingNames = (rules: readonly ListRule[]): string[] => namesOf(rules.filter((rule) => rule.sending !== false));

/** No list for sending keeps a contact that may not be mailed, not even one that is held or wrong. */
const lost = (rules: readonly ListRule[]): Sql => {
  const sending = sendingNames(rules);
  if (sending.length === 0) return sql`false`;
  return sql`list in ${list(sending)} and contact_id in (select contact_id from ${views.unmailable})`;
};

/** What the rules want, and what is there today. A list that is wrong wants those whom it has. */
function membersSteps(rules: readonly ListRule[], context: Context): Step[] {
  const { segments, wrong } = checked(rules, context);
  const none = sql`select list, contact_id from memberships where false`;
  const wanted = segments.map((segment): Sql => {
    const members = membershipQuery(segment, context.asOf);
    return sql`select ${segment.name} as list, contact_id from (${members}) as members`;
  });
  if (wrong.length > 0) {
    wanted.push(
      sql`
        select list, contact_id from memberships
        where list in ${list(wrong.map(({ name }) => name))} and not (${lost(rules)})`,
    );
  }
  const conditions = segments.map((segment) => segment.members);
  return [
    domainKinds(cleaning.allow),
    {
      name: 'segment_input',
      row: 'a contact, with all that any list asks of it',
      query: segmentInputQuery(conditions, context.asOf),
    },
    {
      name: 'wanted_members',
      row: 'a contact on a list, as the rules have it',
      query: join([none, ...wanted], ' union all '),
    },
    {
      name: 'owned_members',
      row: 'a contact on a list, as it is',
      query: sql`select list, contact_id, joined_at from memberships`,
    },
    { name: 'moves', row: 'a contact that joins or leaves a list', query: movesQuery },
  ];
}

/** Who joins and who leaves; a member without a joining date gets one. */
const movesQuery = sql`
  select coalesce(w.list, o.list) as list, coalesce(w.contact_id, o.contact_id) as contact_id,
    case when o.list is null then 'joined' when w.list is null then 'left' else 'dated' end as change
  from wanted_members w full join owned_members o on o.list = w.list and o.contact_id = w.contact_id
  where o.list is null or w.list is null or o.joined_at is null`;

const changesOf = ({ asOf, period }: Context): Change[] => [
  upsert(
    'memberships',
    sql`select list, contact_id, ${asOf} as joined_at, 'joined' as why from moves where change <> 'left'`,
  ),
  remove('memberships', sql`select list, contact_id, 'left' as why from moves where change = 'left'`),
  upsert(
    'list_changes',
    sql`select list, contact_id, ${period} as period, change, change as why from moves where change <> 'dated'`,
  ),
];

/** Rebuilds every list from its rule. One that is wrong, or changes too much at once, is held; the others go on. */
export const listRefresh = (rules: readonly ListRule[], sizes: SizeLimits) =>
  job({
    name: 'list-refresh',
    purpose: 'Rebuilds every list from its rule, and records who joined and who left.',
    reads: ['contacts', 'events', 'purchases', 'suppressions', 'memberships'],
    writes: ['memberships', 'list_changes'],
    needs: ['bounce-suppression'],
    rules: { rules, sizes },
    extraColumns: columnsNamed(rules),
    ruleFaults: () => listFaults('jobs/rules/segments.ts', rules, { bands: scoreParts.bandsOf(scoring) }),
    trials: (context) => trials(checked(rules, context).segments, context.asOf),
    steps: (context) => membersSteps(rules, context),
    changes: changesOf,
    holds: (context) => [
      {
        column: 'list',
        query: heldBySize(sizes, known(rules)),
        spares: {
          memberships: sql`op = 'd' and ${lost(rules)}`,
          list_changes: sql`change = 'left' and ${lost(rules)}`,
        },
      },
      { query: heldAsWrong('jobs/rules/segments.ts', checked(rules, context).wrong) },
    ],
    metrics: () => ({
      lists: sql`select list as label, count(*) as n from wanted_members group by list order by list`,
      resized: resizedLists(sizes, known(rules)),
      ...listMovement(sizes, namesOf(rules), sendingNames(rules)),
    }),
    explains: (context, contactId) => [
      {
        title: 'Lists',
        query: sql`select list, joined_at as since from memberships where contact_id = ${contactId} order by list`,
      },
      {
        title: 'Joined and left',
        query: sql`
          select period, list, change from list_changes where contact_id = ${contactId} order by period desc, list`,
      },
      {
        title: 'Not on these lists: each condition, its value, and whether it held',
        query: whyNotQuery(checked(rules, context).segments, context.asOf, contactId),
      },
    ],
  });

export default listRefresh(lists, listSizes);
