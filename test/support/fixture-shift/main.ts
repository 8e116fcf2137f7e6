/**
 * The command line on the tests' own night shift (test/fixture): for tests that need the command in a process of its
 * own.
 */
import { main } from '../../../lib/cli/main.ts';
import { nightShift } from '../../fixture/batches.ts';

process.exitCode = await main(process.argv.slice(2), nightShift);
