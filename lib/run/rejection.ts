/** Plans that a person looked at and rejected: they no longer wait, and keep no contact out of exports. */
import type { HeldPart } from './held-part.ts';

/** What a person decides on as one: a plan's hash, or those of a plan's held parts. */
export const versionOf = (plans: readonly string[]): string => [...plans].sort().join(' ');

/** What a person rejected (`versionOf`), and in which issue. */
export type Rejections = ReadonlyMap<string, number>;

interface Waiting {
  readonly status: string;
  readonly plan: string | null;
  readonly heldParts: readonly HeldPart[];
}

/** The issue in which a person rejected exactly what would wait now; undefined where no person did. */
export function rejectedIn(rejections: Rejections, { status, plan, heldParts }: Waiting): number | undefined {
  const plans = status === 'blocked' ? [plan] : heldParts.map((part) => part.plan);
  const known = plans.filter((each) => each !== null);
  return known.length > 0 ? rejections.get(versionOf(known)) : undefined;
}
