/** Bounces, complaints, unsubscribes, and why addresses are suppressed. */
import { type Level, lineChart } from './chart.ts';
import type { Rates } from './figures.ts';
import { type Html, html, numbers, section, tableHtml } from './html.ts';
import { byCount, changeSince, people, percent, rateOf } from './numbers.ts';
import { byDay, earlier, marksOf, newest, type Series } from './series.ts';

const DAYS = 90;

interface Kind {
  readonly title: string;
  readonly key: 'bounceRate' | 'complaintRate' | 'unsubscribeRate';
  readonly part: (rates: Rates) => number;
  readonly whole: (rates: Rates) => number;
  readonly lines: string | null;
}

const KINDS: readonly Kind[] = [
  {
    title: 'Bounce rate',
    key: 'bounceRate',
    part: ({ bounced }) => bounced,
    whole: ({ delivered, bounced }) => delivered + bounced,
    lines: 'bounces',
  },
  {
    title: 'Complaint rate',
    key: 'complaintRate',
    part: ({ complaints }) => complaints,
    whole: ({ delivered }) => delivered,
    lines: 'complaints',
  },
  {
    title: 'Unsubscribe rate',
    key: 'unsubscribeRate',
    part: ({ unsubscribes }) => unsubscribes ?? 0,
    whole: ({ delivered }) => delivered,
    lines: null,
  },
];

function rateChart(series: Series, { title, key, part, whole, lines }: Kind): Html {
  const shown = (rates: Rates | null): { value: number; few: boolean } | null => {
    const rate = rates?.[key] ?? null;
    return rates === null || rate === null ? null : rateOf(part(rates), rate, whole(rates));
  };
  const points = byDay(series, DAYS, (each) => shown(each.rates)?.value ?? null);
  const last = newest(series, (each) => (each.rates?.[key] == null ? null : each.rates));
  const alarm = newest(series, (each) => (each.rates ? each.alarmLines : null))?.value ?? {};
  const highest = Math.max(0, ...points.map(({ value }) => value));
  const levels: Level[] = (['warn', 'stop'] as const).flatMap((kind) => {
    const value = lines === null ? undefined : alarm[`${lines}_${kind}`];
    // A line far above what is measured would flatten the chart.
    return value === undefined || value > Math.max(highest * 8, 0.001)
      ? []
      : [{ value, kind, label: kind === 'warn' ? 'warning' : 'stop' }];
  });
  const now = last ? shown(last.value) : null;
  const level =
    key === 'bounceRate' ? last?.value.bounceLevel : key === 'complaintRate' ? last?.value.complaintLevel : 'well';
  return html`<figure><figcaption><strong>${title}</strong> ${now ? `${now.few ? 'under ' : ''}${percent(now.value)}` : 'unknown'}
${level !== undefined && !['well', 'unknown'].includes(level) ? html` <em class="alarm">over the line: ${level}</em>` : ''}</figcaption>
${
  points.length > 0
    ? lineChart({
        title: `${title}, ${DAYS} days`,
        points,
        levels,
        marks: marksOf(series, 'bounce-suppression'),
        format: '.2%',
        fromZero: true,
        text: (value) => percent(value),
      })
    : html`<p class="note">No deliveries are on record (events of the type <code>delivered</code>).</p>`
}</figure>`;
}

function suppressions(series: Series): Html {
  const now = newest(series, (each) => each.suppressions)?.value;
  if (!now) return html``;
  const then = earlier(series, 30, (each) => each.suppressions);
  const rows = byCount(now).map(([reason, n]) => [
    reason.replaceAll('_', ' '),
    people(n),
    changeSince(then, reason, n),
  ]);
  const columns = [{ head: 'reason' }, numbers('addresses'), numbers('in 30 days')];
  return html`<h3>Suppressions by reason</h3>
${tableHtml('Suppressions by reason', columns, rows)}`;
}

/** Rates over 90 days against the alarm lines, and suppressions by reason. */
export const delivery = (series: Series): Html =>
  section(
    'delivery',
    'Bounces, complaints, unsubscribes',
    html`\n<div class="charts">${KINDS.map((kind) => rateChart(series, kind))}</div>${suppressions(series)}`,
  );
