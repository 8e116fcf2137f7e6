/**
 * GitHub's limits on texts. A body holds 65,536 characters, a title 256, a summary 1 MiB; what is longer is refused
 * whole, so it is cut before, at a line's end, and says so.
 */
const LONGEST_BODY = 60_000;
const LONGEST_TITLE = 240;
const LONGEST_SUMMARY_BYTES = 1_000_000;

const CUT = '\n\n… cut here: the text is longer than GitHub takes. The run and the ledger have the rest.\n';

export const cutTitle = (title: string): string =>
  title.length <= LONGEST_TITLE ? title : `${whole(title.slice(0, LONGEST_TITLE - 1))}…`;

/** The hidden marker of a body stands in its last line, and is kept. */
export function cutBody(body: string): string {
  if (body.length <= LONGEST_BODY) return body;
  const marker = /<!--[^\n]*-->\s*$/.exec(body)?.[0] ?? '';
  return `${atLine(body.slice(0, LONGEST_BODY - marker.length - CUT.length))}${CUT}${marker}`;
}

export function cutSummary(summary: string): string {
  if (Buffer.byteLength(summary) <= LONGEST_SUMMARY_BYTES) return summary;
  const bytes = Buffer.from(summary).subarray(0, LONGEST_SUMMARY_BYTES - Buffer.byteLength(CUT));
  return `${atLine(bytes.toString('utf8').replace(/\uFFFD+$/, ''))}${CUT}`;
}

const atLine = (text: string): string => {
  const end = text.lastIndexOf('\n');
  return end > text.length / 2 ? text.slice(0, end) : whole(text);
};

/** Without half of a character that takes two units. */
const whole = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '');
