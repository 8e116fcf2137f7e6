/** The command line on the night shift of the stories. */
import { main } from '../../../lib/cli/main.ts';
import { storyShift } from './jobs.ts';

process.exitCode = await main(process.argv.slice(2), storyShift);
