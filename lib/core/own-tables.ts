/**
 * The columns and tables that a team declares in jobs/rules/workbook.ts: the schema of the declaration, and which names
 * it may not use. A name that means something already, to Nightshift or to SQL, is refused before anything is read.
 */
import * as z from 'zod';
import { shown } from './rules.ts';
import { tables } from './tables.ts';

const types = z.enum(['text', 'number', 'date', 'time']);

/** Words that SQL keeps for itself in DuckDB or BigQuery, as names of columns or tables. */
const SQL_WORDS = new Set(
  `all analyse analyze and any array as asc assert_rows_modified asymmetric at between both by case cast check collate collation column
  constraint contains create cross cube current default deferrable define desc describe distinct do else end enum escape except exclude
  exists extract false fetch following for foreign from full group grouping groups hash having if ignore in initially inner intersect
  interval into is join lambda lateral leading left like limit lookup merge natural new no not null nulls of offset on only or order outer
  over partition pivot placing preceding primary proto qualify range recursive references respect returning right rollup rows select show
  some struct summarize symmetric table tablesample then to trailing treat true unbounded union unique unnest unpivot using variadic when
  where window with within`.split(/\s+/),
);

/** Tables that a run makes for itself in the engine. */
const ENGINE_TABLES = new RegExp(
  `^(${`
    audience contact_refs depart domains$ erased_ fetched facts_ first_key folded foreign_rows former found$ given$ gone$
    import_ incoming_ lost$ malformed_rows match_ moved$ diff_ planned_ quarantine_ refused reported
    runs_now consent_hints$ hint_ segment_input spellings stale_rows suppressed sweep_ twice_ unanswered
    undone unmailable unread_ value_scores full_rows whole_rows inbox`
    .trim()
    .split(/\s+/)
    .join('|')})`,
);

const nameFault = (name: string): string | null => {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return 'takes lower case letters, digits and "_", and begins with a letter';
  if (SQL_WORDS.has(name)) return `"${name}" is a word of SQL; take another name`;
  return null;
};

const columnFault = (name: string): string | null =>
  /^(why|why_.*|set_.*|before_.*|op|record)$/.test(name)
    ? `"${name}" has a meaning of its own in plans; take another name`
    : nameFault(name);

const EXTENDABLE = ['contacts', 'events', 'bounces', 'purchases', 'suppressions', 'companies'] as const;

const columnTypes = z.record(z.string(), types).superRefine((columns, context) => {
  for (const column of Object.keys(columns)) {
    const fault = columnFault(column);
    if (fault) context.addIssue({ code: 'custom', path: [column], message: fault, input: column });
  }
});

/** Rules may be read again, and then what they declared stands in the table already. */
const ofNightshift = new Map(EXTENDABLE.map((table) => [table as string, new Set(Object.keys(tables[table].columns))]));

/** `columns`: own columns of Nightshift's tables, by table; their types by name. */
export const ownColumnsSchema = z
  .partialRecord(z.enum(EXTENDABLE), columnTypes)
  .default({})
  .superRefine((declared, context) => {
    for (const [table, columns] of Object.entries(declared)) {
      for (const column of Object.keys(columns).filter((each) => ofNightshift.get(table)?.has(each))) {
        const message = `${table} has a column "${column}" of Nightshift's; take another name`;
        context.addIssue({ code: 'custom', path: [table, column], message, input: column });
      }
    }
  });

const ownTable = z
  .strictObject({ key: z.array(z.string()).min(1), columns: columnTypes })
  .superRefine(({ key, columns }, context) => {
    for (const column of key.filter((each) => !(each in columns)))
      context.addIssue({
        code: 'custom',
        path: ['key'],
        message: `found ${shown(column)}. Expected names of its own columns: ${Object.keys(columns).join(', ')}`,
        input: column,
      });
  });

/** `tables`: tables of the team's own, by name; their keys and columns. */
export const ownTablesSchema = z
  .record(z.string(), ownTable)
  .default({})
  .superRefine((declared, context) => {
    for (const table of Object.keys(declared)) {
      const message = Object.hasOwn(tables, table)
        ? `"${table}" is a table of Nightshift's; take another name`
        : ENGINE_TABLES.test(table)
          ? `"${table}" is a name that runs use themselves; take another name`
          : nameFault(table);
      if (message) context.addIssue({ code: 'custom', path: [table], message, input: table });
    }
  });
