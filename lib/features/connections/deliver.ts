/**
 * Hands an applied plan of sync-audiences over: suppressions first, then who leaves a list, then who joins it, in
 * batches. Each batch is without effect when it is sent again. A sample of what was added is read back.
 */
import { JobError } from '../../core/errors.ts';
import { inChunks } from '../../core/in-chunks.ts';
import type { Delivery, Metrics } from '../../core/prepare.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { RequestError } from '../http/index.ts';
import { opener, type Ways, whyOf } from './open.ts';
import type { Connection, ConnectionRules } from './rules.ts';
import { type Audience, audiencesOf, listOf } from './sync-job.ts';
import type { At, Row } from './vendors/vendor.ts';

/** Added addresses that are read back, of each list. */
const SAMPLE = 3;

interface Sent {
  added: number;
  removed: number;
  /** Addresses that the tool does not take: each is one of the next run's plan again. */
  refused: number;
  /** Of those that were read back, how many stand there. */
  readBack: number;
  confirmed: number;
}

/** @throws JobError where a part could not be handed over; the others are */
export async function deliverAudiences(at: Delivery, rules: ConnectionRules, ways: Ways = {}): Promise<Metrics> {
  const sent: Record<string, Sent> = {};
  const faults: string[] = [];
  const failed = new Set<Connection>();
  const inOrder = audiencesOf(rules).sort((a, b) => Number(a.list !== null) - Number(b.list !== null));
  await at.outside.stoppable(async (signal) => {
    const open = opener(at, { ...ways, signal });
    for (const audience of inOrder) {
      const { name, connection } = audience;
      const counts: Sent = { added: 0, removed: 0, refused: 0, readBack: 0, confirmed: 0 };
      const [added, gone] = [await addedOf(at, audience), await goneOf(at, audience)];
      if (added.length + gone.length === 0 || failed.has(connection)) continue;
      at.progress(`sync-audiences: ${name}`);
      try {
        await handOver(audience, open(connection), added, gone, counts);
      } catch (error) {
        // A tool that answers, and takes none of these addresses, may take those of its other lists.
        if (!(error instanceof RequestError && error.by === 'rejected')) failed.add(connection);
        const done = `${counts.added} of ${added.length} were added, ${counts.removed} of ${gone.length} removed`;
        faults.push(`${name}: ${whyOf(error)}; ${done}`);
      }
      sent[name] = counts;
    }
  });
  if (faults.length > 0) throw new JobError(`Not all was handed over; the next run goes on. ${faults.join('. ')}.`);
  const warnings = Object.entries(sent).flatMap(([name, { refused, readBack, confirmed }]) => [
    ...(refused > 0 ? [`${name}: ${refused} addresses were not taken there, and are handed over again`] : []),
    ...(confirmed < readBack
      ? [`${name}: of ${readBack} added addresses that were read back, ${confirmed} stand there`]
      : []),
  ]);
  return {
    sent,
    sentences: Object.entries(sent).map(
      ([name, { added, removed, readBack, confirmed }]) =>
        `${name}: ${added} added or changed, ${removed} removed; ${confirmed} of ${readBack} read back stand there`,
    ),
    ...(warnings.length > 0 && { warnings }),
  };
}

async function handOver(audience: Audience, at: At, added: Row[], gone: string[], counts: Sent): Promise<void> {
  const { size, add, remove, has } = listOf(audience);
  const list = audience.list?.remote ?? '';
  const removing = emptyPhase();
  for (const batch of inChunks(gone, size)) {
    const refused = await sendEach(batch, removing, async (part) => remove?.(at, part, list));
    counts.refused += refused;
    counts.removed += batch.length - refused;
  }
  const taken: Row[] = [];
  const adding = emptyPhase();
  for (const batch of inChunks(added, size)) {
    const refused = await sendEach(batch, adding, async (part) => {
      const failed = await add(at, part, list);
      if (!failed) taken.push(...part.slice(0, SAMPLE));
      return failed;
    });
    counts.refused += refused;
    counts.added += batch.length - refused;
  }
  for (const phase of [removing, adding]) endWhereNoneIsTaken(phase, MOST_REJECTED);
  for (const { email } of taken.slice(0, SAMPLE)) {
    counts.readBack++;
    if (await has(at, email, list)) counts.confirmed++;
  }
}

/** What became of the addresses that are removed, or added, so far. */
interface Phase {
  taken: number;
  rejected: number;
  why: string;
}
const emptyPhase = (): Phase => ({ taken: 0, rejected: 0, why: '' });

/** A tool that rejects so many addresses and takes none rejects them all: then it is not the addresses. */
const MOST_REJECTED = 10;
/** After so many the others are not tried. */
const MOST_TRIED = 200;

function endWhereNoneIsTaken({ taken, rejected, why }: Phase, most: number): void {
  if (taken === 0 && rejected >= most)
    throw new RequestError('rejected', `${why}; so it answers one address after the other`);
}

/**
 * Sends a batch; one that the tool rejects is sent in halves, so that an address that it does not take stops no other.
 * How many it does not take. @throws RequestError where it takes none of many
 */
async function sendEach<T>(
  batch: readonly T[],
  phase: Phase,
  send: (part: readonly T[]) => Promise<unknown>,
): Promise<number> {
  try {
    const failed = Number((await send(batch)) ?? 0);
    phase.taken += batch.length - failed;
    return failed;
  } catch (error) {
    if (!(error instanceof RequestError) || error.by !== 'rejected') throw error;
    if (batch.length === 1) {
      phase.rejected++;
      phase.why = error.message;
      endWhereNoneIsTaken(phase, MOST_TRIED);
      return 1;
    }
    const middle = Math.ceil(batch.length / 2);
    return (await sendEach(batch.slice(0, middle), phase, send)) + (await sendEach(batch.slice(middle), phase, send));
  }
}

/** Another order in each run: addresses that the tool does not take stand ahead of the same others once at most. */
const anyOrder = (email: Sql, { context }: Delivery): Sql =>
  sql`md5_hex(concat(${email}, ${context.asOf.toISOString()}))`;

/** Who is added or changed by the plan, as the engine's table has them since. */
async function addedOf(at: Delivery, { name, list }: Audience): Promise<Row[]> {
  const rows = await at.engine.rows(
    sql`select a.email, a.fields, p.op = 'u' as is_there, p.op = 'i' or p.set_fields as sets_fields
      from audiences a join planned_audiences p on p.audience = a.audience and p.email = a.email
      where a.audience = ${name} and p.op in ('i', 'u') order by ${anyOrder(sql`a.email`, at)}`,
  );
  return rows.map(({ email, fields, is_there, sets_fields }) => ({
    email: String(email),
    isThere: is_there === true,
    fields: list && fields && sets_fields ? (JSON.parse(String(fields)) as Record<string, string>) : {},
    reason: list ? '' : String(fields),
  }));
}

/** Who is removed. A list of suppressions is never shortened. */
async function goneOf(at: Delivery, { name, list }: Audience): Promise<string[]> {
  if (!list) return [];
  const rows = await at.engine.rows(
    sql`select email from planned_audiences where audience = ${name} and op = 'd'
      order by ${anyOrder(sql`email`, at)}`,
  );
  return rows.map(({ email }) => String(email));
}
