/**
 * Facts that stay in BigQuery. Once a run their table is judged there: whom each fact is about, and which can't be
 * counted, into a table that expires. What jobs ask of it is answered from that table, in BigQuery's own SQL, and only
 * the answers come here.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { join, list, literal, name, type Sql, sql } from '../../core/sql.ts';
import { tableOf } from '../../core/tables.ts';
import { bigQueryPrelude } from '../../engine/bigquery-prelude.ts';
import { writeText } from '../csv/write-text.ts';
import type { Answer, RemoteTable, Resolved, Resolving } from '../remote-table.ts';
import type { CsvText } from '../table-text.ts';
import type { Job } from './client.ts';
import {
  columnValue,
  type Facts,
  judgedRows,
  NOT_A_NUMBER,
  textNumbers,
  timeColumn,
  typedText,
  unreadAt,
  unreadRows,
} from './judge.ts';
import { fieldIn, fieldsIn } from './outline.ts';
import { STAGED_MS, type Steps } from './steps.ts';

/** Facts that are asked where they are. */
export const STAYING: ReadonlySet<string> = new Set(['events', 'purchases', 'bounces']);

/** Rows at fault that come here, of each reason; the others are counted. */
const SHOWN = 1000;
const ANSWERS: Readonly<Record<string, Answer['columns'][number]['type']>> = {
  INTEGER: 'whole',
  INT64: 'whole',
  FLOAT: 'number',
  FLOAT64: 'number',
  NUMERIC: 'number',
  BIGNUMERIC: 'number',
  DATE: 'date',
  TIMESTAMP: 'time',
  BOOLEAN: 'truth',
  BOOL: 'truth',
};

/** A table of facts that stays in its dataset. */
export class DatasetFacts implements RemoteTable {
  readonly #steps: Steps;
  readonly #facts: Facts;
  readonly #distinct = new Map<string, ReturnType<Steps['rows']>>();
  readonly #onFetch: (text: CsvText) => void;
  /** Conditions of the rows that were fetched, and these. */
  readonly #wanted: Sql[] = [];
  #fetched: CsvText | null = null;
  #isReplaced = false;
  #judged: { readonly table: Sql; readonly timeZone: string } | null = null;

  /** @param onFetch gets the rows that were fetched, whose places patches count */
  constructor(steps: Steps, facts: Facts, onFetch: (text: CsvText) => void = () => {}) {
    this.#steps = steps;
    this.#facts = facts;
    this.#onFetch = onFetch;
  }

  newPath = (): string => this.#steps.newPath('parquet');

  #run = (query: Sql, what: string): Promise<Job> =>
    this.#steps.client.query(this.#steps.id('facts'), query, `${what} ${this.#facts.table}`);

  #rows = (query: Sql, what: string) => this.#steps.rows('facts', query, `${what} ${this.#facts.table}`);

