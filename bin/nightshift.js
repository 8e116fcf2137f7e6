#!/usr/bin/env node
/** The command `nightshift`: runs the TypeScript sources as they are. */
import { register } from 'tsx/esm/api';

register();
const [{ main }, { nightShift }] = await Promise.all([import('../lib/cli/main.ts'), import('../jobs/batches.ts')]);
process.exitCode = await main(process.argv.slice(2), nightShift);
