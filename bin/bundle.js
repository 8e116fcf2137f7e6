/**
 * The TypeScript sources as JavaScript, with the packages that they use: bundled into `node_modules/.cache`, and again whenever
 * one of them is another. To read three hundred files one by one takes a quarter as long as a night on the sample.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const COMMAND = { main: 'lib/cli/main.ts', jobs: 'jobs/batches.ts' };
const SOURCES = ['lib', 'jobs'];
/** Packages that every run loads. Others, a team's own among them, stay where they are: they may need to know where that is. */
const INLINED = ['@duckdb/node-api', 'libphonenumber-js', 'papaparse', 'tldts', 'zod'];
const REQUIRE =
  "import { createRequire as requiring } from 'node:module';\nconst require = requiring(import.meta.url);";

/** A bundle is the same while its entries are, the packages, and its sources' names, sizes and times. */
function keyOf(entries, folders) {
  const hash = createHash('sha256').update(JSON.stringify(entries));
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(root, folder, String(file))),
  );
  const installed = join(root, 'node_modules/.package-lock.json');
  for (const file of [...files.sort(), installed, join(root, 'package.json'), fileURLToPath(import.meta.url)]) {
    const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 24);
}

/** How a source names what it loads on first use. */
const ON_FIRST_USE = 'const load = createRequire(import.meta.url);';

/** What a bundle would change, in what a team writes: where a file lies, and what it loads by a name that it works out. */
const OF_ITS_PLACE = /\bimport\.meta\b|\bimport\s*\(|\b__(?:dir|file)name\b/;

/**
 * The sources of `folders` alone are bundled: whatever else is imported could change unseen. Ours still find what lies beside them,
 * and what they load on first use is bundled too; a team's that ask where they are run as sources.
 */
const ownPlaces = (folders) => ({
  name: 'own-places',
  setup: (build) =>
    build.onLoad({ filter: /.*/ }, ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const isOurs = folders.some((folder) => path.startsWith(join(root, folder) + sep)) && path.endsWith('.ts');
      const source = readFileSync(path, 'utf8');
      const loaded = source.includes(ON_FIRST_USE) ? source.replace(/\bload\(('[^']+')\)/g, 'require($1)') : source;
      const contents = loaded.replace(/\bimport\.meta\.url(?=\))/g, JSON.stringify(pathToFileURL(path).href));
      if (!isOurs || (path.startsWith(join(root, 'jobs') + sep) && OF_ITS_PLACE.test(contents)))
        return { errors: [{ text: `${path} can't be bundled` }] };
      return { contents, loader: 'ts' };
    }),
});

/** Bundles that nobody runs any more; a long run may still load parts of an older one. */
const WEEK_MS = 7 * 86_400_000;

function sweep(caches) {
  for (const name of readdirSync(caches)) {
    const old = join(caches, name);
    const made = statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (made < Date.now() - WEEK_MS) rmSync(old, { recursive: true, force: true });
  }
}

async function bundleInto(folder, entries, folders) {
  const own = folders.find((each) => existsSync(join(root, each, 'node_modules')));
  if (own !== undefined) throw new Error(`${own} has packages of its own, which a bundle would not find`);
  const { build } = await import('esbuild');
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: REQUIRE },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [ownPlaces(folders), packagesApart],
  });
}

/** Data stays where it is: to read it as JSON is faster than as a program. So do packages, but for those above and what they need. */
const packagesApart = {
  name: 'packages-apart',
  setup: (build) => {
    build.onResolve({ filter: /\.json$/ }, ({ path, resolveDir, kind }) =>
      kind === 'require-call'
        ? { path: createRequire(join(resolveDir, 'from')).resolve(path), external: true }
        : { errors: [{ text: `${path} can't be bundled` }] },
    );
    build.onResolve({ filter: /^nightshift$/ }, () => ({ path: join(root, 'lib/index.ts') }));
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      const isInlined = INLINED.some((name) => path === name || path.startsWith(`${name}/`));
      const isNeeded = importer.includes('node_modules') && !path.startsWith('@duckdb/node-bindings');
      return kind === 'entry-point' || isInlined || isNeeded ? undefined : { path, external: true };
    });
  },
};

/**
 * Bundles where it has to; the command, unless other entries (paths below the root, by name) and the folders of their sources are
 * given. Gives the entries' addresses by name; rejects where a source is no TypeScript or would do something else in a bundle, or
 * nothing can be written.
 */
export async function bundled(entries = COMMAND, folders = SOURCES) {
  const caches = join(root, 'node_modules/.cache/nightshift');
  const folder = join(caches, keyOf(entries, folders));
  if (!existsSync(folder)) {
    mkdirSync(caches, { recursive: true });
    sweep(caches);
    const making = mkdtempSync(join(caches, 'making-'));
    try {
      await bundleInto(making, entries, folders);
      chmodSync(making, 0o755); // a temporary folder is its maker's alone; whoever installs is not always who runs
      renameSync(making, folder);
    } catch (error) {
      rmSync(making, { recursive: true, force: true });
      if (!existsSync(folder)) throw error; // else another process was faster
    }
  }
  return Object.fromEntries(
    Object.keys(entries).map((name) => [name, pathToFileURL(join(folder, `${name}.mjs`)).href]),
  );
}
