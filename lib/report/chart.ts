/**
 * Charts as SVG, made when the page is written, by Observable Plot on a document of linkedom's: nothing runs in the
 * reader's browser. Colours are CSS variables of the page, so that one picture serves light, dark and paper. Each
 * chart says in words what it shows, for screen readers.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Html } from './html.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

export interface Point {
  readonly day: Date;
  readonly value: number;
}

/** A level that is drawn across a chart, such as an alarm line. */
export interface Level {
  readonly value: number;
  readonly label: string;
  readonly kind: 'warn' | 'stop';
}

export interface LineChart {
  readonly title: string;
  readonly points: readonly Point[];
  /** Days on which rules changed. */
  readonly marks?: readonly Date[];
  readonly levels?: readonly Level[];
  /** d3-format of the axis; whole numbers unless given. */
  readonly format?: string;
  readonly fromZero?: boolean;
  readonly text: (value: number) => string;
}

const WIDTH = 380;
const DAY_MS = 86_400_000;
const INK = 'var(--line)';
const LEVEL = { warn: 'var(--warn)', stop: 'var(--bad)' } as const;

/** What is used of the SVG element that Plot gives; the project's types know no browser. */
interface Drawing {
  readonly outerHTML: string;
  readonly setAttribute: (name: string, value: string) => void;
  readonly querySelectorAll: (
    selector: string,
  ) => Iterable<{ readonly remove: () => void; readonly removeAttribute: (name: string) => void }>;
}

/** The picture as text, with its own style sheet taken out: the page has one for all. */
function picture(plot: Drawing, says: string): Html {
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-label', says);
  for (const style of [...plot.querySelectorAll('style')]) style.remove();
  for (const group of [...plot.querySelectorAll('[aria-label], [aria-description]')]) {
    group.removeAttribute('aria-label');
    group.removeAttribute('aria-description');
  }
  return new Html(plot.outerHTML.replaceAll(/(\d+\.\d{2})\d+/g, '$1'));
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

function says({ title, points, text, levels = [], marks = [] }: LineChart): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return `${title}: no data.`;
  const values = points.map(({ value }) => value);
  return [
    `${title}: ${text(last.value)} on ${day(last.day)}, ${text(first.value)} on ${day(first.day)};`,
    `lowest ${text(Math.min(...values))}, highest ${text(Math.max(...values))}.`,
    ...levels.map(({ label, value }) => `${label} at ${text(value)}.`),
    ...(marks.length > 0 ? [`Rules changed on ${marks.map(day).join(', ')}.`] : []),
  ].join(' ');
}

/** A line over days, with levels across it and a dashed line on each day on which rules changed. */
export function lineChart(chart: LineChart): Html {
  const { points, marks = [], levels = [], format = ',d', fromZero = false } = chart;
  const from = points[0]?.day ?? new Date(0);
  const to = points.at(-1)?.day ?? from;
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: 170,
    marginLeft: 52,
    marginRight: 12,
    marginTop: 16,
    x: {
      type: 'utc',
      label: null,
      ticks: 4,
      domain: [new Date(from.getTime() - (from < to ? 0 : DAY_MS)), new Date(to.getTime() + (from < to ? 0 : DAY_MS))],
    },
    y: { grid: true, label: null, ticks: 4, tickFormat: format, zero: fromZero, nice: true },
    marks: [
      Plot.ruleX(
        marks.filter((mark) => mark >= from && mark <= to),
        { stroke: 'var(--mark)', strokeDasharray: '3,3' },
      ),
      ...levels.map(({ value, kind }) => Plot.ruleY([value], { stroke: LEVEL[kind], strokeDasharray: '6,3' })),
      ...levels.map(({ value, label, kind }) =>
        Plot.text([{ x: from, y: value, label }], {
          x: 'x',
          y: 'y',
          text: 'label',
          dy: -6,
          textAnchor: 'start',
          fill: LEVEL[kind],
        }),
      ),
      points.length < 4
        ? Plot.dot(points, { x: 'day', y: 'value', fill: INK })
        : Plot.lineY(points, { x: 'day', y: 'value', stroke: INK, strokeWidth: 1.8 }),
    ],
  });
  return picture(plot, says(chart));
}

/** A small line without axes; `limits` is the band that the next value may be in. */
export function sparkline(title: string, points: readonly Point[], limits: readonly [number, number] | null): Html {
  const from = points[0]?.day ?? new Date(0);
  const to = points.at(-1)?.day ?? from;
  const plot = Plot.plot({
    document,
    width: 160,
    height: 40,
    margin: 3,
    axis: null,
    x: { type: 'utc' },
    y: { nice: false },
    marks: [
      limits &&
        Plot.rect([{ x1: from, x2: to, y1: limits[0], y2: limits[1] }], {
          x1: 'x1',
          x2: 'x2',
          y1: 'y1',
          y2: 'y2',
          fill: 'var(--band)',
        }),
      Plot.lineY(points, { x: 'day', y: 'value', stroke: INK, strokeWidth: 1.6 }),
      Plot.dot(points.slice(-1), { x: 'day', y: 'value', fill: INK, r: 2.4 }),
    ],
  });
  return picture(plot, title);
}

/** How the slots of a job on a day went. */
export type DayState = 'good' | 'waiting' | 'failed' | 'missed';

export interface CalendarDay {
  readonly job: string;
  readonly day: string;
  readonly state: DayState;
}

const STATE_COLOUR: Readonly<Record<DayState, string>> = {
  good: 'var(--good)',
  waiting: 'var(--warn)',
  failed: 'var(--bad)',
  missed: 'var(--page)',
};

/** Jobs by days, a square each. A missed slot is an empty square with a border; a failed one has a cross as well. */
export function calendarChart(
  says: string,
  jobs: readonly string[],
  days: readonly string[],
  cells: readonly CalendarDay[],
): Html {
  const shown = days.filter((_, i) => (days.length - 1 - i) % 7 === 0);
  const marked = (state: DayState): readonly CalendarDay[] => cells.filter((each) => each.state === state);
  const plot = Plot.plot({
    document,
    width: 860,
    height: 40 + jobs.length * 20,
    marginLeft: 150,
    marginTop: 4,
    x: { domain: [...days], ticks: shown, label: null, tickFormat: (each: string) => each.slice(5), tickSize: 0 },
    y: { domain: [...jobs], label: null, tickSize: 0 },
    marks: [
      Plot.cell(cells, {
        x: 'day',
        y: 'job',
        fill: (each: CalendarDay) => STATE_COLOUR[each.state],
        stroke: (each: CalendarDay) => (each.state === 'missed' ? 'var(--bad)' : 'none'),
        inset: 1.5,
        rx: 2,
      }),
      Plot.text(marked('failed'), { x: 'day', y: 'job', text: () => '×', fill: 'var(--page)', fontWeight: 700 }),
      Plot.text(marked('missed'), { x: 'day', y: 'job', text: () => '!', fill: 'var(--bad)', fontWeight: 700 }),
      Plot.text(marked('waiting'), { x: 'day', y: 'job', text: () => '?', fill: 'var(--page)', fontWeight: 700 }),
    ],
  });
  return picture(plot, says);
}
