/**
 * What the docs show is what the program does. A difference fails here; UPDATE_DOCS=1 writes the docs.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layOutSample } from '../../lib/cli/sample/lay-out.ts';
import { tableNames, tableOf } from '../../lib/core/tables.ts';
import { programFile } from '../support/child-process.ts';
import { temporaryFolder } from '../support/workbook.ts';

const FIX = 'The docs are out of date. Write them with: UPDATE_DOCS=1 npx vitest run test/docs';

/** Holds what stands between `<!-- name -->` and `<!-- /name -->` to `text`, or writes it there. */
function hold(file: string, name: string, text: string): void {
  const whole = readFileSync(file, 'utf8');
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [whole.indexOf(start) + start.length, whole.indexOf(end)];
  expect(to, `${file} has no block "${name}"`).toBeGreaterThan(from - 1);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, whole.slice(0, from) + text + whole.slice(to));
  else expect(whole.slice(from, to), FIX).toBe(text);
}

describe('the docs', () => {
  it('show the tables as they are', () => {
    const rows = tableNames.map((table) => {
      const { key, columns } = tableOf(table);
      const others = Object.entries(columns).filter(([column]) => !key.includes(column));
      const names = others.map(([column, { derived }]) => (derived ? `*${column}*` : column));
      return `| ${table} | ${key.join(', ')} | ${names.join(', ')} |\n`;
    });
    hold('docs/workbook.md', 'tables', `| table | key | other columns |\n| --- | --- | --- |\n${rows.join('')}`);
  });

  it('link to files that are there', () => {
    const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
    const all = [...pages, ...readdirSync('docs').map((page) => `docs/${page}`)].filter((page) => page.endsWith('.md'));
    const missing = all.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)]
        .map((match) => join(dirname(page), match[1] ?? ''))
        .filter((target) => !existsSync(target))
        .map((target) => `${page}: ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it('walk through a job that is tested, in the words of its files', () => {
    const code = (file: string): string => readFileSync(join(import.meta.dirname, 'example', file), 'utf8');
    const job = code('country-question.ts');
    hold('docs/jobs.md', 'example-job', `\`\`\`ts\n${job}\`\`\`\n`);
    // Where a team's test is, its job and the team's own nights are elsewhere.
    const text = code('country-question.test.ts');
    const own = "import countryQuestion from './country-question.ts';\n";
    const fixture = "import { night } from '../../support/night.ts';\n";
    expect(text).toContain(own);
    expect(text).toContain(fixture);
    const test = text
      .replace(own, '')
      .replace(fixture, '')
      .replace(/(?<=\n)/, "import countryQuestion from '../../../jobs/country-question.ts';\n")
      .replace(/\n\n/, "\nimport { night } from '../night.ts';\n\n");
    hold('docs/jobs.md', 'example-test', `\`\`\`ts\n${test}\`\`\`\n`);
  });

  it('show the first night on the sample as it is', async () => {
    const folder = temporaryFolder();
    const workbook = join(folder, 'workbook');
    await layOutSample('data/sample', workbook, '2026-11-24');
    const args = ['--workbook', workbook, '--ledger', join(folder, 'ledger'), '--as-of', '2026-11-24T05:00:00Z'];
    const program = await programFile('test/support/fixture-shift/main.ts');
    const out = execFileSync(process.execPath, [program, 'run', 'nightly', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const shown = out.slice(0, out.indexOf('\nOpen ')).replaceAll(workbook, 'the embedded sample').trimEnd();
    hold('README.md', 'run', `\`\`\`\n${shown}\n\`\`\`\n`);
  });
});
