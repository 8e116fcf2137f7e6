/**
 * Alerts as issues. One open issue per workbook and key, found by a hidden marker and never by its title; a repeat
 * comments with back-off, a recovery comments and closes. Which alerts there are, and their texts, is not decided
 * here.
 *
 * Every step can be cut off after any request and done again: nothing is opened, commented or closed twice.
 */
import type { Comment, GitHub, Issue } from './github.ts';
import { type Ask, askMarker, commentMarker, issueMarker, markOf } from './markers.ts';

/** The label of every issue that the night shift opens; only people who may write to the repository can set one. */
export const LABEL = 'nightshift';
/** The label of an approval's issue that a person rejected. */
export const REJECTED = `${LABEL}: rejected`;
/** The label that approves; only people who may write to the repository count. */
export const APPROVE_LABEL = 'approve';

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
  /** What a person may approve by a label or a comment; the issue then always shows the newest. */
  readonly ask?: Ask;
  /** The repeat answers a person, and is commented however short the last one is ago. */
  readonly isAnswer?: true;
  /** Why an older issue of the key is closed for this one: a sentence. */
  readonly replaces?: string;
  /** It concerns the repository and no single workbook. */
  readonly isOfRepository?: true;
}

/** What is over. `text` is given how long it lasted. */
export interface AllClear {
  readonly key: string;
  readonly text: (lasted: string) => string;
}

export interface Reported {
  readonly key: string;
  readonly did: 'opened' | 'commented' | 'left alone' | 'closed' | 'rejected before';
  readonly issue: Issue;
}

export interface Delivery {
  readonly alerts: readonly Alert[];
  readonly allClear: readonly AllClear[];
  readonly now: Date;
  /** The run that reports: each comment is made once, however often it is cut off. */
  readonly run: string;
  /** The workbook's id: issues of other workbooks are left alone. */
  readonly workbook: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A daily job's repeats come a little early or late. */
const DAILY_MS = 20 * HOUR_MS;
const WEEKLY_MS = 6.5 * DAY_MS;
/** After a week of daily comments, one a week is enough. */
const DAILY_FOR_MS = 7 * DAY_MS;

const REPEAT = '<!-- nightshift repeat ';

/** Brings GitHub's issues in line with what is wrong and what is over. */
export async function deliver(github: GitHub, delivery: Delivery): Promise<Reported[]> {
  const reported: Reported[] = [];
  let open = await withoutDoubles(github, await github.issues(LABEL));
  for (const each of delivery.allClear) {
    for (const issue of open.filter((one) => isAbout(one, each.key, delivery))) {
      reported.push(await clear(github, issue, each, delivery));
      open = open.filter((one) => one !== issue);
    }
  }
  for (const alert of delivery.alerts) reported.push(await raise(github, alert, open, delivery));
  return reported;
}

/** An issue of another workbook is none of this run's. */
function isAbout(issue: Issue, key: string, { workbook }: Delivery): boolean {
  const mark = markOf(issue.body);
  return mark?.key === key && (mark.workbook === null || mark.workbook === '' || mark.workbook === workbook);
}

async function clear(github: GitHub, issue: Issue, { key, text }: AllClear, { now, run }: Delivery): Promise<Reported> {
  const marker = commentMarker('all-clear', run);
  await github.comment(issue, `${text(lasted(now.getTime() - issue.createdAt.getTime()))}\n\n${marker}`, marker);
  await github.close(issue, 'completed');
  return { key, did: 'closed', issue };
}

async function raise(github: GitHub, alert: Alert, open: readonly Issue[], delivery: Delivery): Promise<Reported> {
  const { key, version = '' } = alert;
  const own = open.filter((one) => isAbout(one, key, delivery));
  const same = own.find((one) => markOf(one.body)?.version === version);
  if (same) return repeat(github, alert, same, delivery);
  const rejected = version === '' ? null : await rejectedBefore(github, key, version, delivery);
  if (rejected) return { key, did: 'rejected before', issue: rejected };
  const marker = issueMarker({ key, workbook: alert.isOfRepository ? '' : delivery.workbook, version });
  const labels = [LABEL, `${LABEL}: ${alert.kind}`];
  // A person picks it from the list: the approval is one click.
  if (alert.ask) await github.makeLabel(APPROVE_LABEL);
  const opened = await github.open({ title: alert.title, body: bodyOf(alert, marker), labels }, marker);
  // Another run may have opened one at the same moment: the later one is closed by the run that looks last.
  const standing = (await withoutDoubles(github, await github.issues(LABEL))).find((one) => one.body.includes(marker));
  const issue = standing ?? opened;
  for (const older of own) {
    const once = commentMarker('overtaken', delivery.run);
    const why = alert.replaces ?? 'This is no longer so: a newer issue takes its place.';
    await github.comment(older, `${why} See #${issue.number}.\n\n${once}`, once);
    await github.close(older, 'not_planned');
  }
  return { key, did: 'opened', issue };
}

/** Markers stand in the last line, which is kept where a body is cut. */
const bodyOf = ({ body, ask }: Alert, marker: string): string =>
  `${body}\n\n${ask ? `${askMarker(ask)} ` : ''}${marker}`;

/** A plan that a person rejected stays rejected until it differs. */
async function rejectedBefore(github: GitHub, key: string, version: string, delivery: Delivery): Promise<Issue | null> {
  const closed = await github.closed(REJECTED);
  return closed.find((one) => isAbout(one, key, delivery) && markOf(one.body)?.version === version) ?? null;
}

async function repeat(github: GitHub, alert: Alert, issue: Issue, { now, run }: Delivery): Promise<Reported> {
  const [mark] = /<!-- nightshift alert [^\n]*-->/.exec(issue.body) ?? [''];
  const body = bodyOf(alert, mark);
  // What is asked is the newest: its moment, its run, and the plans in it.
  if (alert.ask && body !== issue.body) await github.edit(issue, { title: alert.title, body });
  const marker = `${REPEAT}run="${run}" -->`;
  if (!alert.isAnswer && !isTimeToRepeat(issue, await github.comments(issue), now))
    return { key: alert.key, did: 'left alone', issue };
  await github.comment(issue, `${alert.repeat}\n\n${marker}`, marker);
  return { key: alert.key, did: 'commented', issue };
}

/** The first repeat is commented at once, then one a day, and after a week one a week. */
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
    const mark = markOf(issue.body);
    if (!mark) continue;
    const name = `${mark.key} ${mark.workbook} ${mark.version}`;
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
