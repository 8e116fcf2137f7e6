/**
 * What a team may say about its workbook as a whole: time zone, dates, other names of columns, and how much a table
 * may shrink between two runs. Checked when the program starts; a wrong rule stops everything before it reads a row.
 */
import * as z from 'zod';
import { ownColumnsSchema, ownTablesSchema } from './own-tables.ts';
import { checkRules, shown } from './rules.ts';
import { declare, tableOf, tables } from './tables.ts';

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Za-z0-9_+\-/]+$/.test(zone);
  } catch {
    return false;
  }
};

/** A file, a folder or a pattern such as `events/*.parquet`; `columns` are other names of columns: header → column. */
const source = (table: 'events' | 'bounces' | 'purchases') => {
  const columns = z.record(z.string(), z.enum(Object.keys(tables[table].columns) as [string, ...string[]]));
  return z
    .union([z.string().min(1), z.strictObject({ files: z.string().min(1), columns })])
    .transform((given) => (typeof given === 'string' ? { files: given, columns: {} } : given))
    .optional();
};

const derivedColumns = Object.entries(tables.contacts.columns).flatMap(([name, { derived }]) =>
  derived ? [name] : [],
);

const schema = z.strictObject({
  /** IANA name: a day is a day there, and dates without an offset are local there. */
  timeZone: z.string().refine(isTimeZone, {
    error: ({ input }) => `found ${shown(input)}. Expected an IANA time zone such as "Europe/Berlin"`,
  }),
  /** What 01/02/2026 means; left out, such dates are unreadable. */
  slashedDates: z.enum(['MM/DD/YYYY', 'DD/MM/YYYY']).optional(),
  /** Other names of the contacts table's columns: header → column. */
  aliases: z.record(z.string(), z.string()),
  /**
   * What the values of a column that may speak of consent mean: header → values for yes and no (in any case of
   * letters), or that it has nothing to do with mail. `''` is an empty cell.
   */
  consent: z
    .record(
      z.string(),
      z.union([
        z.literal('ignore'),
        z.strictObject({ yes: z.array(z.string()).default([]), no: z.array(z.string()).default([]) }),
      ]),
    )
    .default({}),
  /** Columns of the team's own in Nightshift's tables, and tables of its own, with their types. */
  columns: ownColumnsSchema,
  tables: ownTablesSchema,
  /** Where a derived column goes whose header stands over values that no run wrote: another header, or 'take over'. */
  derived: z
    .partialRecord(z.enum(derivedColumns as [string, ...string[]]), z.string().trim().min(1))
    .default({})
    .transform(
      (answers): Readonly<Record<string, string>> =>
        Object.fromEntries(Object.entries(answers).flatMap(([column, answer]) => (answer ? [[column, answer]] : []))),
    ),
  /** Facts that are kept outside of the workbook, in CSV or Parquet files. Paths begin at the repository's folder. */
  sources: z
    .strictObject({ events: source('events'), bounces: source('bounces'), purchases: source('purchases') })
    .default({}),
  /** What a workbook in BigQuery may cost, in gigabytes billed (1e9 bytes), and how many days of facts it keeps. */
  bigquery: z
    .strictObject({
      gigabytesPerQuery: z.number().positive().default(100),
      gigabytesPerRun: z.number().positive().default(500),
      keepDays: z
        .strictObject({
          events: z.int().min(1).optional(),
          bounces: z.int().min(1).optional(),
          purchases: z.int().min(1).optional(),
        })
        .default({})
        .transform(
          (days): Readonly<Record<string, number>> =>
            Object.fromEntries(Object.entries(days).flatMap(([table, n]) => (n === undefined ? [] : [[table, n]]))),
        ),
    })
    .prefault({}),
  /** A table with fewer rows than at the last run, by more than this share, stops the jobs that read it. */
  shrink: z.strictObject({ share: z.number().min(0).max(1) }),
  /** How many days GitHub keeps the export files of a run on Actions, in a private repository. */
  exportFiles: z.strictObject({ keptDays: z.int().min(1).max(90) }).default({ keptDays: 7 }),
});

export type WorkbookRules = z.infer<typeof schema>;
/** The team's answers to what columns say of consent. */
export type ConsentRules = WorkbookRules['consent'];
/** Where tables lie that are kept outside of the workbook. */
export type Sources = WorkbookRules['sources'];

const FILE = 'jobs/rules/workbook.ts';

/** The workbook's rules, checked. What they declare is part of the list of tables from then on. @throws RulesError */
export function workbookRules(rules: z.input<typeof schema>): WorkbookRules {
  const checked = checkRules(FILE, schema, rules);
  declare(checked);
  const columns = Object.keys(tableOf('contacts').columns);
  checkRules(FILE, z.object({ aliases: z.record(z.string(), z.enum(columns as [string, ...string[]])) }), checked);
  return checked;
}
