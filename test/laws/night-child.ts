/**
 * The command line in a process of its own that is ready to be killed: loads everything, says so, waits for a line on
 * its standard input, and then runs. `night-child.ts N ARGS…` kills itself ahead of the nth writing
 * operation; 0 leaves that to who started it.
 */
import { once } from 'node:events';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import '../../lib/cli/run.ts';
import { withFault } from './failing-disk.ts';

const [n = '0', ...args] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
await withFault(Number(n) || Number.POSITIVE_INFINITY, 'killed', async () => {
  process.exitCode = await main(args, nightShift);
});
process.stdin.destroy();
