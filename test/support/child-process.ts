/**
 * Programs of the tests in processes of their own. Each is bundled once a test process, because reading the sources one
 * by one would be most of a child's time. `night-child.ts` among them says when it is ready, and kills itself ahead of
 * one of its writes.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const built = new Map<string, Promise<string>>();

/** Sources find what is beside them, and packages, from where they are and not from where the bundle is. */
const ownPlaces: Plugin = {
  name: 'own-places',
  setup: (bundling) =>
    bundling.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path));
      return { contents, loader: 'ts' };
    }),
};

async function bundle(path: string): Promise<string> {
  const folder = join(root, 'node_modules/.cache/nightshift-tests');
  const file = join(folder, `${path.replaceAll('/', '-')}-${process.pid}-${built.size}.mjs`);
  await build({
    entryPoints: [join(root, path)],
    outfile: file,
    bundle: true,
    packages: 'external',
    alias: { nightshift: join(root, 'lib/index.ts') },
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'silent',
    plugins: [ownPlaces],
  });
  process.once('exit', () => rmSync(file, { force: true }));
  return file;
}

/** The file to give to Node for a TypeScript program below the repository's root. */
export function programFile(path: string): Promise<string> {
  const file = built.get(path) ?? bundle(path);
  built.set(path, file);
  return file;
}

/** A command that has loaded everything and waits for its beginning. */
export interface ReadyChild {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it says on stderr, once it has ended. */
  readonly output: Promise<string>;
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
  const output = text(child.stderr);
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
  return { child, output, goOn };
}
