/**
 * Corrects probabilities that are too low where many cells are wrong, without labels, by the consistency of triangles:
 * where A is surely B and B is surely C, A is C as well, so how often such closing pairs score above a value shows how
 * many of one person's pairs do. The lowest score from which on most pairs still are one person becomes one half.
 * Tables without triangles (nobody stands in them three times) keep their probabilities.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { readRows } from './read-rows.ts';

/** From here on a pair is taken for one person; scores at which the half may lie, from high to low. */
const sure = 0.95;
const scores = [0.5, 0.35, 0.2, 0.1, 0.05, 0.02] as const;
/** Triangles needed before anything is corrected. */
const fewestTriangles = 60;
/** Least share of the pairs between two scores that are one person, for the half to lie at the lower one. */
const leastRight = 0.4;
/** Times as many pairs as the model counts as one person's that may score above the half: more are namesakes. */
const mostAbove = 1.5;

interface Share {
  score: number;
  /** Pairs with at least this score, and closing pairs of triangles with at least this score. */
  pairs: number;
  closing: number;
}

/**
 * The score that becomes one half. `shares` go from `sure` down; `triangles` counts all closing pairs, `ofOne` the pairs that
 * are one person's by the model.
 */
function halfAt(shares: readonly Share[], triangles: number, ofOne: number): number {
  const [top, ...rest] = shares;
  if (!top || triangles < fewestTriangles || top.closing === 0) return 0.5;
  const onePerson = top.pairs / (top.closing / triangles);
  let half = 0.5;
  let above = rest.find(({ score }) => score === 0.5) ?? top;
  for (const share of rest.filter(({ score }) => score < 0.5)) {
    const found = share.pairs - above.pairs;
    const expected = onePerson * ((share.closing - above.closing) / triangles);
    if (found > 0 && expected / found < leastRight) break;
    if (share.pairs > mostAbove * ofOne) break;
    half = share.score;
    above = share;
  }
  return half;
}

/** SQL for a corrected probability: `half` becomes one half, `sure` and what is above stay, the order of all stays. */
export function correctedSql(half: number): string {
  const logit = (p: number): number => Math.log(p / (1 - p));
  const [low, high] = [logit(half), logit(sure)];
  const score = 'ln(probability / (1 - probability))';
  const stretched = `${high} * (${score} - ${low}) / ${high - low}`;
  return `case when probability >= ${sure} or probability <= 0 then probability
    when probability >= ${half} then 1 / (1 + exp(-(${stretched}))) else 1 / (1 + exp(-(${score} - ${low}))) end`;
}

/**
 * Corrects `match_scored` in place. Every pair within the groups of `match_groups` must be scored already.
 * Returns the score that became one half; 0.5 where nothing was changed.
 */
export async function calibrate(db: DuckDBConnection, ofOne: number): Promise<number> {
  const count = (from: string, score: number): string =>
    `(select count(*) from ${from} where probability >= ${score})::double`;
  const columns = [sure, ...scores].flatMap((score, nth) => [
    `${count('(select probability from match_scored where l <> r)', score)} as p${nth}`,
    `${count('closing', score)} as c${nth}`,
  ]);
  const [row] = await readRows<Record<string, number>>(
    db,
    `with sure as (select l, r from match_scored where probability >= ${sure} and l <> r),
     ends as (select l as middle, r as outer_end from sure union all select r, l from sure),
     corners as (select distinct least(a.outer_end, b.outer_end) as l, greatest(a.outer_end, b.outer_end) as r
       from ends a join ends b on a.middle = b.middle and a.outer_end < b.outer_end
       where a.middle in (select middle from ends group by middle having count(*) <= 20)),
     closing as (select coalesce(s.probability, 0) as probability from corners c left join match_scored s on s.l = c.l and s.r = c.r)
     select (select count(*) from closing)::double as triangles, ${columns.join(', ')}`,
  );
  if (!row) return 0.5;
  const shares = [sure, ...scores].map((score, nth) => ({
    score,
    pairs: row[`p${nth}`] ?? 0,
    closing: row[`c${nth}`] ?? 0,
  }));
  const half = halfAt(shares, row.triangles ?? 0, ofOne);
  if (half < 0.5) await db.run(`update match_scored set probability = ${correctedSql(half)}`);
  return half;
}
