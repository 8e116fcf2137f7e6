/**
 * Warnings: nothing failed, but a person should review something. Wrong rules, rates over their lines, sender faults,
 * a quarantine that grows. Each is an issue of its own that closes when it is over. Pure.
 */

import { isGood, type LedgerEntry } from '../run/ledger-entry.ts';
import type { JobResult, RunResult } from '../run/result.ts';
import type { Alert, AllClear } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';
import { type News, paragraph, seeRun } from './news.ts';
import { listed, plural } from './outward-errors.ts';

export interface WarningNews {
  readonly result: RunResult;
  readonly history: ReadonlyMap<string, readonly LedgerEntry[]>;
  /** This run's id: its own entries are no history. */
  readonly run: string;
  readonly runUrl: string | null;
}

/** A quarantine grew where it holds more than a tenth more rows than before, and at least ten more. */
const GROWTH_SHARE = 0.1;
const GROWTH_ROWS = 10;
/** So many new bounces of the sender's own making are no accident. */
const SENDER_FAULTS = 20;
const SENDER_CLASS = 'sender';

export function warningNews(news: WarningNews): News {
  const { history, run } = news;
  const alerts: Alert[] = [];
  const allClear: AllClear[] = [];
  const say = (key: string, over: { title: string; text: string } | null, gone: string): void => {
    const see = seeRun(news.runUrl);
    const text = `${over?.text}${see}`;
    if (over) alerts.push({ key, kind: 'warning', title: over.title, body: text, repeat: text });
    else allClear.push({ key, text: (lasted) => `${gone}, after ${lasted}.${see}` });
  };
  if (Object.keys(news.result.snapshot.rows).length > 0) {
    say('warning/quarantine', quarantine(news), 'The quarantine no longer grows');
  }
  for (const job of news.result.jobs) {
    if (isGood(job))
      say(`warning/rules/${job.job}`, wrongRules(job), `The rules of ${code(job.job)} can be followed again`);
    if (job.job === 'fetch-activity' || job.job === 'sync-audiences')
      say(`warning/connections/${job.job}`, connections(job), `${code(job.job)} reaches all tools again`);
    const rates = record(job.metrics.rates);
    if (!rates) continue;
    const before = (history.get(job.job) ?? []).findLast((each) => each.run !== run);
    // Without a delivery on record a rate is unknown: neither over its line nor under it.
    if (rates.bounces !== 'unknown') {
      say(
        'warning/bounce-rate',
        rate('bounces', rates.bounce_rate, rates.bounces),
        'The bounce rate is under its line again',
      );
    }
    if (rates.complaints_level !== 'unknown') {
      const over = rate('complaints', rates.complaint_rate, rates.complaints_level);
      say('warning/complaint-rate', over, 'The complaint rate is under its line again');
    }
    say('warning/bursts', bursts(job), 'No burst of bounces of late');
    say('warning/sender-faults', senderFaults(job, before), 'No new bounces that blame the sender');
  }
  return { alerts, allClear };
}

/**
 * Which parts are held for their rules; what is wrong may name columns of the workbook, and stays in the run's report.
 */
function wrongRules({ job, heldParts }: JobResult): { title: string; text: string } | null {
  const asked = heldParts.filter(({ question }) => question !== undefined);
  if (asked.length > 0)
    return {
      title: `${job} asks about ${plural(asked.length, 'column')}`,
      text: asked.map(({ reason }) => markdown(reason)).join('\n\n'),
    };
  const wrong = heldParts.filter(({ plan }) => plan === null).map(({ part }) => markdown(part));
  if (wrong.length === 0) return null;
  const one = wrong.length === 1;
  return {
    title: `${job} can’t follow ${plural(wrong.length, 'rule')}`,
    text: paragraph(
      `What is written in ${code('jobs/rules')} for ${listed(wrong)} is wrong, so that`,
      `${one ? 'it stays as the last good run left it' : 'they stay as the last good run left them'}; the rest went on.`,
      'The run’s report shows what is wrong. Fix the rule, or what it names: no approval lets it through.',
    ),
  };
}

