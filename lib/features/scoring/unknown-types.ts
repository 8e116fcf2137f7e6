/**
 * Events whose type no scoring rule names: they count for nothing, so they are counted and reported. Types are named
 * only where they look like a vocabulary; anything else in that column (addresses, ids, free text) is counted and
 * never quoted.
 */
import type { Engine } from '../../core/engine.ts';
import { ofFacts } from '../../core/facts.ts';
import type { Metrics } from '../../core/prepare.ts';
import { list, sql } from '../../core/sql.ts';
import { nearest } from '../../core/text/nearest.ts';
import { namesOf, type ScoringRules } from './rules.ts';

/** A column with more types than this holds something else than types. */
const MOST_TYPES = 50;
const MOST_NAMED = 8;
const NAMEABLE = /^\p{L}[\p{L} _.:/-]{0,39}$/u;

/** Metrics for the ledger: `unknownEvents` (events, types), and a warning. Reads the table events. */
export async function unknownEventTypes(engine: Engine, rules: ScoringRules): Promise<Metrics> {
  const known = rules.engagement.events.flatMap(namesOf);
  const rows = await engine.rows(sql`
    select type, n from ${ofFacts('events', sql`select type, count(*) as n from events group by type`)} as types
    where type not in ${list(known.length > 0 ? known : [''])} order by n desc, type limit 1000`);
  if (rows.length === 0) return {};
  const types = rows.map(({ type, n }) => ({ type: String(type), events: Number(n) }));
  const events = types.reduce((sum, each) => sum + each.events, 0);
  const counted = `${counting(events, 'event')} of ${counting(types.length, 'type')}`;
  return {
    unknownEvents: { events, types: types.length },
    warnings: [`${counted} that no scoring rule knows${namedTypes(types, known)}`],
  };
}

const counting = (n: number, what: string): string => `${n} ${n === 1 ? what : `${what}s`}`;

function namedTypes(
  types: readonly { readonly type: string; readonly events: number }[],
  known: readonly string[],
): string {
  const named = types.filter(({ type }) => NAMEABLE.test(type)).slice(0, MOST_NAMED);
  if (types.length > MOST_TYPES || named.length === 0) return '. Check what the column "type" of events holds';
  const shown = named.map(({ type, events }) => {
    const near = nearestType(type, known);
    return `"${type}" (${events}${near ? `, like "${near}"` : ''})`;
  });
  const more = types.length > named.length ? ', …' : '';
  const names = named.map(({ type }) => `'${type}'`).join(', ');
  return `: ${shown.join(', ')}${more}. Add them to a rule in jobs/rules/scoring.ts: also: [${names}]`;
}

/** The known type spelt almost so, or whose words all stand in it: "webinar attended" is like "attended". */
function nearestType(type: string, known: readonly string[]): string | null {
  const words = (text: string) => text.split(/[\s_.:/-]+/);
  const inside = known.filter((each) => words(each).every((word) => words(type).includes(word)));
  return inside.sort((a, b) => b.length - a.length)[0] ?? nearest(type, known);
}
