/** Releases by a person: of an address, however it is written. */
import { type Sql, sql } from '../core/sql.ts';

/** An address (in the spelling that all its spellings have in common) and when a person released it last. */
export const releases: Sql = sql`
  select coalesce(o.plain, l.email) as plain, max(l.released_at) as released_at
  from suppressions l left join spellings o on o.address = l.email where l.released_at is not null group by 1`;