  distinct = async (column: string): Promise<string[]> => {
    const cell = columnValue(this.#facts, column, 'UTC');
    const query = sql`select distinct ${cell} as found from ${this.#steps.at(this.#facts.outline)}`;
    const found = this.#distinct.get(column) ?? this.#rows(query, 'reading which kinds there are of');
    this.#distinct.set(column, found);
    return (await found).flatMap(([text]) => text ?? []);
  };

  needsReader = async (timeZone: string, column: string, refusing: readonly string[]): Promise<boolean> => {
    const unread = unreadRows(this.#facts, timeZone);
    if (unread === null) return false;
    const kind = columnValue(this.#facts, column, timeZone);
    const refuses = refusing.length > 0 ? sql`${kind} in ${list(refusing)}` : sql`false`;
    const query = sql`select countif((${unread}) and ${refuses}) as a, countif(${unread}) as b, count(*) as n
      from ${this.#steps.at(this.#facts.outline)}`;
    const [[ofRefusing, ofAll, all] = []] = await this.#rows(query, 'reading cells of');
    return Number(ofRefusing) > 0 || Number(ofAll) > Number(all) / 2;
  };

  resolve = async (given: Resolving): Promise<Resolved> => {
    const refs = given.refs === null ? null : await this.#steps.upload(given.refs, ['ref', 'contact_id']);
    const table = this.#steps.table(this.#steps.stagingName(`judged_${this.#facts.table}`));
    const expires = literal(new Date(Date.now() + STAGED_MS).toISOString());
    const source = this.#steps.at(this.#facts.outline);
    await this.#run(
      sql`create or replace table ${table} partition by timestamp_trunc(${fieldIn(timeColumn(this.#facts))}, month)
        cluster by ${refs ? sql`contact_id` : sql`email`}
        options(expiration_timestamp = timestamp ${expires}) as ${judgedRows(this.#facts, source, refs, given)}`,
      'finding the contacts of',
    );
    this.#judged = { table, timeZone: given.timeZone };
    this.#isReplaced = false;
    return this.#report(table);
  };

  fetchRows = async (texts: string | null): Promise<CsvText> => {
    const { headers } = this.#facts.outline;
    const text = texts
      ? await this.#rowsNamedBy(texts)
      : await writeText((async function* () {})(), headers, this.#steps.newPath());
    this.#fetched = this.#fetched ? await appended(this.#fetched, text) : text;
    this.#onFetch(this.#fetched);
    return this.#fetched;
  };

  /** The rows that a file of texts names, but for those that were fetched before. */
  async #rowsNamedBy(texts: string): Promise<CsvText> {
    const { columns, key } = tableOf(this.#facts.table);
    const staged = await this.#steps.upload(texts, ['column_name', 'text']);
    const named = [...key, 'contact_id', 'email'].filter((column) => column in columns);
    const found = named.map((column) => {
      const cell = columnValue(this.#facts, column, 'UTC');
      const plain = column === 'email' ? sql`lower(trim(${cell}))` : cell;
      return sql`coalesce(${plain} in (select text from ${staged} where column_name = ${column}), false)`;
    });
    const wanted = sql`(${join(found, ' or ')})`;
    const where = join([wanted, ...this.#wanted.map((earlier) => sql`not ${earlier}`)], ' and ');
    this.#wanted.push(wanted);
    return this.#steps.read(this.#facts.outline, [this.#facts.headerOf.get(key[0] ?? '') ?? ''], where);
  }

  replace = async (rows: string): Promise<void> => {
    if (!this.#judged) throw new Error(`${this.#facts.table} were changed before they were resolved`);
    const { table } = this.#judged;
    const { columns, key } = tableOf(this.#facts.table);
    const names = Object.keys(columns);
    const staged = await this.#steps.upload(rows, [...names, '_gone']);
    const id = fieldIn(key[0] ?? '');
    if (this.#isReplaced || (this.#fetched?.rows ?? 0) > 0)
      await this.#run(sql`delete from ${table} where ${id} in (select ${id} from ${staged})`, 'changing');
    const typed = Object.entries(columns).map(([column, { type }]) => typedText(fieldIn(column), type));
    await this.#run(
      sql`insert into ${table} (${fieldsIn(names)}) select ${join(typed, ', ')} from ${staged} where _gone is null`,
      'adding to',
    );
    this.#isReplaced = true;
  };

  answer = async (query: Sql, until: Date): Promise<Answer> => {
    if (!this.#judged) throw new Error(`${this.#facts.table} were asked before they were resolved`);
    const { client } = this.#steps;
    const { table, timeZone } = this.#judged;
    const named = this.#named(query);
    const known = query.text.includes(`unread_${this.#facts.table}`)
      ? sql`${name(`unread_${this.#facts.table}`)} as (select ${named} from ${table} where _fault is not null)`
      : sql`${name(this.#facts.table)} as (select ${named} from ${table}
      where _fault is null and ${fieldIn(timeColumn(this.#facts))} <= ${until})`;
    const [, rest] = /^\s*with\s([\s\S]*)$/i.exec(query.text) ?? [];
    const whole = rest === undefined ? sql`with ${known} ${query}` : sql`with ${known}, ${{ ...query, text: rest }}`;
    const job = await this.#run(sql`${bigQueryPrelude(query.text, timeZone)}${whole}`, 'asking');
    const fields = await client.fields(job, 'asking facts');
    const names = fields.map((field) => field.name ?? '');
    const text = await writeText(client.pages(job, 'asking facts'), names, this.#steps.newPath());
    const columns = fields.map(({ type }, i) => ({ name: names[i] ?? '', type: ANSWERS[type ?? ''] ?? 'text' }));
    return { text, columns };
  };

  /** Only the columns that a query names are read, and billed. */
  #named({ text }: Sql): Sql {
    const { columns, key } = tableOf(this.#facts.table);
    const isNamed = (column: string): boolean =>
      /(select|,)\s+(\w+\.)?\*/i.test(text) || new RegExp(`\\b${column}\\b`).test(text);
    const named = Object.keys(columns).filter(isNamed);
    return fieldsIn(named.length > 0 ? named : key);
  }

  async #report(table: Sql): Promise<Resolved> {
    const counted = (await this.#rows(this.#counts(table), 'counting')).map(([reason, column, what, n]) => ({
      reason: reason ?? '',
      column: column ?? '',
      isCell: what === 'cell',
      rows: Number(n),
    }));
    const faults = counted.filter(({ reason, isCell }) => reason !== '' && !isCell);
    const unreadable = counted
      .filter(({ reason, isCell }) => reason === '' && isCell)
      .map((found) => ({ ...found, reason: NOT_A_NUMBER }));
    const sound = counted.find(({ reason, isCell }) => reason === '' && !isCell);
    return {
      rows: sound?.rows ?? 0,
      hash: this.#facts.outline.version,
      faults,
      unreadable,
      faulty: faults.length + unreadable.length > 0 ? await this.#faulty(table) : NO_ROWS,
    };
  }

  /** Rows (_fault, _at, what, n): rows by fault, and cells of numbers that can't be read. */
  #counts(table: Sql): Sql {
    const cells = textNumbers(this.#facts).map(
      (column, i) => sql` union all select _fault, ${column}, 'cell', countif(${unreadAt(i)} is not null)
        from ${table} group by _fault`,
    );
    return sql`select _fault, _at, what, cast(n as string) as n from (
      select _fault, _at, 'row' as what, count(*) as n from ${table} group by _fault, _at${join(cells, '')}
    ) as counts where n > 0 order by what, _fault, _at`;
  }

  /** The rows and cells at fault (row_key, column, value, reason), so many of each. */
  async #faulty(table: Sql): Promise<CsvText> {
    const [key = ''] = tableOf(this.#facts.table).key;
    const atFault = [
      sql`select ${fieldIn(key)}, _at, _value, _fault from ${table} where _fault is not null`,
      ...textNumbers(this.#facts).map(
        (column, i) => sql`select ${fieldIn(key)}, ${column}, ${unreadAt(i)}, ${NOT_A_NUMBER} from ${table}
          where _fault is null and ${unreadAt(i)} is not null`,
      ),
    ];
    const query = sql`select coalesce(${fieldIn(key)}, concat('a row without ', ${key})) as row_key, _at, _value, _fault
      from (${join(atFault, ' union all ')}) as at_fault where true
      qualify row_number() over (partition by _fault, _at order by ${fieldIn(key)}) <= ${SHOWN}
      order by _fault, row_key`;
    const what = 'reading those at fault among';
    const headers = ['row_key', 'column', 'value', 'reason'];
    return writeText(this.#steps.client.pages(await this.#run(query, what), what), headers, this.#steps.newPath());
  }
}

/** The rows of two texts of one table in one file. */
async function appended(first: CsvText, second: CsvText): Promise<CsvText> {
  const text = await readFile(second.path, 'utf8');
  await appendFile(first.path, text.slice(text.indexOf('\n') + 1));
  return { ...first, rows: first.rows + second.rows, hash: `${first.hash}${second.hash}` };
}

const NO_ROWS: CsvText = { path: '', options: '', rows: 0, hash: '', malformed: [] };
