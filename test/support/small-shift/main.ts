/** The command line on the small night shift. */
import { main } from '../../../lib/cli/main.ts';
import { smallShift } from '../story-shift/jobs.ts';

process.exitCode = await main(process.argv.slice(2), smallShift);
