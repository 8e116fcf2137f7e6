/** Calendar days as text, `YYYY-MM-DD`, and as SQL. */
import { type Sql, sql } from '../../core/sql.ts';

/** A day as a DATE expression. */
export const day = (date: string): Sql => sql`cast(${date} as date)`;

/** The calendar day `days` before `date`. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}
