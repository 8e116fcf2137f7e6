/**
 * The prelude's functions in BigQuery's SQL: what DuckDB gets from prelude.ts, for queries over facts that are answered
 * there. A query brings those that it uses, as temporary functions. Functions of row logic (`spaced`, `jaro_winkler`) are
 * not among them: they are asked of contacts, which are here.
 */
import { join, literal, type Sql, sql } from '../core/sql.ts';

const definitions = (timeZone: string): Readonly<Record<string, Sql>> => {
  const zone = literal(timeZone);
  return {
    local_day: sql`(t timestamp) as (date(t, ${zone}))`,
    day_start: sql`(d date) as (timestamp(d, ${zone}))`,
    days_between: sql`(a date, b date) as (date_diff(b, a, day))`,
    days_before: sql`(d date, n int64) as (date_sub(d, interval n day))`,
    months_before: sql`(d date, n int64) as (date_sub(d, interval n month))`,
    week_start: sql`(d date) as (date_trunc(d, isoweek))`,
    seconds_between: sql`(a timestamp, b timestamp) as (timestamp_diff(b, a, second))`,
    trimmed: sql`(s string) as (trim(s))`,
    address_key: sql`(e string) as (nullif(lower(trim(e)), ''))`,
    domain_of: sql`(e string) as (lower(trim(array_reverse(split(e, '@'))[safe_offset(0)])))`,
    number_of: sql`(s string) as (safe_cast(trim(s) as float64))`,
    date_of: sql`(s string) as (safe_cast(substr(trim(s), 1, 10) as date))`,
    regexp_replace_all: sql`(s string, p string, r string) as (regexp_replace(s, p, r))`,
    is_one_of: sql`(s string, texts array<string>) as (s in unnest(texts))`,
    md5_hex: sql`(s string) as (to_hex(md5(s)))`,
    sha256_hex: sql`(s string) as (to_hex(sha256(s)))`,
  };
};

/** The definitions that a query needs, each ended by a semicolon; nothing where it needs none. */
export function bigQueryPrelude(query: string, timeZone: string): Sql {
  const used = Object.entries(definitions(timeZone)).filter(([name]) => new RegExp(`\\b${name}\\(`).test(query));
  return join(
    used.map(([name, definition]) => sql`create temp function ${{ text: name, values: [] }}${definition};\n`),
    '',
  );
}
