/** Public e-mail test sets, read in place: `NIGHTSHIFT_DATA`, else `../shared/data`; absent ones skip their tests. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(
  process.env.NIGHTSHIFT_DATA ?? path.join(import.meta.dirname, '../../../../../shared/data'),
  'email',
);

export const hasData = existsSync(folder);

/** For a test's title. */
export const unlessData = hasData ? '' : ' (skipped: no data)';

export const readData = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
