/**
 * A person's decision in an issue: the label `approve`, or a comment that is just `/approve` or `/reject`. Everything
 * that counts is asked of GitHub again, because an event shows what was sent: who may write, who opened the issue, and
 * whether the comment still is what was sent. No other text of an issue or a comment is read. Pure but for what it
 * asks of GitHub.
 */
import * as z from 'zod';
import { APPROVE_LABEL } from './api/alerts.ts';
import { code } from './api/escape.ts';
import { ACTIONS_BOT, type GitHub, type Issue } from './api/github.ts';
import { type Ask, askOf, markOf } from './api/markers.ts';

const user = z.object({ login: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$/), type: z.literal('User') });
const labelled = z.object({
  action: z.literal('labeled'),
  label: z.object({ name: z.literal(APPROVE_LABEL) }),
  issue: z.object({ number: z.number() }),
  sender: user,
});
const commented = z.object({
  action: z.literal('created'),
  comment: z.object({ id: z.number(), user }),
  issue: z.object({ number: z.number() }),
  sender: user,
});

export type Decision =
  /** None of ours, or no decision at all. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'refuse'; readonly issue: Issue; readonly why: string; readonly by: string }
  | {
      readonly kind: 'approve' | 'reject';
      readonly issue: Issue;
      readonly by: string;
      readonly ask: Ask;
      readonly key: string;
    };

const IGNORED: Decision = { kind: 'ignore' };

/**
 * Reads the event that a workflow was started by. `workbook` is the id of the one that runs here. @throws GitHubError
 */
export async function decisionOf(github: GitHub, event: unknown, workbook: string): Promise<Decision> {
  const labelling = labelled.safeParse(event);
  const comment = commented.safeParse(event);
  const given = labelling.success ? labelling.data : comment.success ? comment.data : null;
  if (!given) return IGNORED;
  const by = given.sender.login;
  const issue = await github.issue(given.issue.number);
  const [mark, ask] = [markOf(issue.body), askOf(issue.body)];
  // A person's own issue, even one with our marker copied into it, is none of ours.
  if (!mark || issue.author !== ACTIONS_BOT) return IGNORED;
  const label = issue.labels.includes(APPROVE_LABEL) ? 'approve' : null;
  const word = comment.success ? await wordOf(github, comment.data) : label;
  if (word === null) return IGNORED;
  const refuse = (why: string): Decision => ({ kind: 'refuse', issue, why, by });
  if (!(await github.mayWrite(by)))
    return refuse(`${code(by)} may not write to this repository, and only people who may can decide.`);
  if (word === 'unclear')
    return refuse(`A decision is a new comment that holds ${code('/approve')} or ${code('/reject')} and nothing else.`);
  if (!issue.open) return refuse('This issue is closed: what it asked is decided, or no longer so.');
  if (mark.workbook !== null && mark.workbook !== workbook)
    return refuse('This issue is about another workbook than NIGHTSHIFT_WORKBOOK names.');
  if (!ask) return refuse('There is nothing to decide here: no approval lifts this limit.');
  return { kind: word, issue, by, ask, key: mark.key };
}

/**
 * What the comment says, if that is one word of ours, and it was not edited; `unclear` where it begins with such a
 * word and is no decision. Null where it is another person's, or about something else.
 */
async function wordOf(
  github: GitHub,
  { comment, sender }: z.infer<typeof commented>,
): Promise<'approve' | 'reject' | 'unclear' | null> {
  const { body, author, createdAt, updatedAt } = await github.commentBy(comment.id);
  if (author !== sender.login || comment.user.login !== sender.login) return null;
  if (!/^\s*\/(approve|reject)\b/.test(body)) return null;
  const found = /^\s*\/(approve|reject)\s*$/.exec(body)?.[1];
  const isEdited = createdAt.getTime() !== updatedAt.getTime();
  return !isEdited && (found === 'approve' || found === 'reject') ? found : 'unclear';
}
