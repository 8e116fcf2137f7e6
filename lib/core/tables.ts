/**
 * The tables of a workbook: their columns, types and keys, as workbook.md's readers know them. One list, which the
 * stores, the row check, the plan, `init` and the docs all read. It holds no data and knows no store and no job.
 */

/** How a cell's text is read. Text stays as it is; an empty cell is unknown (NULL) in every type. */
export type ColumnType = 'text' | 'number' | 'date' | 'time';

export interface Column {
  readonly type: ColumnType;
  /** Worked out anew by every run from the whole history: no decision, so no row in `changes`. */
  readonly derived?: true;
}

export interface Table {
  readonly key: readonly string[];
  /** The key is an address: compared without case and outer spaces. */
  readonly keyIsAddress?: true;
  /** What happened in the world: read, never changed by a job. */
  readonly facts?: true;
  /** A record of decisions, or of runs: its rows are no decisions of their own. */
  readonly record?: true;
  /** Its removals are written to `changes` all the same: nothing else keeps what goes. */
  readonly removalsRecorded?: true;
  /** A column that people fill in: it is laid out with the table, empty as it is. */
  readonly answered?: string;
  readonly columns: Readonly<Record<string, Column>>;
}

const text: Column = { type: 'text' };
const number: Column = { type: 'number' };
const date: Column = { type: 'date' };
const time: Column = { type: 'time' };
const derived = (column: Column): Column => ({ ...column, derived: true });
const texts = (...names: string[]): Record<string, Column> => Object.fromEntries(names.map((name) => [name, text]));

const contactColumns: Record<string, Column> = {
  ...texts('contact_id', 'email', 'first_name', 'last_name', 'phone'),
  birth_date: date,
  ...texts('company', 'job_title', 'website', 'address', 'city', 'region', 'postal_code', 'country', 'source'),
  lifecycle_stage: text,
  created_at: time,
  updated_at: time,
  last_activity_at: time,
  ...texts('status', 'email_status', 'email_note'),
  engagement: derived(number),
  fit: derived(number),
  score: derived(number),
  score_band: derived(text),
  industry: text,
  employees: number,
  annual_revenue: number,
  enriched_at: time,
  orders: derived(number),
  last_order_at: derived(time),
  lifetime_value: derived(number),
  value_band: derived(text),
  p_alive: derived(number),
  expected_orders: derived(number),
};

export const tables = {
  contacts: { key: ['contact_id'], columns: contactColumns },
  events: {
    key: ['event_id'],
    facts: true,
    columns: {
      ...texts('event_id', 'contact_id', 'email', 'type'),
      occurred_at: time,
      value: number,
      campaign: text,
    },
  },
  bounces: {
    key: ['bounce_id'],
    facts: true,
    columns: { ...texts('bounce_id', 'email', 'kind', 'code', 'detail', 'provider'), occurred_at: time },
  },
  purchases: {
    key: ['order_id'],
    facts: true,
    columns: { ...texts('order_id', 'contact_id', 'email'), ordered_at: time, amount: number, currency: text },
  },
  suppressions: {
    key: ['email'],
    keyIsAddress: true,
    columns: {
      ...texts('email', 'scope', 'contact_id', 'reason'),
      suppressed_at: time,
      ...texts('source', 'note'),
      released_at: time,
    },
  },
  // Who joined stands in list_changes, which says it per period; `changes` would say it twice.
  memberships: {
    record: true,
    removalsRecorded: true,
    key: ['list', 'contact_id'],
    columns: { ...texts('list', 'contact_id'), joined_at: time },
  },
  list_changes: {
    key: ['list', 'contact_id', 'period'],
    record: true,
    columns: texts('list', 'contact_id', 'period', 'change'),
  },
  merges: {
    key: ['duplicate_id'],
    columns: {
      ...texts('duplicate_id', 'survivor_id'),
      probability: number,
      evidence: text,
      merged_at: time,
      record: text,
    },
  },
  review: {
    key: ['review_id'],
    answered: 'decision',
    columns: {
      ...texts('review_id', 'subject', 'left_id', 'right_id'),
      probability: number,
      ...texts('evidence', 'decision'),
    },
  },
  archive: {
    key: ['contact_id'],
    columns: { ...contactColumns, archived_at: time, archive_reason: text, record: text },
  },
  companies: {
    key: ['domain'],
    columns: {
      ...texts('domain', 'company', 'industry'),
      employees: number,
      annual_revenue: number,
      ...texts('country', 'source'),
      fetched_at: time,
      ...texts('mail', 'website'),
      checked_at: time,
      missed_at: time,
      ...texts('source_note'),
    },
  },
  changes: {
    key: ['change_id'],
    record: true,
    columns: {
      ...texts('change_id', 'job', 'period', 'run'),
      at: time,
      ...texts('table', 'row_key', 'column', 'before', 'after', 'reason'),
    },
  },
  quarantine: {
    key: ['table', 'row_key', 'column'],
    record: true,
    columns: { ...texts('table', 'row_key', 'column', 'value', 'reason'), first_seen: time },
  },
  runs: {
    key: ['job', 'period'],
    record: true,
    columns: { ...texts('job', 'period', 'status', 'changes'), started_at: time, seconds: number, note: text },
  },
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof tables;

export const tableNames = Object.keys(tables) as TableName[];

/** The definition of a table, with the wide type that generic code wants. */
export const tableOf = (table: TableName): Table => tables[table];
