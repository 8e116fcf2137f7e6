/**
 * Derived columns that the rules put under a header of their own, because the usual one holds values of people or of
 * another tool: that one is an unknown column then, and stays untouched.
 */
import { normalHeader } from '../workbook/headers.ts';
import type { SourceTable } from '../workbook/store.ts';

/** The answer of the rules that writes over what stands in a column; every other answer is a header. */
export const TAKE_OVER = 'take over';

/** Contacts as the rules want them read and written. `derived` are the rules' answers by column. */
export function underOwnHeaders(source: SourceTable, derived: Readonly<Record<string, string>> = {}): SourceTable {
  const answers = Object.entries(derived).filter(([, answer]) => answer !== TAKE_OVER);
  if (source.table !== 'contacts' || answers.length === 0) return source;
  const headerOf = new Map(source.headerOf);
  for (const [column, answer] of answers) {
    const header = source.headers.find((each) => normalHeader(each) === normalHeader(answer));
    if (header === undefined) headerOf.delete(column);
    else headerOf.set(column, header);
  }
  return { ...source, headerOf, newHeaders: new Map(answers) };
}
