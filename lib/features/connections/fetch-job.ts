/**
 * The parts of the job fetch-activity: its connections are asked before the snapshot (`gather`), their answers read by
 * the one registry of formats (`prepare`), and the rows planned in one plan with the watermarks of the connections
 * that they came from. So both are in the workbook or neither, and what is asked for again drops out by its ids.
 */
import { join } from 'node:path';
import { type Change, upsert } from '../../core/change.ts';
import type { Engine } from '../../core/engine.ts';
import { atMost, type Guard } from '../../core/guard.ts';
import type { Gathered, Gathering, Metrics, Preparation } from '../../core/prepare.ts';
import { list, name, raw, type Sql, sql } from '../../core/sql.ts';
import type { TableName } from '../../core/tables.ts';
import type { WorkbookRules } from '../../core/workbook-rules.ts';
import { ERASE_KEY } from '../../intake/forgotten.ts';
import { importChanges, newlyMarked, readImport } from '../../intake/import-job.ts';
import type { IncomingTable } from '../../intake/incoming.ts';
import { readPlainCell } from '../../snapshot/cells.ts';
import { views } from '../../snapshot/views.ts';
import { isOfOther, noteOf } from './account.ts';
import { type Fetched, fetchConnection } from './fetch.ts';
import { looksBack, type Ways } from './open.ts';
import type { Connection, ConnectionRules } from './rules.ts';
import { factsByFile, minute, newsOf, rates } from './usual.ts';
import { keepMoments, layOutWaiting, waitingChanges, waitingOf, waitingSentences } from './waiting.ts';

const FED: readonly IncomingTable[] = ['suppressions', 'bounces', 'events', 'purchases'];
const feeds = new Set(FED);
/** The tables that the job reads and writes. */
export const fetchWrites: readonly TableName[] = ['contacts', ...FED, 'connections'];
export const fetchReads: readonly TableName[] = [...fetchWrites, 'archive', 'merges'];

export const fetching = ({ connections }: ConnectionRules): Connection[] => connections.filter(({ fetch }) => fetch);

/** What a job without any connection reports. */
export const notConnected = async (): Promise<Metrics> => ({
  sentences: 'no tool is connected: jobs/rules/connections.ts',
});

const settingsOf = ({ timeZone, slashedDates }: WorkbookRules) => ({ timeZone, ...(slashedDates && { slashedDates }) });

interface FetchedHere extends Fetched {
  readonly account: string;
  /** The last fetch was of another account of this name. */
  readonly isOther: boolean;
}

interface Found {
  readonly fetched: readonly FetchedHere[];
  readonly scratch: string;
  readonly eraseKey: string | undefined;
}

/** Asks all connections, one after the other. A connection that fails is reported, and stops no other. */
export async function fetchActivity(at: Gathering, rules: ConnectionRules, ways: Ways = {}): Promise<Gathered> {
  const { engine, context, outside, scratch } = at;
  const asked = fetching(rules).filter(({ vendor }) => vendor.id !== 'sample' || outside.isSample);
  if (asked.length === 0 || looksBack(at)) return { metrics: {}, guards: [] };
  const rows = await engine.rows(sql`select connection, watermark, note from connections`);
  const known = new Map(rows.map((row) => [String(row.connection), row]));
  const reached = (of: string): Date | null => {
    const watermark = known.get(of)?.watermark;
    return watermark instanceof Date ? watermark : null;
  };
  const fetched = await outside.stoppable(async (signal) => {
    const all: FetchedHere[] = [];
    for (const connection of asked) {
      const { name: of, account } = connection;
      const to = { folder: join(scratch, 'fetched', of), outside, signal, stateFolder: at.stateFolder, ...ways };
      const isOther = isOfOther(known.get(of)?.note, account);
      const from = isOther
        ? { until: null, againFrom: null }
        : { until: reached(of), againFrom: reached(waitingOf(of)) };
      all.push({ ...(await fetchConnection(connection, from, context.asOf, rules, to)), account, isOther });
    }
    return all;
  });
  return {
    metrics: { connections: Object.fromEntries(fetched.map((each) => [each.name, shownOf(each)])) },
    guards: [],
    found: { fetched, scratch, eraseKey: outside.secret(ERASE_KEY) } satisfies Found,
  };
}

const shownOf = ({ rows, requests, until, fault }: Fetched) => ({
  rows,
  requests,
  until: until?.toISOString() ?? 'never',
  ...(fault !== null && { fault }),
});

