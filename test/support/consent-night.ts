/** The part of a night that decides who gets mail, on six contacts who may be mailed and one list. */
import bounceSuppression from '../fixture/bounce-suppression.ts';
import { listRefresh } from '../fixture/list-refresh.ts';
import { listSizes } from '../fixture/rules/guards.ts';
import { lists } from '../fixture/rules/segments.ts';
import { type Night, night } from './night.ts';
import { nightly as scheduled } from './small-jobs.ts';
import { aContact, membersOf, type Row } from './workbook.ts';

const LIST = 'Newsletter';
/** The list, and the one that its rule asks for. */
const refresh = listRefresh(
  lists.filter(({ name }) => [LIST, 'Customers'].includes(name)),
  listSizes,
);

export const nightly = (folder: string, given: Night = {}) =>
  night(folder, { jobs: scheduled(bounceSuppression, refresh), ...given });
/** The list alone: what the tables say of consent has to be enough for it. */
export const refreshed = (folder: string, given: Night = {}) => night(folder, { jobs: scheduled(refresh), ...given });
export const crowd = (): Row[] =>
  Array.from({ length: 6 }, (_, i) => aContact({ contact_id: `h${i}`, created_at: '2026-11-01T00:00:00Z' }));
/** Ids of who is on the list. */
export const newsletter = (folder: string): string[] => membersOf(folder, LIST);
