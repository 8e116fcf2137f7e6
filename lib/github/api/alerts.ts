/**
 * Alerts as issues. One open issue per key, found by a hidden marker and never by its title; a repeat comments with
 * back-off, a recovery comments and closes. Which alerts there are, and their words, is not decided here.
 *
 * Every step can be cut off after any request and done again: nothing is opened, said or closed twice.
 */
import type { Comment, GitHub, Issue } from './github.ts';

/** The label of every issue that the night shift opens; only people who may write to the repository can set one. */
export const LABEL = 'nightshift';

export interface Alert {
  /** What it is about: `failed/list-cleaning`. There is one open issue for it. */
  readonly key: string;
  /** Of two alerts with one key and different versions, the newer takes the older's place: a plan's hash. */
  readonly version?: string;
  /** A second label, for lists of one kind. */
  readonly kind: 'failure' | 'approval' | 'warning' | 'watch' | 'drill';
  readonly title: string;
  readonly body: string;
  /** The comment, where the issue is open already. */
  readonly repeat: string;
}

/** What is well again. `text` is given how long it lasted. */
export interface AllClear {
  readonly key: string;
  readonly text: (lasted: string) => string;
}

export interface Told {
  readonly key: string;
  readonly did: 'opened' | 'commented' | 'left alone' | 'closed';
  readonly issue: Issue;
}

export interface Delivery {
  readonly alerts: readonly Alert[];
  readonly allClear: readonly AllClear[];
  readonly now: Date;
  /** The run that speaks: it says each thing once, however often it is cut off. */
  readonly run: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A daily job's repeats come a little early or late. */
const DAILY_MS = 20 * HOUR_MS;
const WEEKLY_MS = 6.5 * DAY_MS;
/** After a week of daily comments everybody has heard it. */
const DAILY_FOR_MS = 7 * DAY_MS;

const issueMarker = (key: string, version = ''): string =>
  `<!-- nightshift alert key="${key}" version="${version}" -->`;
const commentMarker = (what: string, run: string): string => `<!-- nightshift ${what} run="${run}" -->`;
const REPEAT = '<!-- nightshift repeat ';

const markerOf = (issue: Issue): { key: string; version: string } | null => {
  const found = /<!-- nightshift alert key="([^"]*)" version="([^"]*)" -->/.exec(issue.body);
  return found ? { key: found[1] ?? '', version: found[2] ?? '' } : null;
};

/** Brings GitHub's issues in line with what is wrong and what is well again. */
export async function deliver(github: GitHub, delivery: Delivery): Promise<Told[]> {
  const told: Told[] = [];
  let open = await withoutDoubles(github, await github.issues(LABEL));
  for (const each of delivery.allClear) {
    for (const issue of open.filter((one) => markerOf(one)?.key === each.key)) {
      told.push(await clear(github, issue, each, delivery));
      open = open.filter((one) => one !== issue);
    }
  }
  for (const alert of delivery.alerts) told.push(await raise(github, alert, open, delivery));
  return told;
}

async function clear(github: GitHub, issue: Issue, { key, text }: AllClear, { now, run }: Delivery): Promise<Told> {
  const marker = commentMarker('all-clear', run);
  await github.comment(issue, `${text(lasted(now.getTime() - issue.createdAt.getTime()))}\n\n${marker}`, marker);
  await github.close(issue, 'completed');
  return { key, did: 'closed', issue };
}

async function raise(github: GitHub, alert: Alert, open: readonly Issue[], delivery: Delivery): Promise<Told> {
  const { key, version = '' } = alert;
  const own = open.filter((one) => markerOf(one)?.key === key);
  const same = own.find((one) => markerOf(one)?.version === version);
  if (same) return repeat(github, alert, same, delivery);
  for (const older of own) {
    const marker = commentMarker('overtaken', delivery.run);
    await github.comment(older, `This is no longer so: a newer issue takes its place.\n\n${marker}`, marker);
    await github.close(older, 'not_planned');
  }
  const marker = issueMarker(key, version);
  const labels = [LABEL, `${LABEL}: ${alert.kind}`];
  const opened = await github.open({ title: alert.title, body: `${alert.body}\n\n${marker}`, labels }, marker);
  // Another run may have opened one at the same moment: whoever looks later takes the later one away.
  const standing = (await withoutDoubles(github, await github.issues(LABEL))).find((one) => one.body.includes(marker));
  return { key, did: 'opened', issue: standing ?? opened };
}

async function repeat(github: GitHub, alert: Alert, issue: Issue, { now, run }: Delivery): Promise<Told> {
  const marker = `${REPEAT}run="${run}" -->`;
  if (!isTimeToRepeat(issue, await github.comments(issue), now)) return { key: alert.key, did: 'left alone', issue };
  await github.comment(issue, `${alert.repeat}\n\n${marker}`, marker);
  return { key: alert.key, did: 'commented', issue };
}

/** The first repeat is said at once, then one a day, and after a week one a week. */
export function isTimeToRepeat(issue: Issue, comments: readonly Comment[], now: Date): boolean {
  const last = comments.findLast((each) => each.body.includes(REPEAT));
  if (!last) return true;
  const age = now.getTime() - issue.createdAt.getTime();
  return now.getTime() - last.createdAt.getTime() >= (age > DAILY_FOR_MS ? WEEKLY_MS : DAILY_MS);
}

/** Of several open issues with one marker, the first stands and the others are closed. */
async function withoutDoubles(github: GitHub, open: readonly Issue[]): Promise<Issue[]> {
  const standing = new Map<string, Issue>();
  const kept: Issue[] = [];
  for (const issue of [...open].sort((a, b) => a.number - b.number)) {
    const marker = markerOf(issue);
    if (!marker) continue;
    const name = `${marker.key} ${marker.version}`;
    if (standing.has(name)) await github.close(issue, 'duplicate');
    else {
      standing.set(name, issue);
      kept.push(issue);
    }
  }
  return kept;
}

/** "3 days 2 hours". */
export function lasted(ms: number): string {
  const hours = Math.round(ms / HOUR_MS);
  if (hours < 1) return 'less than an hour';
  const parts = [
    [Math.floor(hours / 24), 'day'],
    [hours % 24, 'hour'],
  ] as const;
  return parts.flatMap(([n, unit]) => (n > 0 ? [`${n} ${unit}${n === 1 ? '' : 's'}`] : [])).join(' ');
}
