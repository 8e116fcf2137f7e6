/** The formats as a table in Markdown, for docs/import.md. */
import type { Format } from './format.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A page's address as a link; what stands around it stays. */
const linked = (page: string): string => page.replace(/https:\/\/[^\s)]+/, (address) => `[page](${address})`);

export function formatTable(formats: readonly Format[]): string {
  const rows = formats.map(({ tool, label, kind, becomes, refuses, page }) =>
    [tool, `${label} (${kind.toUpperCase()})`, becomes, refuses, linked(page)].map(cell).join(' | '),
  );
  return [
    '| tool | file | becomes | read as a no | documented |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