/** Tools that could not be reached, facts that are old, and files that are held for it. */
function connections({ job, metrics }: JobResult): { title: string; text: string } | null {
  const found = [metrics.stale, metrics.warnings].flatMap((each) =>
    Object.values(record(each) ?? {}).map((text) => markdown(String(text))),
  );
  if (found.length === 0) return null;
  const text =
    `${found.join('\n\n')}\n\n\`npx nightshift doctor\` checks each connection; docs/connections.md lists ` +
    'the rights that a key needs.';
  return { title: `${job}: a connection needs a person`, text };
}

const record = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;

function quarantine({ result, history, run }: WarningNews): { title: string; text: string } | null {
  const now = result.snapshot.quarantined;
  const before = result.jobs
    .flatMap(({ job }) => history.get(job) ?? [])
    .filter((each) => each.run !== run && isGood(each))
    .sort((a, b) => (a.run < b.run ? -1 : 1))
    .at(-1);
  if (!before) return null;
  const then = Object.values(record(before.metrics.quarantine) ?? {}).reduce<number>((sum, n) => sum + Number(n), 0);
  if (now - then < GROWTH_ROWS || now < then * (1 + GROWTH_SHARE)) return null;
  const reasons = Object.entries(result.quarantine).sort(([, a], [, b]) => b - a);
  const text = [
    paragraph(
      `${plural(now, 'row')} can’t be read and are in quarantine, ${now - then} more than the run before.`,
      'No job touches them until they are fixed; the workbook’s table "quarantine" shows which, and why.',
    ),
    '',
    '| rows | why |',
    '| ---: | --- |',
    ...reasons.map(([reason, rows]) => `| ${rows} | ${markdown(reason)} |`),
    '',
  ];
  return { title: 'The quarantine grows', text: text.join('\n') };
}

function rate(what: string, found: unknown, level: unknown): { title: string; text: string } | null {
  if (level !== 'warn' && level !== 'error' && level !== 'stop') return null;
  const percent = `${(Number(found) * 100).toFixed(2)} %`;
  const advice = {
    warn: 'Look at where the newest addresses came from before the next campaign.',
    error: 'Providers slow senders down from here on. Send to people who answered lately only, until it falls.',
    stop: 'Providers close accounts from here on. Send nothing before the cause is found.',
  }[level];
  return {
    title: `Too many ${what}`,
    text: `${percent} ${what} of late: over the line ${code(level)}. ${advice} The lines are in \`jobs/rules/bounces.ts\`.`,
  };
}

function bursts({ metrics }: JobResult): { title: string; text: string } | null {
  const lately = Number(record(metrics.bursts)?.lately ?? 0);
  if (lately === 0) return null;
  return {
    title: 'Bounces in bursts',
    text: paragraph(
      `${plural(lately, 'burst')} of bounces of late: so many at one domain on one day, for one reason,`,
      'that the receiver or the sender broke. No person is suppressed for that.',
      'The run’s report shows where and when; mail to these people again once the cause is found.',
    ),
  };
}

function senderFaults(job: JobResult, before: LedgerEntry | undefined): { title: string; text: string } | null {
  const now = classCount(job.metrics.bouncesByClass);
  const grown = now - classCount(before?.metrics.bouncesByClass);
  if (grown < SENDER_FAULTS) return null;
  return {
    title: 'Bounces that blame the sender',
    text: paragraph(
      `${plural(grown, 'bounce')} more than the run before show that receivers refused what we sent or how,`,
      `not whom we sent it to (${plural(now, 'such bounce')} of late). No person is suppressed for that.`,
      'Look at authentication (SPF, DKIM, DMARC), content and reputation before the next campaign.',
    ),
  };
}

const classCount = (byClass: unknown): number => Number(record(byClass)?.[SENDER_CLASS] ?? 0);
