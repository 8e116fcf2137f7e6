/**
 * Holds the score of back then against what came: scores are worked out from the facts up to `asOf` − `days`,
 * outcomes are counted after that and up to `asOf`. Figures and counts only; it decides nothing and changes no
 * workbook.
 */
import type { BacktestRequest } from '../../core/backtest.ts';
import type { Engine } from '../../core/engine.ts';
import { NightshiftError } from '../../core/errors.ts';
import { ofFacts } from '../../core/facts.ts';
import type { Step } from '../../core/job.ts';
import { list, type Sql, sql } from '../../core/sql.ts';
import { nearest } from '../../core/text/nearest.ts';
import { testsIn } from '../segments/index.ts';
import { scorePartsQuery } from './query.ts';
import { aucOf, type Count, type Group, isReversed, logOddsRatio, type Slice, sliceOf, slicesOf } from './ranking.ts';
import { rewind, textColumns } from './rewind.ts';
import { namesOf, type ScoringRules } from './rules.ts';

/** With fewer, chance decides: the interval of an AUC is then wider than what a score may gain over none. */
const LEAST_CONVERSIONS = 50;
const LEAST_FOR_SUGGESTION = 30;
/** Smaller differences of points are no reason to change a rule. */
const STEP = 5;

/** The back-test says nothing: too little has happened, or nothing of that name. */
export class NoBacktest extends NightshiftError {
  override name = 'NoBacktest';

  override readonly exitCode = 2;
}

/** What of the request concerns the outcomes. */
type Outcomes = Pick<BacktestRequest, 'engine' | 'asOf' | 'days' | 'outcome'>;
type LogOdds = ReturnType<typeof logOddsRatio>;

export type ScoreBacktest = Awaited<ReturnType<typeof backtestScore>>;
export type RuleEvidence = ScoreBacktest['rules'][number];

/**
 * @param steps the steps of the score's job, which leave the table `scores`
 * @throws NoBacktest below LEAST_CONVERSIONS conversions, or where there is no such outcome
 */
export async function backtestScore(
  request: BacktestRequest<Step>,
  rules: ScoringRules,
  steps: (then: Date) => readonly Step[],
) {
  const { engine, asOf, days } = request;
  const then = new Date(asOf.getTime() - days * 86_400_000);
  const columns = columnsRead(rules);
  await engine.run(sql`create or replace temp table outcomes as ${await outcomeQuery(request, rules, then)}`);
  await rewind(engine, then, await textColumns(engine, ['status', ...columns]));
  await request.runSteps(steps(then));
  await engine.run(sql`create or replace temp table scored as
    select s.contact_id, s.engagement, s.fit, s.score, s.score_band, l.last_at,
      case when o.contact_id is null then 0 else 1 end as converted
    from scores s left join outcomes o on o.contact_id = s.contact_id
    left join ${ofFacts(
      'events',
      sql`select contact_id, max(occurred_at) as last_at from events group by contact_id`,
    )} as l
      on l.contact_id = s.contact_id
    where s.score is not null`);
  const all = await engine.row(
    sql`select count(*) as contacts, coalesce(sum(converted), 0) as conversions from scored`,
  );
  const counts = { contacts: Number(all.contacts), conversions: Number(all.conversions) };
  refuseTooFew(counts, request, then);
  const byScore = await groupsOf(engine, sql`score`);
  const lastEvent = sql`coalesce(-days_between(local_day(last_at), local_day(${then})), -100000)`;
  const grades = await gradesOf(engine, counts);
  return {
    measure: 'score' as const,
    outcome: request.outcome,
    scoredAt: then.toISOString(),
    until: asOf.toISOString(),
    days,
    ...counts,
    baseRate: counts.conversions / counts.contacts,
    /** By score, engagement, fit, and days since the last event alone. */
    auc: {
      score: aucOf(byScore),
      engagement: aucOf(await groupsOf(engine, sql`engagement`)),
      fit: aucOf(await groupsOf(engine, sql`fit`)),
      daysSinceLastEvent: aucOf(await groupsOf(engine, lastEvent)),
    },
    deciles: slicesOf(byScore),
    grades,
    /** Pairs of grades in which the better one converted less, by more than chance. */
    reversals: reversalsOf(grades, rules),
    rules: await evidenceOf(engine, rules, then, counts),
    /** Columns that were read as they are today. */
    leaks: columns.filter((column) => column !== 'score_band').sort(),
  };
}

