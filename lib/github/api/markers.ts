/**
 * The hidden markers in issues and comments, by which the night shift knows its own again: never by a title. They hold
 * names, hashes and moments of ours. Pure.
 */

/** What an alert's issue is about. `workbook` is empty for what concerns the repository as a whole. */
export interface AlertMark {
  readonly key: string;
  readonly workbook: string;
  readonly version: string;
}

/** What a person is asked to approve: a batch as of a moment, and the plans in it that a guard stopped. */
export interface Ask {
  readonly batch: string;
  /** ISO 8601, in UTC. */
  readonly asOf: string;
  readonly plans: readonly string[];
}

export const issueMarker = ({ key, workbook, version }: AlertMark): string =>
  `<!-- nightshift alert key="${key}" workbook="${workbook}" version="${version}" -->`;

/** Null where the text holds none. Issues of earlier releases name no workbook: they are taken for any. */
export function markOf(body: string): (Omit<AlertMark, 'workbook'> & { readonly workbook: string | null }) | null {
  const found = /<!-- nightshift alert key="([^"]*)"(?: workbook="([^"]*)")? version="([^"]*)" -->/.exec(body);
  return found ? { key: found[1] ?? '', workbook: found[2] ?? null, version: found[3] ?? '' } : null;
}

export const askMarker = ({ batch, asOf, plans }: Ask): string =>
  `<!-- nightshift ask batch="${batch}" as-of="${asOf}" plans="${plans.join(' ')}" -->`;

const ASK =
  /<!-- nightshift ask batch="([a-z0-9-]+)" as-of="(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)" plans="((?:sha256:[0-9a-f]{64} ?)*)" -->/;

/** Null where nothing is asked, or the marker is not as we write it. */
export function askOf(body: string): Ask | null {
  const found = ASK.exec(body);
  if (!found) return null;
  const [, batch = '', asOf = '', plans = ''] = found;
  return { batch, asOf, plans: plans.split(' ').filter(Boolean) };
}

/** Of a comment that is made once by each run. */
export const commentMarker = (what: string, run: string): string => `<!-- nightshift ${what} run="${run}" -->`;
