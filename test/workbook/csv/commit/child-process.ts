/** Starts `child.ts` in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

export function startChild(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', CHILD, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Waits for a child's end. Its standard input ends at once. */
export async function ended(
  child: ChildProcess,
): Promise<{ signal: string | null; code: number | null; output: string[] }> {
  child.stdin?.end();
  const output = child.stdout ? text(child.stdout) : '';
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { signal: child.signalCode, code: child.exitCode, output: (await output).split('\n').filter(Boolean) };
}
