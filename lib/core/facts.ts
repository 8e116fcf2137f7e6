/**
 * Queries over facts alone: events, bounces or purchases summed up by contact, which may be far too many to bring here.
 * `ofFacts` marks such a query inside a larger statement. Where the table is in the engine the mark means nothing; where
 * it is kept elsewhere, the query is answered there, and its result stands in its place. One definition serves both.
 */
import { type Sql, sql } from './sql.ts';

/** The tables that can be kept elsewhere and asked there. */
export type FactTable = 'events' | 'purchases' | 'bounces';

const BEGIN: Readonly<Record<FactTable, Sql>> = {
  events: sql`/*facts:events*/`,
  purchases: sql`/*facts:purchases*/`,
  bounces: sql`/*facts:bounces*/`,
};

/**
 * `select … from ${ofFacts('events', sql`select contact_id, count(*) as n from events group by contact_id`)} as e`: a
 * query in brackets that reads this table and no other, written in the SQL that DuckDB and BigQuery share.
 */
export const ofFacts = (table: FactTable, query: Sql): Sql => sql`(${BEGIN[table]} ${query} /*facts end*/)`;

/** A marked query of a statement. */
export interface FactQuery {
  readonly table: string;
  readonly query: Sql;
}

const PARTS = /\(\/\*facts:(\w+)\*\/ ([\s\S]*?) \/\*facts end\*\/\)/g;
const MARKS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g;

const parametersIn = (text: string): number => (text.match(MARKS) ?? []).filter((mark) => mark === '?').length;

/**
 * A statement with its marked queries taken out.
 * @param name the table that stands for a query; null leaves the query where it is
 */
export function withoutFacts({ text, values }: Sql, name: (found: FactQuery) => string | null): Sql {
  let rest = '';
  const kept: Sql['values'][number][] = [];
  let at = 0;
  let used = 0;
  const take = (piece: string): typeof kept => {
    const own = values.slice(used, used + parametersIn(piece));
    used += own.length;
    return own;
  };
  for (const match of text.matchAll(PARTS)) {
    const [whole, table = '', query = ''] = match;
    const before = text.slice(at, match.index);
    kept.push(...take(before));
    const own = take(query);
    const replaced = name({ table, query: { text: query, values: own } });
    rest += before + (replaced ?? whole);
    if (replaced === null) kept.push(...own);
    at = match.index + whole.length;
  }
  const last = text.slice(at);
  return { text: rest + last, values: [...kept, ...take(last)] };
}

/** Tables that a statement asks for rows of: by name, after `from` or `join`. */
export const readsRows = (text: string, tables: Iterable<string>): string[] =>
  [...tables].filter((table) => new RegExp(`\\b(from|join|into|update)\\s+${table}\\b`, 'i').test(text));
