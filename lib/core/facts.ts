/**
 * Queries over facts alone: events, bounces or purchases summed up by contact, which may be far too many to come here.
 * `ofFacts` marks such a query inside a larger statement. Where the table is in the engine the mark means nothing; where
 * it is kept elsewhere, the query is answered there, and its result stands in its place. One definition serves both.
 */
import { JobError } from './errors.ts';
import { name, parametersIn, type Sql, sql } from './sql.ts';

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

/** Stands in every statement that asks facts. */
export const FACTS_MARK = '/*facts:';

/** A statement asks for all rows of facts that are kept elsewhere, after the run added or removed some here. */
export class FactsAdded extends JobError {
  override name = 'FactsAdded';

  constructor(table: string) {
    super(
      `A statement asks for the rows of ${table}, which are kept in a warehouse, after an earlier job of this run ` +
        `changed some. Ask it by ofFacts('${table}', …) (docs/bigquery.md), or run this job by itself.`,
    );
  }
}

/** A marked query of a statement. */
export interface FactQuery {
  readonly table: string;
  readonly query: Sql;
}

const PARTS = /\(\/\*facts:(\w+)\*\/ ([\s\S]*?) \/\*facts end\*\/\)/g;

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

const BY_KEY = '/*by key*/';

/**
 * A table in a statement that looks rows up by their keys, or adds some: where it is kept elsewhere, the rows that
 * `Engine.fetchRows` fetched are enough for it.
 */
export const byKey = (table: string): Sql =>
  table in BEGIN ? { text: `${table} ${BY_KEY}`, values: [] } : name(table);

/** Tables that a statement asks for rows of, by name after `from` or `join`; whether for all of them. */
export const readsRows = (
  text: string,
  tables: Iterable<string>,
): { readonly table: string; readonly all: boolean }[] =>
  [...tables].flatMap((table) => {
    const found = [...text.matchAll(new RegExp(`\\b(?:from|join|into|update)\\s+${table}\\b( /[*]by key[*]/)?`, 'gi'))];
    return found.length > 0 ? [{ table, all: found.some(([, mark]) => mark === undefined) }] : [];
  });
