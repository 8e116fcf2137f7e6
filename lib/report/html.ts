/** HTML as a value: text is escaped where it is put in, so that no label of a ledger becomes markup. */

/** Markup that is escaped already. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

function rendered(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(rendered).join('');
  return escapeHtml(String(part));
}

/** Markup with values put in: strings are escaped, lists joined; null, undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? rendered(parts[i]) : '')).join(''));
}

export interface Column {
  readonly head: string;
  /** Numbers stand at the right. */
  readonly number?: true;
}

/** A column of numbers. */
export const numbers = (head: string): Column => ({ head, number: true });

/** A section of the page with its title. `kind` is a class for the style sheet. */
export function section(id: string, title: string, body: Html, kind?: string): Html {
  const heading = html`<h2 id="${id}-title">${title}</h2>`;
  return html`<section id="${id}"${kind && html` class="${kind}"`} aria-labelledby="${id}-title">${heading}${body}</section>`;
}

/**
 * A table with a caption for screen readers; the first cell of a row is its header. It scrolls by itself on a narrow
 * screen.
 */
export function tableHtml(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (Html | string | number)[])[],
): Html {
  const kind = (i: number): Html => (columns[i]?.number ? html` class="n"` : html``);
  return html`<div class="scroll" role="region" aria-label="${caption}, table" tabindex="0"><table>
<caption class="sr">${caption}</caption>
<thead><tr>${columns.map(({ head }, i) => html`<th scope="col"${kind(i)}>${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell, i) => html`<td${kind(i + 1)}>${cell}</td>`)}</tr>\n`,
  )}</tbody></table></div>`;
}
