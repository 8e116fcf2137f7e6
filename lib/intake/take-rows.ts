/**
 * Takes the rows of a file's text into the `incoming_` tables, feed by feed, each with its file and its line. Lines that are
 * no rows (lib/snapshot/other-lines.ts) are counted in `import_ignored`, broken ones stand in `import_rejects`.
 */

import type { Engine } from '../core/engine.ts';
import { integer, name, quoteName, raw, type Sql, sql } from '../core/sql.ts';
import { otherLine, otherLineIn } from '../snapshot/other-lines.ts';
import type { Readable } from '../workbook/csv/readable.ts';
import type { Feed } from '../workbook/recognised.ts';
import { csvScan } from '../workbook/scan.ts';
import { fedByFiles } from './incoming.ts';

/** A file's text, and its number among the files. */
export interface GivenText {
  readonly file: number;
  readonly text: Readable;
  readonly headers: readonly string[];
  readonly delimiter: string;
  /** How many lines of notes stand above its header. */
  readonly notes: number;
}

/** Reads the rows of a file by all of its feeds; returns how many lines were found in it. */
export async function takeFeeds(engine: Engine, given: GivenText, feeds: readonly Feed[]): Promise<number> {
  const { file, text, headers } = given;
  const trimmed = headers.map((_, i) => `filled(c${i}) as c${i}`);
  const cells = raw(`(select row_number() over () - 1 as nth, ${trimmed.join(', ')} from ${csvScan(text).text})`);
  const other = raw(otherLine(headers));
  const [only] = feeds;
  if (only && feeds.length === 1 && only.ignore === undefined) {
    // Every row becomes one: it need not be kept first.
    const rows = sql`(select * from ${cells} where ${other} is null)`;
    const made = await takeFeed(engine, file, only, rows, await numberLines(engine, given));
    return made === text.rows ? made : made + (await ignoreOthers(engine, file, cells, other));
  }
  const kept = name(`import_text_${file}`);
  await engine.run(sql`create or replace temp table ${kept} as select * from ${cells}`);
  const found = await engine.number(sql`select count(*) from ${kept}`);
  await ignoreOthers(engine, file, kept, other);
  await engine.run(sql`delete from ${kept} where ${other} is not null`);
  const lines = await numberLines(engine, given);
  for (const feed of feeds) await takeFeed(engine, file, feed, kept, lines);
  await engine.run(sql`drop table ${kept}`);
  return found;
}

/** Counts the lines that are no rows; returns how many. */
const ignoreOthers = async (engine: Engine, file: number, from: Sql, other: Sql): Promise<number> => {
  await engine.run(
    sql`insert into import_ignored select ${file}, why, count(*)
      from (select ${other} as why from ${from}) where why is not null group by why`,
  );
  return engine.number(sql`select count(*) from ${from} where ${other} is not null`);
};

/** Takes in what one feed makes of the rows of `from`; returns how many rows it made. */
async function takeFeed(engine: Engine, file: number, feed: Feed, from: Sql, lines: Sql): Promise<number> {
  const values = Object.entries(feed.columns).map(([column, value]) => `${value} as ${quoteName(column)}`);
  const ignore = raw(feed.ignore ?? 'null');
  const into = name(`incoming_${feed.table}`);
  const made = await engine.changed(
    sql`insert into ${into} by name select cast(${file} as integer) as file, ${lines} as line, ${raw(values.join(', '))}
      from ${from} t where (${ignore}) is null`,
  );
  if (feed.ignore !== undefined)
    await engine.run(
      sql`insert into import_ignored select ${file}, (${ignore}), count(*) from ${from} t where (${ignore}) <> '' group by 2`,
    );
  return made;
}

/** Takes out what was taken in of a file that turned out to need more care. */
export async function takeBack(engine: Engine, file: number): Promise<void> {
  for (const table of [...fedByFiles().map((each) => `incoming_${each}`), 'import_ignored'])
    await engine.run(sql`delete from ${name(table)} where file = ${file}`);
}

/** The SQL for a row's place in its file, as a person counts: the header is row 1, and malformed rows count as well. */
async function numberLines(engine: Engine, { file, text, notes }: GivenText): Promise<Sql> {
  if (text.malformed.length === 0) return sql`t.nth + ${integer(2 + notes)}`;
  const [bad, good] = [name(`import_bad_${file}`), name(`import_lines_${file}`)];
  await engine.run(sql`create or replace temp table ${bad} (line varchar)`);
  await engine.appendRows(
    bad.text,
    text.malformed.map(({ row }) => [String(row)]),
  );
  const last = text.rows + text.malformed.length + 2;
  await engine.run(
    sql`create or replace temp table ${good} as select line, row_number() over (order by line) - 1 as nth
      from (select range as line from range(2, ${integer(last)}))
      where line not in (select cast(line as bigint) from ${bad})`,
  );
  return sql`(select line + ${integer(notes)} from ${good} where nth = t.nth)`;
}

/** Rejects the broken rows, and counts those lines among them that are no rows. */
export async function rejectMalformed(
  engine: Engine,
  { file, text: { malformed }, delimiter }: GivenText,
): Promise<void> {
  if (malformed.length === 0) return;
  await engine.run(
    sql`create or replace temp table import_malformed (line varchar, reason varchar, value varchar, other varchar)`,
  );
  await engine.appendRows(
    'import_malformed',
    malformed.map(({ row, reason, text }) => [
      String(row),
      reason,
      text.slice(0, 500),
      otherLineIn(text.slice(0, 10_000), delimiter),
    ]),
  );
  await engine.run(
    sql`insert into import_rejects select ${file}, cast(line as bigint), '', reason, value from import_malformed where other is null`,
  );
  await engine.run(
    sql`insert into import_ignored select ${file}, other, count(*) from import_malformed where other is not null group by other`,
  );
}
