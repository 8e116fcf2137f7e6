/** Which plans people rejected: the closed issues with the label say so. */
import type { Rejections } from '../run/rejection.ts';
import { REJECTED } from './api/alerts.ts';
import type { GitHub } from './api/github.ts';
import { markOf } from './api/markers.ts';

/** What people rejected on this workbook, and in which issue. @throws GitHubError */
export async function rejectionsOn(github: GitHub, workbook: string): Promise<Rejections> {
  const closed = await github.closed(REJECTED);
  return new Map(
    closed.flatMap((issue): [string, number][] => {
      const mark = markOf(issue.body);
      return mark?.workbook === workbook && mark.key.startsWith('approval/') ? [[mark.version, issue.number]] : [];
    }),
  );
}
