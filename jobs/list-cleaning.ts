import { adopt, atMost, type CleaningRules, cleaningParts, job, join, name, type Sql, sql, update } from 'nightshift';
import { cleaning } from './rules/cleaning.ts';
import { mostCleaned } from './rules/guards.ts';

const { byCountry, cleanedColumns, cleaningSteps, ROLE_NOTE } = cleaningParts;

/** Every address with its verdict: a plain one by its domain and its role, any other one as it was judged whole. */
const judged = sql`
  select c.contact_id, c.email as was,
    coalesce(o.email, case when d.meant <> d.domain then regexp_replace_all(c.email, '@.*$', concat('@', d.meant))
      else c.email end) as email,
    case when o.address is not null then o.status
      when d.status = 'valid' and c.role then 'risky' else d.status end as status,
    case when o.address is not null then o.note when not c.role then d.note when d.note is null then ${ROLE_NOTE}
      else concat(d.note, ${`; ${ROLE_NOTE}`}) end as note,
    case when o.address is not null then o.typo is not null else coalesce(d.meant <> d.domain, false) end as corrected
  from addresses as c
  left join mail_domains d on d.domain = case when c.plain then c.domain end
  left join odd_addresses o on o.address = case when not c.plain then c.email end
  union all
  select contact_id, email, email, null, null, false from contacts where email is null`;

/** The verdict on each address, and the corrected address. */
const verdicts = sql`
  select contact_id, email, status as email_status, note as email_note, status as why_email_status,
    case when corrected then 'typo in the domain corrected' else 'address format corrected' end as why_email
  from judged_addresses`;

/** Every other cell in its final form, of the contacts where one is not. */
function cleaned(): Sql {
  const alias = (i: number): Sql => name(`k${i}`);
  const cells = cleanedColumns.map(
    ({ column }, i) => sql`coalesce(${alias(i)}.clean, c.${name(column)}) as ${name(column)}`,
  );
  const joins = cleanedColumns.map(({ column, lookup }, i) => {
    const country = sql` and coalesce(${alias(i)}.country, '') = coalesce(k0.clean, c.country, '')`;
    return sql`
      left join ${name(lookup)} ${alias(i)}
        on ${alias(i)}.value = c.${name(column)}${byCountry.has(lookup) ? country : sql``}`;
  });
  const found = cleanedColumns.map((_, i) => sql`${alias(i)}.value is not null`);
  return sql`select c.contact_id, ${join(cells, ', ')} from contacts c${join(joins, '')} where ${join(found, ' or ')}`;
}

/** Addresses that were judged before, and fit for mail. */
const turnedInvalid = sql`
  select count(*) from planned_contacts
  where op = 'u' and set_email_status and email_status = 'invalid' and before_email_status in ('valid', 'risky')`;

const isRewritten = join(
  cleanedColumns.map(({ column }) => sql`p.${name(`set_${column}`)}`),
  ' or ',
);

const rewritten = sql`
  select count(distinct p.contact_id) from planned_contacts p join contacts c on c.contact_id = p.contact_id
  where p.op = 'u' and c.email_status is not null and (${isRewritten})`;

const whys = Object.fromEntries(cleanedColumns.map(({ column, why }) => [column, why]));

/**
 * Puts every contact into the form that the other jobs, and the people, rely on. What can't be read with confidence
 * stays as it is.
 */
export const listCleaning = (rules: CleaningRules) =>
  job({
    name: 'list-cleaning',
    purpose: 'Judges every address, and puts names, phones, countries, regions and web addresses into one form.',
    reads: ['contacts'],
    writes: ['contacts'],
    rules,
    steps: () => [
      ...cleaningSteps(rules),
      { name: 'judged_addresses', row: 'a contact, and the verdict on its address', query: judged },
    ],
    changes: () => [
      adopt(
        'contacts',
        sql`select contact_id, 'a stable id for a row without one' as why from contacts where _keyless`,
      ),
      update('contacts', verdicts, { email_note: 'what was found' }),
      update('contacts', cleaned(), whys),
    ],
    guards: [
      atMost(mostCleaned.turnedInvalid, 'contacts', 'with an address that turns invalid', turnedInvalid),
      atMost(mostCleaned.rewritten, 'contacts', 'cleaned before and rewritten', rewritten),
    ],
    metrics: () => ({
      addresses: sql`
        select coalesce(status, 'no address') as label, count(*) as n from judged_addresses group by 1 order by 1`,
    }),
  });

export default listCleaning(cleaning);
