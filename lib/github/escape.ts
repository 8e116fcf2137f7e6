/**
 * Text that is not ours (names of lists, tables and tabs; what a person typed as a rule's name) on its way into
 * Markdown, HTML, Mermaid or the log of a workflow. One function per place; nothing else in the house escapes for GitHub.
 */

/** Characters that show nothing but change what is shown. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
/** A word joiner: shows nothing, and ends what GitHub takes for a mention, a reference or a link after it read the Markdown. */
const JOINER = '\u2060';

const visible = (text: string): string => text.replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim();

/**
 * One line of Markdown text, also inside a table: no markup, link, mention, issue or commit reference or HTML comes of
 * it. Escaping alone does not stop mentions and references: GitHub looks for them in what the Markdown became.
 */
export const markdown = (text: string): string =>
  visible(text)
    .replace(/\b([0-9a-f])([0-9a-f]{6,39})\b/gi, `$1${JOINER}$2`)
    .replace(/\bwww\./gi, (each) => `${each.slice(0, 3)}${JOINER}.`)
    .replace(/\bgh-(?=\d)/gi, (each) => `${each}${JOINER}`)
    .replace(/[@#]|:(?=\/)/g, (each) => `${each}${JOINER}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~$^"'=-]/g, '\\$&')
    .replace(/^(\d+)\./, '$1\\.');

/** A name in code type: for words of our own shape (jobs, periods, hashes); anything else loses what could end the code. */
export const code = (text: string): string => `\`${visible(text).replace(/[`|<>]/g, '')}\``;

/** A label inside a Mermaid picture, in quotes. */
export const mermaid = (text: string): string => visible(text).replace(/[^\p{L}\p{N} .,%+−·()-]/gu, ' ');

/** Lines of a log: no workflow command starts in them. */
export const logLines = (text: string): string =>
  text.replace(/\r\n?|[\p{Zl}\p{Zp}]/gu, '\n').replace(/^(\s*)(::|##\[)/gm, '$1· $2');

/** The message of a workflow command (`::notice::MESSAGE`), as GitHub's toolkit encodes it. */
export const command = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
