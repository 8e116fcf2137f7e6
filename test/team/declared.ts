/** Columns and tables that the team declares are known in each test here, no matter which other rules were read since. */
import { beforeAll } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { declare } from '../../lib/core/tables.ts';

beforeAll(() => declare(nightShift.workbook));
