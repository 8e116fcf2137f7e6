/** The worlds that are made again and again, and the nights that follow them. */
import type { NightOptions } from './night.ts';
import type { WorldOptions } from './world.ts';

/** The sample workbook in data/sample; change it and `npx tsx data/generator/main.ts sample data/sample` together. */
export const sampleOptions: WorldOptions = { seed: 20261122, contacts: 2000, events: 15_000, lastDay: '2026-11-22' };

/** What benches run on: a million contacts of thirty columns. */
export const benchOptions: WorldOptions = {
  seed: 7,
  contacts: 1_000_000,
  events: 10_000_000,
  lastDay: '2026-11-22',
  wide: true,
};

/** The ordinary night after the first one, for `passDay`. */
export const ordinaryNight: NightOptions = { seed: 7, night: 2, day: '2026-11-23', events: 50_000, bounces: 300 };
