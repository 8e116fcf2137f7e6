/** Starts `child.ts` in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

export function startChild(args: readonly string[], options: { uid?: number } = {}): ChildProcess {
  const ids = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  return spawn(process.execPath, ['--import', 'tsx', CHILD, ...args], { stdio: ['pipe', 'pipe', 'inherit'], ...ids });
}

/** Waits for a child's end. Its standard input ends at once. */
export async function ended(
  child: ChildProcess,
): Promise<{ signal: string | null; code: number | null; said: string[] }> {
  child.stdin?.end();
  const said = child.stdout ? text(child.stdout) : '';
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on('exit', (...how) => resolve(how));
    child.on('error', reject);
  });
  return { signal, code, said: (await said).split('\n').filter(Boolean) };
}
