/**
 * What a record that can't be read as a row still says of consent: a row with a cell too few, a stray quote or a wrong byte names
 * its address all the same. Such a record is read for silence alone: by it somebody may be left out, and nobody be mailed.
 */
import { kindOf } from '../bounces/kinds.ts';
import type { Engine } from '../engine/duckdb.ts';
import { raw, type Sql, sql } from '../engine/sql.ts';
import type { MalformedRow } from '../store/store.ts';

/** Something with an @ in it, as far as no character ends it that ends cells. */
const ADDRESS = String.raw`[^\s"''<>,;:|]+@[^\s"''<>,;:|]+`;
/** What may stand between two cells, whatever the file's delimiter. */
const BETWEEN = String.raw`[,;\t|"]+`;

/** The tables in which a row can say that somebody wants no mail, and what one says that can't be read (`address`, `word`). */
const saying = {
  contacts: sql`insert into unread_contacts (email, status)
    select distinct address, lower(trim(word)) from said_words where lower(trim(word)) in ('unsubscribed', 'suppressed')`,
  suppressions: sql`insert into unread_suppressions (email) select distinct address from said_words`,
  bounces: sql`insert into unread_bounces (email, kind)
    select distinct address, word from said_words where ${kindOf(raw('word'))} in ('complaint', 'unsubscribe')`,
} as const;

export type ConsentTable = keyof typeof saying;

/** Adds what such records say to the table's `unread_TABLE`. `words`: said of every record, beside its own words. */
export async function hearMalformed(
  engine: Engine,
  table: ConsentTable,
  malformed: readonly MalformedRow[],
  words = '',
): Promise<void> {
  if (malformed.length === 0) return;
  await engine.run(raw('create or replace temp table said_texts (content varchar)'));
  await engine.append('said_texts', once(malformed.map(({ text }) => `${words},${text}`)));
  await engine.run(
    raw(`create or replace temp table said_words as
      select address, unnest(regexp_split_to_array(content, '${BETWEEN}')) as word
      from (select content, unnest(regexp_extract_all(lower(content), '${ADDRESS}')) as address from said_texts)`),
  );
  await engine.run(saying[table] satisfies Sql);
}

async function* once(texts: readonly string[]): AsyncGenerator<(string | null)[][]> {
  yield [[...texts]];
}