/** Reads what was fetched, and lays out `fetched`: a row is a connection, as it is to stand in `connections`. */
export async function readFetched(
  { engine, context, earlier, found: given }: Preparation,
  rules: ConnectionRules,
  workbook: WorkbookRules,
): Promise<Metrics> {
  const { fetched, scratch, eraseKey } = (given ?? { fetched: [], scratch: '.', eraseKey: undefined }) as Found;
  await engine.run(
    sql`create or replace temp table fetched (connection varchar, watermark timestamp, fetched_at timestamp,
      rows double, status varchar, note varchar, times double, again boolean)`,
  );
  const files = fetched.flatMap((each) => each.files.map((file) => ({ ...file, of: each.name })));
  const suppressing = new Set(rules.connections.filter(({ suppress }) => suppress).map(({ name }) => name));
  const back = files.flatMap(({ ours, of }, i) => (ours && suppressing.has(of) ? [i] : []));
  const settings = settingsOf(workbook);
  let facts: ReadonlyMap<number, number> = new Map();
  const { metrics } = await readImport(engine, {
    name: 'fetch-activity',
    paths: files.map(({ path }) => path),
    feeds,
    settings,
    overwrite: new Set(),
    asOf: context.asOf,
    eraseKey,
    scratch,
    map: {},
    aliases: workbook.aliases,
    ...(workbook.consent && { consent: workbook.consent }),
    progress: () => {},
    whenRead: async () => {
      await forgetOwn(engine, back, settings);
      await keepMoments(engine, settings);
      facts = await factsByFile(engine, FED);
    },
  });
  const usual = rates(earlier);
  const warnings: string[] = [];
  for (const each of fetched) {
    const { name, until, rows, fault, isAskedAgain, account, isOther } = each;
    const fresh = files.reduce((sum, file, i) => sum + (file.isFresh && file.of === name ? (facts.get(i) ?? 0) : 0), 0);
    if (isOther) delete usual[name];
    const { times, warning } = newsOf(each, fresh, usual);
    if (warning) warnings.push(warning);
    await engine.run(
      sql`insert into fetched values (${name}, ${until}, ${fault === null ? context.asOf : null}, ${rows},
        ${fault === null ? 'ok' : 'failed'}, ${noteOf(fault, account)}, ${times}, ${isAskedAgain})`,
    );
  }
  await layOutWaiting(engine, files, new Date(context.asOf.getTime() - rules.firstDays * 86_400_000));
  for (const [nth, { query, onlyWith }] of importChanges(feeds, settings, new Set()).entries()) {
    if (onlyWith && (await engine.rows(sql`${onlyWith} limit 1`)).length === 0) continue;
    await engine.run(sql`create or replace temp table ${fetchedChange(nth)} as ${query}`);
  }
  // A feed about unknown contacts alone is no file that a person must look at.
  const { files: _files, unread: _unread, ...counts } = metrics;
  const sentences = fetched
    .filter(({ fault }) => fault === null)
    .map(({ name, rows, until }) => `${name}: ${rows} facts, until ${until ? minute(until) : 'never'}`);
  for (const { name } of fetched.filter(({ isOther }) => isOther))
    sentences.push(
      `${name}: the rules name another account than at its last fetch; ` +
        'it is read as a new connection, from the beginning',
    );
  sentences.push(...(await waitingSentences(engine, rules.firstDays)));
  return { ...counts, sentences, usual, ...(warnings.length > 0 && { warnings }) };
}

/**
 * An address that we suppress and that a tool's list has since, in any spelling, is the one that we put there: it is no
 * departure of its own, and would turn a dead mailbox into an unsubscribed person. A contact that is only marked as
 * suppressed has no date: its address is ours whenever the list had it.
 */
async function forgetOwn(
  engine: Engine,
  files: readonly number[],
  settings: ReturnType<typeof settingsOf>,
): Promise<void> {
  if (files.length === 0) return;
  const since = raw(readPlainCell('i.suppressed_at', 'time', settings));
  await engine.run(
    sql`create or replace temp table own_suppressed as
      with own as (
        select s.email, coalesce(o.plain, s.email) as plain, coalesce(s.since, timestamp '1970-01-01') as since
        from (
          select email, suppressed_at as since from ${views.suppressed} where email is not null
          union all
          select address_key(email), null from contacts where status = 'suppressed' and address_key(email) is not null
            and address_key(email) not in (select email from ${views.suppressed} where email is not null)
        ) as s left join ${views.spellings} o on o.address = s.email
      )
      select email, since from own union all select plain, since from own
      union all select o.address, own.since from own join ${views.spellings} o on o.plain = own.plain`,
  );
  const own = sql`from incoming_suppressions i where i.file in ${list(files)} and exists (
    select 1 from own_suppressed s where s.email = address_key(i.email) and s.since <= ${since})`;
  await engine.run(
    sql`insert into import_ignored select file, 'on the suppression list already', count(*) ${own} group by file`,
  );
  await engine.run(sql`delete ${own}`);
}

/** What the nth change of the imported rows sets: cells are read by the engine's own SQL, before the plan. */
const fetchedChange = (nth: number): Sql => name(`fetched_change_${nth}`);

/** The rows of all connections, and the watermarks that stand for them. */
export const fetchedChanges = (workbook: WorkbookRules): Change[] => [
  ...importChanges(feeds, settingsOf(workbook), new Set()).map((change, nth) => ({
    ...change,
    query: sql`select * from ${fetchedChange(nth)}`,
  })),
  upsert(
    'connections',
    sql`select f.connection, f.watermark,
        coalesce(f.fetched_at, c.fetched_at) as fetched_at,
        case when c.watermark = f.watermark then c.rows else f.rows end as rows, f.status, f.note, 'fetched' as why
      from fetched f left join connections c on c.connection = f.connection`,
  ),
  ...waitingChanges(),
];

export const fetchGuards = (rules: ConnectionRules): Guard[] => [
  atMost({ share: 0.02, count: 500, from: 1000 }, 'contacts', 'newly suppressed by fetched facts', newlyMarked),
  {
    name: `at most ${rules.surge} times the usual number of facts from a connection`,
    of: 'connections',
    limit: { share: rules.surge, percent: rules.surge },
    found: sql`select coalesce(max(times), 0) from fetched`,
  },
];
