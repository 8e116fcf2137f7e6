/**
 * How a text names a person: by one of their addresses in full (`ada@example.com` does not stand in
 * `canada@example.com`), the hashes by which audiences know it, or, in a file of ours, their contact_id as a cell.
 * Nothing here says what it found.
 */
import { createHash } from 'node:crypto';

/** All that the workbook calls one person by; addresses in lower case. */
export interface Named {
  readonly addresses: readonly string[];
  readonly ids: readonly string[];
}

/** What may stand in an address before it, and after it: then it is another, longer one. */
const BEFORE = `[a-z0-9._%+'\\x80-\\xff-]`;
const AFTER = '[a-z0-9\\x80-\\xff-]|\\.[a-z0-9]';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
/** A text as it looks in a file in UTF-8 that is read as bytes, a character for each. */
export const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1').toLowerCase();
const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/**
 * The address as Google's audiences have it (lib/features/exports/queries.ts): no dots and no `+…` before gmail.com.
 */
function forGoogle(address: string): string {
  const [local = '', domain = ''] = address.split('@');
  if (!['gmail.com', 'googlemail.com'].includes(domain)) return address;
  return `${local.replace(/\+.*$/, '').replaceAll('.', '')}@${domain}`;
}

/** Tells of a line of bytes, as `latin1`, whether it names the person. */
export function namesPerson({ addresses }: Named): (line: string) => boolean {
  const patterns = addresses.map((address) => `(?<!${BEFORE})${literally(asBytes(address))}(?!${AFTER})`);
  const hashes = [...new Set(addresses.flatMap((address) => [sha(address), sha(forGoogle(address))]))];
  if (addresses.length === 0) return () => false;
  const pattern = new RegExp([...patterns, ...hashes].join('|'));
  return (line) => pattern.test(line.toLowerCase());
}

/** Tells of a line of a CSV file of ours whether one of its cells is an id of the person. */
export function hasIdAsCell({ ids }: Named): (line: string) => boolean {
  const known = new Set(ids.map((id) => Buffer.from(id, 'utf8').toString('latin1')));
  return (line) => line.split(',').some((cell) => known.has(cell.trim().replace(/^"(.*)"$/, '$1')));
}
