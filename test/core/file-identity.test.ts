import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identify, sameContent } from '../../lib/core/file-identity.ts';
import { realFolder } from '../workbook/csv/commit/real-folder.ts';

it('an edit right after our look shows, although it leaves as many bytes', async () => {
  const path = join(await realFolder({}), 'a.csv');
  for (let round = 0; round < 10; round++) {
    await writeFile(path, `${round}, one`);
    const before = await identify(path);
    await writeFile(path, `${round}, two`);
    expect(sameContent(await identify(path), before)).toBe(false);
  }
});

it('no file has no identity', async () => {
  expect(await identify(join(await realFolder({}), 'none.csv'))).toBe(null);
});
