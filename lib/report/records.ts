/**
 * What the records are worth and how good they are: quarantine, grades, customers, merges, companies, and the rules
 * behind them.
 */
import { lineChart, type Point, sparkline } from './chart.ts';
import { type Html, html, numbers, section, tableHtml } from './html.ts';
import { byCount, changeSince, dayText, drawn, people, percent, total } from './numbers.ts';
import { byDay, earlier, marksOf, newest, quarantineOf, type Series } from './series.ts';

/** Rows that no job may touch, by table and reason, and their number over 90 days. */
export function quarantine(series: Series): Html {
  const rowsOf = quarantineOf(series);
  const now = newest(series, rowsOf)?.value ?? {};
  const then = earlier(series, 30, rowsOf);
  const trendOf = (label: string, points: readonly Point[]): Html | string =>
    points.length < 2
      ? '–'
      : sparkline(
          `${label}, 90 days: from ${people(points[0]?.value ?? 0)} to ${people(points.at(-1)?.value ?? 0)} rows.`,
          points,
          null,
        );
  const trend = (pick: (rows: Readonly<Record<string, number>>) => number) =>
    byDay(series, 90, (each) => {
      const rows = rowsOf(each);
      return rows === null ? null : drawn(pick(rows));
    });
  const rows = byCount(now).map(([label, n]) => {
    const [table = '', ...reason] = label.split(': ');
    const points = trend((each) => each[label] ?? 0);
    const change = changeSince(then, label, n);
    return [html`<code>${table}</code>`, reason.join(': '), people(n), change, trendOf(label, points)];
  });
  const points = trend(total);
  const body =
    rows.length === 0
      ? html`<p>Every row can be read.</p>`
      : html`<div class="two"><div>${tableHtml(
          'Quarantine by table and reason',
          [{ head: 'table' }, { head: 'reason' }, numbers('rows'), numbers('in 30 days'), { head: '90 days' }],
          rows,
        )}<p class="note">The table <code>quarantine</code> of the workbook names row and column of each.</p></div>
<figure>${lineChart({ title: 'Rows in quarantine, 90 days', points, fromZero: true, text: people })}
<figcaption>Rows in quarantine, 90 days.</figcaption></figure></div>`;
  return section('quarantine', 'Quarantine', html`${body}${unreadable(series)}`);
}

/** Cells that can't be read: they count as unknown, and their rows go on. */
function unreadable(series: Series): Html {
  const rowsOf = quarantineOf(series);
  const cells = newest(series, (each) => (rowsOf(each) === null ? null : each.unreadable))?.value ?? {};
  const rows = byCount(cells).map(([label, n]) => [label, people(n)]);
  if (rows.length === 0) return html``;
  const columns = [{ head: 'table, column and reason' }, numbers('cells')];
  return html`<h3>Cells that can’t be read</h3>${tableHtml('Cells that can’t be read', columns, rows)}`;
}

const LETTERS = ['A', 'B', 'C', 'D'];
const DIGITS = ['1', '2', '3', '4'];

/** Contacts by grade, fit A–D by engagement 1–4, and how each moved in 30 days. */
export function grades(series: Series): Html {
  const now = newest(series, (each) => each.grades)?.value;
  if (!now) return html``;
  const then = earlier(series, 30, (each) => each.grades);
  const most = Math.max(1, ...Object.entries(now).map(([grade, n]) => (grade.length === 2 ? n : 0)));
  const cell = (grade: string): Html => {
    const n = now[grade] ?? 0;
    return html`<span class="heat" style="--heat:${Math.round((drawn(n) / most) * 100)}%">${people(n)}
${then && html` <small>${changeSince(then, grade, n)}</small>`}</span>`;
  };
  const rows = LETTERS.map((letter) => [`Fit ${letter}`, ...DIGITS.map((digit) => cell(`${letter}${digit}`))]);
  const others = Object.entries(now).filter(([grade]) => !/^[A-D][1-4]$/.test(grade));
  const hot = byDay(series, 90, (each) =>
    each.grades ? drawn((each.grades.A1 ?? 0) + (each.grades.A2 ?? 0) + (each.grades.B1 ?? 0)) : null,
  );
  return section(
    'grades',
    'Score grades',
    html`<div class="two"><div>${tableHtml(
      'Contacts by fit and engagement, with the change in 30 days',
      [{ head: 'fit' }, ...DIGITS.map((digit) => numbers(digit === '1' ? 'engagement 1' : digit))],
      rows,
    )}
${others.map(([label, n]) => html`<p class="note">${label}: ${people(n)}</p>`)}</div>
<figure>${lineChart({
      title: 'Contacts graded A1, A2 or B1, 90 days',
      points: hot,
      marks: marksOf(series, 'score-recalculation'),
      text: people,
    })}<figcaption>Graded A1, A2 or B1, 90 days. Dashed: rules changed.</figcaption></figure></div>
${ranking(series)}`,
  );
}

