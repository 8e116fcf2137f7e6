/**
 * Where jobs/ can't be loaded, no night runs and no watch looks. A scheduled run reports it as an issue: it
 * would otherwise be the one failure without an alert.
 */

import { describeError, NightshiftError } from '../core/errors.ts';
import { printable } from '../core/text/printable.ts';
import { type AllClear, deliver } from '../github/api/alerts.ts';
import { markdown } from '../github/api/escape.ts';
import { readEnvironment } from '../github/environment.ts';
import { seenBy } from '../github/news.ts';
import { beat, say } from '../github/notify.ts';
import { type Options, readOptions, UsageError } from './options.ts';

const KEY = 'jobs/unloadable';
const TITLE = 'jobs/ can’t be loaded: nothing runs';
/** The commands that workflows run on a schedule. */
const SCHEDULED = ['shift', 'watchdog'];

/** What closes the issue, once jobs/ can be loaded. */
export const loadable: AllClear = {
  key: KEY,
  text: (lasted) => `jobs/ can be loaded again, after ${lasted}.`,
};

const placeIn = (text: string): string | undefined => /jobs\/[\w./-]+\.ts(:\d+(:\d+)?)?/.exec(text)?.[0];

/**
 * What stands in jobs/ is the team's own text, so that it may be quoted to the person who runs it; the place is what
 * they need.
 */
function inWords(error: unknown): Error {
  if (error instanceof NightshiftError || !(error instanceof Error)) return error as Error;
  const text = error.message
    .replaceAll(`file://${process.cwd()}/`, '')
    .replaceAll(`${process.cwd()}/`, '')
    .replaceAll('\n', ' ');
  const place = placeIn(`${text}\n${error.stack}`);
  return new UsageError(
    `jobs/ can't be loaded: ${text}${place && !text.includes(place) ? ` (${place})` : ''}. Fix it, or go ` +
      'back to the last version that worked.',
  );
}

/**
 * What may stand in an issue: an error that came while loading may quote what was read meanwhile, a secret among it,
 * and only logs are masked.
 */
function outward(error: unknown): string {
  if (!(error instanceof Error)) return 'An error that says nothing of itself';
  const place = placeIn(`${error.message}\n${error.stack}`);
  return `${error.name.replace(/[^A-Za-z]/g, '')}${place ? ` in ${place}` : ''}`;
}

/** Reports what is wrong where the run would have reported, and throws it. */
export async function unloadable(error: unknown, argv: readonly string[]): Promise<never> {
  const fault = inWords(error);
  const options = understood(argv);
  // On the sample nothing is watched, so that nothing would close the issue.
  const isReal = Boolean(options?.workbook ?? process.env.NIGHTSHIFT_WORKBOOK);
  if (options && isReal && SCHEDULED.includes(options.command ?? '') && !options.dryRun) {
    await report(`${outward(error)}. The log of the run says what is wrong`).catch((trouble: unknown) => {
      console.error(printable(describeError(trouble).message));
    });
  }
  throw fault;
}

function understood(argv: readonly string[]): Options | null {
  try {
    const options = readOptions(argv);
    return 'text' in options ? null : options;
  } catch {
    return null;
  }
}

async function report(cause: string): Promise<void> {
  const { github, runUrl, webhookUrl, heartbeatUrl } = readEnvironment(process.env);
  const see = seenBy(runUrl);
  const now = new Date();
  await beat(heartbeatUrl, 'fail');
  await say(webhookUrl, `Nightshift: ${TITLE}.${runUrl ? ` ${runUrl}` : ''}`);
  if (!github) return;
  const body =
    `${markdown(cause)}.\n\nUntil then no batch runs, and the watch sees nothing.${see}\n\nThis issue closes ` +
    'by itself when it is over.';
  const alert = {
    key: KEY,
    kind: 'failure',
    title: TITLE,
    isOfRepository: true,
    body,
    repeat: `${markdown(cause)}.${see}`,
  } as const;
  await deliver(github, {
    alerts: [alert],
    allClear: [],
    now,
    workbook: '',
    run: `unloadable-${runUrl ?? now.toISOString()}`,
  });
}