/** Rows (contact_id): who had the outcome after `then`. */
async function outcomeQuery(request: Outcomes, rules: ScoringRules, then: Date): Promise<Sql> {
  const { engine, asOf } = request;
  const outcome = request.outcome.trim().toLowerCase();
  if (outcome === 'purchase') {
    const bought = sql`select distinct contact_id from purchases
      where ordered_at > ${then} and ordered_at <= ${asOf} and amount > 0`;
    return sql`select contact_id from ${ofFacts('purchases', bought)} as bought`;
  }
  const rule = rules.engagement.events.find((each) => namesOf(each).includes(outcome));
  const types = rule ? namesOf(rule) : [outcome];
  const ofType = sql`select count(*) as n from events where type = ${outcome}`;
  if (!rule && (await engine.number(sql`select n from ${ofFacts('events', ofType)} as found`)) === 0) {
    const known = ['purchase', ...rules.engagement.events.map(({ type }) => type)];
    const near = nearest(outcome, known);
    throw new NoBacktest(
      `--outcome: there is no event of the type "${outcome}".${near ? ` Did you mean "${near}"?` : ''} ` +
        `Expected purchase, or a type of event: ${known.slice(1).join(', ')}.`,
    );
  }
  const happened = sql`select distinct contact_id from events
    where type in ${list(types)} and occurred_at > ${then} and occurred_at <= ${asOf}`;
  return sql`select contact_id from ${ofFacts('events', happened)} as happened`;
}

function refuseTooFew({ contacts, conversions }: Count, { outcome, days, asOf }: Outcomes, then: Date) {
  const others = contacts - conversions;
  if (conversions >= LEAST_CONVERSIONS && others >= LEAST_CONVERSIONS) return;
  const day = (moment: Date) => moment.toISOString().slice(0, 10);
  const found =
    conversions < LEAST_CONVERSIONS
      ? `only ${conversions} of ${contacts} scored contacts had the outcome "${outcome}"`
      : `only ${others} of ${contacts} scored contacts did not have the outcome "${outcome}"`;
  throw new NoBacktest(
    `No back-test: between ${day(then)} and ${day(asOf)} ${found}. With fewer than ${LEAST_CONVERSIONS}, chance ` +
      `decides what ranks. Take more --days (${days} now), or an --outcome that happens more often.`,
  );
}

async function groupsOf(engine: Engine, value: Sql): Promise<Group[]> {
  const rows = await engine.rows(sql`
    select ${value} as value, sum(converted) as converted, count(*) as total from scored group by 1 order by 1`);
  return rows.map((row) => ({ value: Number(row.value), converted: Number(row.converted), total: Number(row.total) }));
}

async function gradesOf(engine: Engine, all: Count) {
  const rows = await engine.rows(sql`
    select score_band as grade, count(*) as contacts, sum(converted) as conversions from scored group by 1 order by 1`);
  return rows.map((row) => ({
    grade: String(row.grade),
    ...sliceOf({ contacts: Number(row.contacts), conversions: Number(row.conversions) }, all),
  }));
}

/** A grade and the next one below it on either side, where the lower one converted more. */
function reversalsOf(grades: readonly ({ grade: string } & Slice)[], { grades: cuts }: ScoringRules) {
  const falling = (side: Readonly<Record<string, number>>) =>
    Object.entries(side)
      .sort(([, a], [, b]) => b - a)
      .map(([grade]) => grade);
  const [fits, engagements] = [falling(cuts.fit), falling(cuts.engagement)];
  const pairs = fits.flatMap((fit, f) =>
    engagements.flatMap((engagement, e) => [
      [`${fit}${engagement}`, `${fits[f + 1]}${engagement}`],
      [`${fit}${engagement}`, `${fit}${engagements[e + 1]}`],
    ]),
  );
  const named = new Map(grades.map((each) => [each.grade, each]));
  return pairs.flatMap(([better = '', worse = '']) => {
    const [above, below] = [named.get(better), named.get(worse)];
    return above && below && isReversed(above, below) ? [{ better, worse }] : [];
  });
}

