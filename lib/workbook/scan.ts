import { quoteText, raw, type Sql } from '../core/sql.ts';
import type { CsvText, OutsideText } from './table-text.ts';

/** What a table's text is selected from, its columns named c0, c1, … */
export const csvScan = (text: Pick<CsvText, 'path' | 'options' | 'query'> | Pick<OutsideText, 'query'>): Sql =>
  raw(text.query === undefined ? `read_csv(${quoteText(text.path)}, ${text.options})` : `(${text.query})`);
