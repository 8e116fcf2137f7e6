/** Who can be mailed, and on which lists they are. */
import { lineChart, sparkline } from './chart.ts';
import type { Figures } from './figures.ts';
import { type Html, html, numbers, section, tableHtml } from './html.ts';
import { byCount, drawn, people, peopleChange } from './numbers.ts';
import { byDay, earlier, marksOf, newest, type Series } from './series.ts';

const STEPS = [
  ['contacts', 'All contacts'],
  ['valid', 'with a valid address'],
  ['notSuppressed', 'and not unsubscribed or suppressed'],
  ['listed', 'and on a list meant for sending'],
] as const;

const JOBS = ['list-refresh', 'bounce-suppression', 'list-cleaning'];

/** From all contacts to those on a list, against yesterday, 30 and 365 days ago. */
export function mailable(series: Series): Html {
  const now = newest(series, (each) => each.mailable)?.value;
  const contacts = newest(series, (each) => each.contacts)?.value;
  const title = 'Mailable contacts';
  if (!now) {
    const known = `${people(contacts ?? 0)} contacts.\nThe next run of list-refresh counts how many can be mailed.`;
    const text = contacts === undefined ? 'No run of list-refresh is on record.' : known;
    return section('mailable', title, html`\n<p>${text}</p>`);
  }
  const then = [1, 30, 365].map((days) => earlier(series, days, (each) => each.mailable));
  const rows = STEPS.map(([key, label]) => [
    html`${label}<span class="bar" style="--share:${now.contacts > 0 ? Math.round((drawn(now[key]) / now.contacts) * 100) : 0}%"></span>`,
    people(now[key]),
    ...then.map((each) => (each ? peopleChange(now[key] - each[key]) : '–')),
  ]);
  const points = (key: keyof typeof now) =>
    byDay(series, 365, (each) => (each.mailable ? drawn(each.mailable[key]) : null));
  const columns = [{ head: 'step' }, ...['now', 'since yesterday', 'in 30 days', 'in 365 days'].map(numbers)];
  const table = tableHtml('Contacts from all to mailable', columns, rows);
  return section(
    'mailable',
    title,
    html`\n<div class="two"><div>${table}</div><figure>${lineChart({
      title: 'Contacts on a list meant for sending, 365 days',
      points: points('listed'),
      marks: marksOf(series, ...JOBS),
      text: people,
    })}
<figcaption>On a list meant for sending, up to 365 days. Dashed: rules changed.</figcaption></figure></div>`,
  );
}

function listRow(series: Series, name: string, size: number, at: Figures): readonly (Html | string)[] {
  const points = byDay(series, 30, (each) => (each.lists?.[name] === undefined ? null : drawn(each.lists[name])));
  const before = earlier(series, 1, (each) => each.lists?.[name] ?? null);
  const month = earlier(series, 30, (each) => each.lists?.[name] ?? null);
  const limits: [number, number] | null =
    at.stop === null || before === null || people(before).startsWith('<')
      ? null
      : [before * (1 - at.stop), before * (1 + at.stop)];
  const says =
    `${name}, 30 days: from ${people(points[0]?.value ?? 0)} to ` +
    `${people(size)}.${limits ? ` The guard holds the list below ${people(limits[0])} and above ${people(limits[1])}.` : ''}`;
  return [
    name,
    people(size),
    peopleChange(at.joined[name] ?? 0),
    peopleChange(-(at.left[name] ?? 0)),
    month === null ? '–' : peopleChange(size - month),
    points.length > 1 ? sparkline(says, points, limits) : '–',
  ];
}

/** Each list with its size, who joined and left, and its last 30 days between the guard's limits. */
export function lists(series: Series): Html {
  const found = newest(series, (each) => each.lists);
  if (!found) return section('lists', 'Lists', html`\n<p>No run of list-refresh is on record.</p>`, 'lists');
  const columns = [{ head: 'list' }, ...['size', 'joined', 'left', 'in 30 days'].map(numbers), { head: '30 days' }];
  const rows = byCount(found.value).map(([name, size]) => listRow(series, name, size, found.at));
  const note = html`<p class="note">The shaded band is what the guard allows in one run.</p>`;
  return section('lists', 'Lists', html`\n${tableHtml('Lists', columns, rows)}${note}`, 'lists');
}
