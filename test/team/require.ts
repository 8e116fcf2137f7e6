/** How a team's check fails: what is wrong, a line each, and last the command that repairs it or checks the repair. */

/** Fails where there is a fault; the message ends with `command`. */
export function requireNone(faults: readonly string[], command: string): void {
  if (faults.length === 0) return;
  const error = new Error(`${faults.join('\n')}\n\nThen run: ${command}`);
  error.stack = ''; // the place of this check says nothing of the fault in jobs/
  throw error;
}

/** The loop of a team: change something, run this. */
export const CHECK = 'npm run check';
