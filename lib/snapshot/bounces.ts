/**
 * Bounces as jobs ask for them: the workbook's table, which may be kept in a warehouse, and the complaints and
 * unsubscribes found among the events. No statement of a job names the table itself, so that its rows need not come here.
 */
import type { Engine } from '../core/engine.ts';
import { ofFacts } from '../core/facts.ts';
import { type Sql, sql } from '../core/sql.ts';
import { kindOf } from './bounce-kinds.ts';
import { views } from './views.ts';

/**
 * The rows of a query over bounces, which gives `email` as `address_key` does; in them it is in a spelling that a
 * contact has. The query is asked of two tables, so that its sums are summed up again by its reader. In the second,
 * `kind` is 'complaint' or 'unsubscribe' and there is no code.
 */
export const ofBounces = (query: (bounces: Sql, areOfEvents: boolean) => Sql): Sql => sql`(
  select b.* replace (coalesce(r.spelling, b.email) as email) from (
    select * from ${ofFacts('bounces', query(sql`bounces`, false))} as of_table
    union all
    select * from (${query(views.eventReports, true)}) as of_events
  ) as b left join ${views.respelt} r on r.address = b.email)`;

/** Those in quarantine that still refuse mail, of a table that is kept elsewhere. */
export const createUnreadBounces = (engine: Engine): Promise<void> =>
  engine.run(
    sql`create or replace table unread_bounces as select * from ${ofFacts(
      'bounces',
      sql`select email, kind, occurred_at from unread_bounces where ${kindOf(sql`kind`)} in ('complaint', 'unsubscribe')`,
    )} as unread`,
  );
