/** A fault in the rules is said in words, with exit code 2, before anything is read: no stack, no half of a run. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/workbook.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('names the file, the rule and what would be right', () => {
  const copy = temporaryFolder();
  for (const part of ['bin', 'jobs', 'lib', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const rules = join(copy, 'jobs/rules/workbook.ts');
  writeFileSync(rules, readFileSync(rules, 'utf8').replace(/timeZone: '[^']*'/, "timeZone: 'Mars'"));
  const ended = spawnSync(process.execPath, ['bin/nightshift.js', 'list'], { cwd: copy, encoding: 'utf8' });
  expect(ended.stderr.trim()).toBe(
    'jobs/rules/workbook.ts: timeZone: found "Mars". Expected an IANA time zone such as "Europe/Berlin".',
  );
  expect(ended.stdout).toBe('');
  expect(ended.status).toBe(2);
});
