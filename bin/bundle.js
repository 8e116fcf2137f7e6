/**
 * The TypeScript sources as JavaScript, for a Node that can't read them itself: bundled into `node_modules/.cache`, and again
 * whenever one of them is another. To translate three hundred files one by one takes longer than a night on the sample.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ENTRIES = { main: join(root, 'lib/cli/main.ts'), jobs: join(root, 'jobs/batches.ts') };

/** What the bundle is made of: it is the same while their names, sizes and times are. */
function keyOfSources() {
  const hash = createHash('sha256');
  const files = ['lib', 'jobs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(root, folder, String(file))),
  );
  for (const file of [...files.sort(), join(root, 'package.json'), fileURLToPath(import.meta.url)]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 24);
}

/** A bundled file still finds what lies beside its source. */
const ownPlaces = {
  name: 'own-places',
  setup: (build) =>
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    })),
};

/** Bundles that nobody runs any more; a long run may still load parts of an older one. */
const WEEK_MS = 7 * 86_400_000;

function sweep(caches) {
  for (const name of readdirSync(caches)) {
    const old = join(caches, name);
    if (statSync(old).mtimeMs < Date.now() - WEEK_MS) rmSync(old, { recursive: true, force: true });
  }
}

async function bundleInto(folder) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: ENTRIES,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [ownPlaces],
  });
}

/** Bundles where it has to. Gives the addresses of the two entries; rejects where a source is no TypeScript, or nothing can be written. */
export async function bundled() {
  const caches = join(root, 'node_modules/.cache/nightshift');
  const folder = join(caches, keyOfSources());
  if (!existsSync(folder)) {
    mkdirSync(caches, { recursive: true });
    sweep(caches);
    const making = mkdtempSync(join(caches, 'making-'));
    try {
      await bundleInto(making);
      renameSync(making, folder);
    } catch (error) {
      rmSync(making, { recursive: true, force: true });
      if (!existsSync(folder)) throw error; // else another process was faster
    }
  }
  const entry = (name) => pathToFileURL(join(folder, `${name}.mjs`)).href;
  return { main: entry('main'), jobs: entry('jobs') };
}
