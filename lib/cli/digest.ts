/** `digest`: the week, as a comment on one issue that stays open. Once a week, whoever asks and however often. */
import { periodOf } from '../core/calendar/period.ts';
import { LABEL } from '../github/api/alerts.ts';
import { digestText } from '../github/digest.ts';
import { readEnvironment } from '../github/environment.ts';
import type { Session } from './session.ts';
import { historyOf, notice } from './shift.ts';

const MARKER = '<!-- nightshift digest -->';
const BODY = [
  'Every week the night shift tells here how the week was: runs, missed slots, and how the list moved.',
  '',
  'Pin this issue (at the right, "Pin issue") to keep it in sight; subscribe to get the digest by mail.',
  '',
  MARKER,
].join('\n');

export async function digestCommand(session: Session): Promise<number> {
  const environment = readEnvironment(process.env);
  const { nightShift, identity, asOf, workbook } = session;
  const text = digestText(nightShift, await historyOf(session), asOf);
  const { github } = environment;
  if (!github || workbook.isSample) {
    console.log(text);
    if (workbook.isSample) notice(environment, 'No workbook is set yet (NIGHTSHIFT_WORKBOOK); nothing was posted.');
    return 0;
  }
  const week = periodOf('weekly', identity.startedAt, nightShift.workbook.timeZone);
  const marker = `<!-- nightshift digest week="${week}" -->`;
  const standing = (await github.issues(LABEL)).find((issue) => issue.body.includes(MARKER));
  const issue =
    standing ?? (await github.open({ title: 'Night shift: the weekly digest', body: BODY, labels: [LABEL] }, MARKER));
  await github.comment(issue, `${text}\n\n${marker}`, marker);
  console.log(`The digest of ${week} stands at ${issue.url}.`);
  return 0;
}
