/** The alert about a ledger that could not be pushed, with the advice that works. Pure. */
import type { Alert, AllClear } from './api/alerts.ts';
import { LEDGER_BRANCH } from './api/commit-ledger.ts';
import { code } from './api/escape.ts';
import { blocks, paragraph, seeRun } from './news.ts';

const KEY = 'ledger/push';

export const ledgerPushed: AllClear = { key: KEY, text: (lasted) => `The ledger is pushed again, after ${lasted}.` };

/** The ledger moved in this run, because the default branch refuses it. */
export const movedNote = (branch: string): string =>
  `${code(branch)} refuses pushes by GitHub Actions, so the ledger is kept on the branch ${code(LEDGER_BRANCH)} from now on.`;

/** @param cause what went wrong, in words of ours */
export function ledgerAlert(cause: string, branch: string, runUrl: string | null): Alert {
  const text = `${cause}${seeRun(runUrl)}`;
  const body = blocks(
    text,
    paragraph(
      `**What to do.** Where ${code(branch)} refuses pushes, the ledger moves by itself to a branch of its own,`,
      `${code(LEDGER_BRANCH)}. That was refused too, so either`,
    ),
    `- a ruleset covers every branch: under Settings → Rules → Rulesets, exclude ${code(LEDGER_BRANCH)} from its targets. ` +
      '(GitHub Actions itself can’t be put on a bypass list.)\n' +
      `- or the workflow lacks the permission ${code('contents: write')}: ` +
      `compare ${code('.github/workflows')} with the template.`,
    paragraph(
      `**What is missing.** The record of this run in ${code('data/ledger')}. The workbook holds what the run did,`,
      'and the next run completes the record. Until then the watch may take the slot for missed.',
    ),
    'This issue closes by itself when the ledger is pushed.',
  );
  return { key: KEY, kind: 'failure', title: 'The ledger can’t be pushed', body, repeat: text };
}