/** The last back-test of the score, and each of them as a line. */
function ranking(series: Series): Html {
  const found = newest(series, (each) => each.ranking);
  if (!found)
    return html`<p class="note">Whether grades predict what comes: <code>npx nightshift backtest score</code>.</p>`;
  const { outcome, days, auc, low, high, ranks } = found.value;
  const two = (n: number): string => n.toFixed(2);
  return html`<h3>Last back-test</h3><p>${ranks ? '' : html`<em class="alarm">The score does not rank.</em> `}
Of two contacts, one with and one without
the outcome “${outcome.replaceAll('_', ' ')}” in the ${days} days to ${dayText(found.at.asOf.toISOString().slice(0, 10))},
the score of before put the right one first in ${percent(auc, 0)} of all cases
(95 % interval ${two(low)} to ${two(high)}; chance is 50 %).</p>`;
}

/** Customers by value band, and how the model's forecast compares with what came. */
export function customers(series: Series): Html {
  const now = newest(series, (each) => each.valueBands)?.value;
  if (!now) return html``;
  const then = earlier(series, 30, (each) => each.valueBands);
  const forecast = newest(series, (each) => each.forecast)?.value;
  const rows = Object.entries(now).map(([band, n]) => [band, people(n), changeSince(then, band, n)]);
  return section(
    'customers',
    'Customers',
    html`${tableHtml(
      'Customers by value band',
      [{ head: 'band' }, numbers('customers'), numbers('since last month')],
      rows,
    )}
${
  forecast
    ? html`<p>Forecast against what came, over ${Math.round(forecast.weeks)} weeks:
${percent(Math.abs(forecast.bias), 1)} too ${forecast.bias >= 0 ? 'high' : 'low'}.</p>`
    : ''
}`,
  );
}

/** Merges of the newest run and the questions that are open. */
export function merges(series: Series): Html {
  const found = newest(series, (each) => each.merges);
  if (!found) return html``;
  const { merged, questions } = found.value;
  return section(
    'merges',
    'Duplicates',
    html`<p>${people(merged)} contacts merged on ${found.at.period}; ${people(questions)} questions open.</p>`,
  );
}

/** Contacts whose company is known, and the questions to the provider. */
export function companies(series: Series): Html {
  const found = newest(series, (each) => each.companies);
  if (!found) return html``;
  const rows = Object.entries(found.value).map(([label, n]) => [label, people(n)]);
  const asked = newest(series, (each) => (each.companies ? each.questions : null))?.value;
  return section(
    'companies',
    'Companies',
    html`${tableHtml('Contacts by company', [{ head: 'state' }, numbers('contacts')], rows)}
${asked === undefined ? '' : html`<p>${people(asked)} questions to the provider in the newest run.</p>`}`,
  );
}

/** The days on which rules changed, newest first. */
export function ruleChanges(series: Series): Html {
  const rows = [...series.ruleChanges].reverse().slice(0, 50);
  const commit = (sha: string | null): Html | string => {
    if (sha === null) return 'not known';
    const short = html`<code>${sha.slice(0, 8)}</code>`;
    return series.repositoryUrl ? html`<a href="${series.repositoryUrl}/commit/${sha}">${short}</a>` : short;
  };
  return section(
    'rules',
    'Rule changes',
    rows.length === 0
      ? html`<p>No rule has changed since the first run on record.</p>`
      : tableHtml(
          'Rule changes',
          [{ head: 'day' }, { head: 'job' }, { head: 'commit' }],
          rows.map(({ day, job, commit: sha }) => [dayText(day), job, commit(sha)]),
        ),
  );
}
