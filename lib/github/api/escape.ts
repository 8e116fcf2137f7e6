/**
 * Text that is not ours (names of lists, tables and tabs; what a person typed as a rule's name) on its way into
 * Markdown, HTML or Mermaid. One function per place; nothing else in the house escapes for GitHub (workflow commands
 * are written by GitHub's own toolkit).
 */

/** Characters that show nothing but change what is shown. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
/**
 * A word joiner: shows nothing, and ends what GitHub takes for a mention, a reference or a link after it read the
 * Markdown.
 */
const JOINER = '\u2060';

const visible = (text: string): string => text.replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim();

/**
 * One line of Markdown text, also inside a table: no markup, link, mention, issue or commit reference or HTML comes of
 * it. Escaping alone does not stop mentions and references: GitHub looks for them in what the Markdown became.
 */
export const markdown = (text: string): string =>
  visible(text)
    .replace(/[0-9a-f]{7,}/gi, (each) => each.replace(/.{6}/g, `$&${JOINER}`))
    .replace(/www\./gi, (each) => `${each.slice(0, 3)}${JOINER}.`)
    .replace(/gh-(?=\d)/gi, (each) => `${each}${JOINER}`)
    .replace(/[@#]|:(?=\/)/g, (each) => `${each}${JOINER}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~$^"'=-]/g, '\\$&')
    .replace(/^(\d+)\./, '$1\\.');

/**
 * A name in code type: for words of our own shape (jobs, periods, hashes); anything else loses what could end the
 * code.
 */
export const code = (text: string): string => `\`${visible(text).replace(/[`|<>]/g, '')}\``;

/** A label inside a Mermaid picture, in quotes. */
export const mermaid = (text: string): string => visible(text).replace(/[^\p{L}\p{N} .,%+−·()-]/gu, ' ');
