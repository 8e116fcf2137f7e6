/**
 * Programs of the tests in processes of their own. They are bundled as the command is: a child's start would else be most of its
 * time. `night-child.ts` among them says when it is ready, and kills itself ahead of one of its writes.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

type Bundled = (entries: Record<string, string>, folders: readonly string[]) => Promise<Record<string, string>>;

/** The file to give to Node for a TypeScript program below the repository's root. */
export async function programFile(path: string): Promise<string> {
  const { bundled } = (await import(new URL('../../bin/bundle.js', import.meta.url).href)) as { bundled: Bundled };
  const { program = '' } = await bundled({ program: path }, ['lib', 'jobs', 'data/generator', 'test']);
  return fileURLToPath(program);
}

/** A command that has loaded everything and waits for its beginning. */
export interface ReadyChild {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it says on stderr, once it has ended. */
  readonly said: Promise<string>;
  /** Lets it begin, and waits for its end. Gives the signal that ended it; null for none. */
  readonly goOn: () => Promise<string | null>;
}

/** Starts a command in a process of its own, to be killed ahead of its nth writing operation; 0 lets it end. */
export async function readyChild(
  n: number,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ReadyChild> {
  const child = spawn(process.execPath, [await programFile('test/laws/night-child.ts'), String(n), ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  const said = text(child.stderr);
  const early = ended.then(() => {
    throw new Error('the child ended before it began');
  });
  await Promise.race([once(child.stdout, 'data'), early]);
  early.catch(() => undefined);
  child.stdout.resume();
  const goOn = async (): Promise<string | null> => {
    child.stdin.write('go\n');
    await ended;
    return child.signalCode;
  };
  return { child, said, goOn };
}