/** Points of each rule beside the outcome's rate among those who have it. */
async function evidenceOf(engine: Engine, rules: ScoringRules, then: Date, all: Count) {
  const rows = await engine.rows(sql`
    select p.side, p.place, case when p.side = 'fit' then p.detail end as answer,
      count(distinct p.contact_id) as contacts,
      count(distinct case when s.converted = 1 then p.contact_id end) as conversions
    from (${scorePartsQuery(rules, then)}) as p join scored s on s.contact_id = p.contact_id
    where p.place < 900 and p.side <> 'none' group by 1, 2, 3 order by 1, 2, 3`);
  const scored = rules.engagement.events.filter(({ points }) => points !== 0);
  const measured = rows.flatMap((row) => {
    const side = row.side === 'fit' ? 'fit' : 'engagement';
    const [event, question] = [scored[Number(row.place)], rules.fit[Number(row.place)]];
    const answer = question?.answers.find(({ name }) => name === row.answer);
    const points = side === 'fit' ? answer?.points : event?.points;
    if (points === undefined) return [];
    const rule = side === 'fit' ? `${question?.name}: ${answer?.name}` : String(event?.type);
    const having = { contacts: Number(row.contacts), conversions: Number(row.conversions) };
    const others = { contacts: all.contacts - having.contacts, conversions: all.conversions - having.conversions };
    const otherRate = others.contacts > 0 ? others.conversions / others.contacts : 0;
    const slice = sliceOf(having, all);
    /** The rate of those who have it over that of those who don't. */
    const liftOverOthers = otherRate > 0 ? slice.rate / otherRate : 0;
    return [{ side, rule, points, ...slice, liftOverOthers, evidence: logOddsRatio(having, others) } as const];
  });
  const scale = pointsPerLogOdds(measured);
  return measured.map(({ evidence, ...rule }) => ({ ...rule, suggestion: suggested(rule, evidence, scale) }));
}

/**
 * How many points the rules as a whole give for one unit of log odds, each rule weighted by its certainty:
 * suggestions then keep the size of today's points, also where today's points have nothing to do with the outcome.
 */
function pointsPerLogOdds(rules: readonly { points: number; evidence: LogOdds }[]): number {
  let [given, found] = [0, 0];
  for (const { points, evidence } of rules) {
    given += points ** 2 / evidence.error ** 2;
    found += evidence.value ** 2 / evidence.error ** 2;
  }
  return found > 0 ? Math.sqrt(given / found) : 0;
}

/** Points that the evidence supports, where they differ from the rule's by more than chance. */
function suggested(
  { points, contacts }: { readonly points: number; readonly contacts: number },
  { value, error }: LogOdds,
  scale: number,
): number | null {
  if (scale === 0 || contacts < LEAST_FOR_SUGGESTION) return null;
  const supported = scale * value;
  // Added to 0, a negative nought becomes a plain one.
  const rounded = Math.max(-100, Math.min(100, Math.round(supported / STEP) * STEP)) + 0;
  const isCertain = Math.abs(points - supported) > 1.96 * scale * error;
  return isCertain && Math.abs(rounded - points) >= STEP ? rounded : null;
}

/** The columns of a contact that fit and exclusions read. */
function columnsRead({ fit, excluded }: ScoringRules): string[] {
  const asked = [...fit.flatMap(({ answers }) => answers), ...excluded];
  const tests = asked.flatMap(({ where }) => [...testsIn(where)]);
  return [...new Set(tests.flatMap((test) => ('column' in test ? [test.column] : [])))];
}
