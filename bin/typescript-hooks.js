/**
 * How Node 20 reads TypeScript: module hooks that take the types out by esbuild, and keep the result in
 * node_modules/.cache by path and content. tsx does this and much more, which costs half a second of each command.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url).href;
const cache = new URL('node_modules/.cache/nightshift/', root);
const options = { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline', sourcesContent: false };

/** Which file imported each first, for the error about one that is not there. */
const importers = new Map();

/** Our own imports name files as they are called. */
export function resolve(specifier, context, next) {
  if (!/^\..*\.ts$/.test(specifier)) return next(specifier, context);
  const url = new URL(specifier, context.parentURL).href;
  if (!importers.has(url)) importers.set(url, context.parentURL);
  return { url, format: 'module', shortCircuit: true };
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const source = read(url);
  const banner = `//${createHash('sha256').update(JSON.stringify(options)).update(source).digest('hex')}`;
  const name = url.replace(root, '').replaceAll(/[^\w.-]/g, '+');
  const kept = new URL(`${name.slice(-200)}.js`, cache);
  const code = readKept(kept, banner) ?? (await strip(fileURLToPath(url), source, kept, banner));
  return { format: 'module', source: code, shortCircuit: true };
}

function read(url) {
  try {
    return readFileSync(fileURLToPath(url));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    const importer = importers.get(url);
    throw new Error(`Cannot find module '${fileURLToPath(url)}' imported from ${importer && fileURLToPath(importer)}`);
  }
}

/** What is kept of a file, where it is of this content. */
function readKept(kept, banner) {
  try {
    const text = readFileSync(kept, 'utf8');
    return text.startsWith(banner) ? text : null;
  } catch {
    return null;
  }
}

async function strip(path, source, kept, banner) {
  const { transform } = await import('esbuild');
  const sourcefile = basename(path); // a checkout in another folder may use what is kept
  const { code } = await transform(source, { ...options, banner, sourcefile }).catch((error) => {
    throw new SyntaxError(error.message.replace(sourcefile, path));
  });
  try {
    mkdirSync(cache, { recursive: true });
    const part = new URL(`${kept.href}.${process.pid}`);
    writeFileSync(part, code);
    renameSync(part, kept);
  } catch {
    // A folder that can't be written to costs time only.
  }
  return code;
}
