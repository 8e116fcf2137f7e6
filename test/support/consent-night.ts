/** The part of a night that decides who gets mail, on six contacts who may be mailed. */
import { type Night, night } from './night.ts';
import { aContact, membersOf, type Row } from './workbook.ts';

export const nightly = (folder: string, given: Night = {}) =>
  night(folder, { jobs: ['bounce-suppression', 'list-refresh'], ...given });
export const crowd = (): Row[] =>
  Array.from({ length: 6 }, (_, i) => aContact({ contact_id: `h${i}`, created_at: '2026-11-01T00:00:00Z' }));
/** Ids of who is on the list "Newsletter". */
export const newsletter = (folder: string): string[] => membersOf(folder, 'Newsletter');
