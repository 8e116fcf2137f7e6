/** The screens of `list`, `status` and `doctor`, word for word, on the sample. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { temporaryFolder } from '../support/workbook.ts';

async function screen(folder: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const output: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  const code = await main([...args, '--workbook', folder, '--ledger', join(folder, 'ledger')], nightShift);
  log.mockRestore();
  error.mockRestore();
  return { code, text: `${output.join('\n')}\n` };
}

it('they read as they always did, after a first night on the sample', async () => {
  const folder = join(temporaryFolder(), 'workbook');
  cpSync(join(import.meta.dirname, '../../data/sample'), folder, { recursive: true });
  const lastDay = '2026-11-22T23:59:59.999Z';
  await screen(folder, 'run', 'nightly', '--as-of', lastDay);
  for (const [name, command, asOf, code] of [
    ['list', 'list', lastDay, 0],
    ['status', 'status', lastDay, 0],
    ['status-nine-days-later', 'status', '2026-12-01T12:00:00Z', 1],
    ['doctor', 'doctor', lastDay, 1],
  ] as const) {
    const shown = await screen(folder, command, '--as-of', asOf);
    await expect(shown.text).toMatchFileSnapshot(`golden/${name}.txt`);
    expect(shown.code, name).toBe(code);
  }
});
