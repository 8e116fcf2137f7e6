/** Runs a command on a spreadsheet of the local server, in this process, as a person would type it. */
import { join } from 'node:path';
import { vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import type { NightShift } from '../../lib/core/batch.ts';
import { ERASE_KEY } from '../../lib/intake/forgotten.ts';
import { nightShift } from '../fixture/batches.ts';
import { type SheetsBench, SPREADSHEET } from './store-bench.ts';
import { temporaryFolder } from './workbook.ts';

/** Gives what runs commands on a spreadsheet, with a ledger and a state of their own. */
export function commandsOn(bench: SheetsBench, shift: NightShift = nightShift) {
  const folder = temporaryFolder();
  return async (...argv: string[]): Promise<{ code: number; output: string }> => {
    const output: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
    vi.spyOn(console, 'error').mockImplementation((text) => void output.push(String(text)));
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.stubEnv('NIGHTSHIFT_SHEETS_URL', bench.server.url);
    vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
    vi.stubEnv(ERASE_KEY, 'a key of the tests, long enough');
    try {
      const code = await main([...argv, '--workbook', SPREADSHEET, '--ledger', join(folder, 'ledger')], shift);
      return { code, output: output.join('\n') };
    } finally {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    }
  };
}
