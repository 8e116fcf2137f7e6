/**
 * The issue with which a new workbook asks to begin, as a page that looks like GitHub's: its text is made by the code that
 * opens the issue, from a rehearsal on the embedded sample.
 */
import { Marked } from 'marked';
import { nightShift } from '../jobs/batches.ts';
import { readOptions } from '../lib/cli/options.ts';
import { performRun } from '../lib/cli/run.ts';
import { startSession } from '../lib/cli/session.ts';
import { resolveNames } from '../lib/core/batch.ts';
import { beginAlert } from '../lib/github/begin.ts';

const STYLE = `body { margin: 0; padding: 24px 32px; background: #fff; color: #1f2328; font: 15px/1.5 system-ui, "Segoe UI", sans-serif; }
h1 { font-size: 26px; font-weight: 400; margin: 0 0 8px; } h1 span { color: #59636e; }
.state { display: inline-block; background: #1a7f37; color: #fff; border-radius: 99px; padding: 4px 12px; font-weight: 600; font-size: 14px; }
.label { display: inline-block; border: 1px solid #d4a72c; background: #fff8c5; border-radius: 99px; padding: 1px 9px; font-size: 12px; margin-left: 8px; }
article { border: 1px solid #d1d9e0; border-radius: 6px; margin-top: 16px; } article > header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0;
  padding: 8px 16px; border-radius: 6px 6px 0 0; color: #59636e; font-size: 14px; } article > div { padding: 4px 16px 8px; }
table { border-collapse: collapse; } th, td { border: 1px solid #d1d9e0; padding: 5px 12px; text-align: left; } tr:nth-child(2n) td { background: #f6f8fa; }
code { background: #818b981f; border-radius: 6px; padding: .15em .4em; font: 85% ui-monospace, Menlo, Consolas, monospace; } a { color: #0969da; }`;

/** The page as HTML, from a rehearsal of the nightly batch on the workbook in a folder. */
export async function issuePage(workbook: string, ledger: string, asOf: string): Promise<string> {
  const options = readOptions([
    'run',
    'nightly',
    '--dry-run',
    '--workbook',
    workbook,
    '--ledger',
    ledger,
    '--as-of',
    asOf,
  ]);
  if ('text' in options) throw new Error(options.text);
  const jobs = resolveNames(nightShift, ['nightly']);
  if ('unknown' in jobs) throw new Error('The batch "nightly" is gone.');
  const session = await startSession(nightShift, options, performance.now());
  const { result } = await performRun(session, 'nightly', jobs);
  const alert = beginAlert({
    nightShift,
    batch: 'nightly',
    asOf: session.asOf,
    results: result.jobs,
    history: new Map(),
    runUrl: '#',
    repositoryUrl: null,
    kind: 'sheets',
    isUsual: true,
  });
  const body = new Marked({ gfm: true, async: false }).parse(alert.body);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Issue</title><style>${STYLE}</style>
<h1>${alert.title} <span>#1</span></h1><span class="state">Open</span><span class="label">nightshift: approval</span>
<article><header><b>github-actions</b> bot opened this issue</header><div>${body}</div></article></html>`;
}
