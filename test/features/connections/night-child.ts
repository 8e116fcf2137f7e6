/**
 * A connected night in a process of its own, for its parent to kill. `night-child.ts GIVEN`: the folder, the rules and
 * as-of as JSON, and at which line of progress the process kills itself, where the parent's servers do not kill it.
 */
import { secrets } from '../../support/connected-world.ts';
import { connectedNight, type Rules } from '../../support/connections.ts';

const { folder, rules, asOf, killAt } = JSON.parse(process.argv[2] ?? '') as {
  readonly folder: string;
  readonly rules: Rules;
  readonly asOf: string;
  readonly killAt?: string;
};
const progress = (line: string): void => {
  if (killAt !== undefined && line.startsWith(killAt)) process.kill(process.pid, 'SIGKILL');
};
await connectedNight(folder, rules, secrets, { asOf, progress });
