/** `digest`: the week, as a comment on one issue that stays open. One comment a week, however often it is run. */
import { periodOf } from '../core/calendar/period.ts';
import { LABEL } from '../github/api/alerts.ts';
import { markOf } from '../github/api/markers.ts';
import { digestText } from '../github/digest.ts';
import { readEnvironment } from '../github/environment.ts';
import { DRILL } from './drill.ts';
import { restoreLedger } from './restore-ledger.ts';
import { historyOf, type Session } from './session.ts';
import { notice } from './shift-report.ts';

const MARKER = '<!-- nightshift digest -->';
const BODY = [
  'Every week the night shift reports here: whether anything needs a person, what ran, what was missed, and how the list moved.',
  '',
  'Pin this issue (at the right, "Pin issue") to keep it in sight; subscribe to get the digest by mail.',
  '',
  MARKER,
].join('\n');

export async function digestCommand(session: Session): Promise<number> {
  const environment = readEnvironment(process.env);
  const { nightShift, identity, asOf, workbook } = session;
  const { github } = environment;
  if (!workbook.isSample) await restoreLedger(session, environment);
  const history = await historyOf(session);
  if (!github || workbook.isSample) {
    console.log(digestText(nightShift, history, asOf, []));
    if (workbook.isSample) notice(environment, 'No workbook is set yet (NIGHTSHIFT_WORKBOOK); nothing was posted.');
    return 0;
  }
  const issues = await github.issues(LABEL);
  const open = issues.filter(({ body }) => isOurs(body, identity.workbook));
  const week = periodOf('weekly', identity.startedAt, nightShift.workbook.timeZone);
  const marker = `<!-- nightshift digest week="${week}" -->`;
  const standing = issues.find((issue) => issue.body.includes(MARKER));
  const issue =
    standing ?? (await github.open({ title: 'Night shift: the weekly digest', body: BODY, labels: [LABEL] }, MARKER));
  await github.comment(issue, `${digestText(nightShift, history, asOf, open)}\n\n${marker}`, marker);
  console.log(`The digest of ${week} is at ${issue.url}.`);
  return 0;
}

/** An alert or an approval of this workbook; drills ask for nothing. */
function isOurs(body: string, workbook: string): boolean {
  const mark = markOf(body);
  return mark !== null && mark.key !== DRILL && (!mark.workbook || mark.workbook === workbook);
}
