/** The layers of lib/: docs/architecture.md shows the same table. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What each layer may import beside itself. A folder inside a layer belongs to it. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  engine: ['core'],
  workbook: ['core', 'engine'],
  snapshot: ['core', 'engine', 'workbook'],
  intake: ['core', 'engine', 'workbook', 'snapshot'],
  plan: ['core', 'engine', 'workbook', 'snapshot'],
  features: ['core', 'engine', 'workbook', 'snapshot', 'intake'],
  run: ['core', 'engine', 'workbook', 'snapshot', 'intake', 'plan', 'features'],
  report: ['core', 'workbook', 'run'],
  github: ['core', 'workbook', 'run'],
  cli: ['core', 'engine', 'workbook', 'snapshot', 'intake', 'plan', 'features', 'run', 'report', 'github'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));

/** Every relative import of lib/, as paths below lib/. Templates of files that a command writes hold other paths. */
const imports: readonly Import[] = sources
  .filter((file) => !file.endsWith('-texts.ts'))
  .flatMap((from) =>
    [...readFileSync(join(root, 'lib', from), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
      (match) => ({
        from,
        to: relative(join(root, 'lib'), join(root, 'lib', dirname(from), match[1] ?? '')).replaceAll('\\', '/'),
      }),
    ),
  );

const layerOf = (file: string): string => file.split('/')[0] ?? '';
const featureOf = (file: string): string => file.split('/')[1] ?? '';
const folderOf = (file: string): string => dirname(file);

/** The cycles of a graph, as one path each; empty for none. */
function cycle(edges: readonly (readonly [string, string])[]): string[] {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return [];
    for (const to of next.get(node) ?? []) {
      const found = visit(to, [...path, node]);
      if (found.length > 0) return found;
    }
    done.add(node);
    return [];
  };
  for (const node of next.keys()) {
    const found = visit(node, []);
    if (found.length > 0) return found;
  }
  return [];
}

it('keeps each layer from importing one above it', () => {
  expect(imports.length).toBeGreaterThan(500);
  const wrong = imports.filter(({ from, to }) => {
    if (!from.includes('/')) return false; // lib/index.ts, the public interface
    const [own, other] = [layerOf(from), layerOf(to)];
    return own !== other && !LAYERS[own]?.includes(other);
  });
  expect(wrong).toEqual([]);
});

it('lets a feature use another one only through its index.ts', () => {
  const wrong = imports.filter(
    ({ from, to }) =>
      layerOf(from) === 'features' &&
      layerOf(to) === 'features' &&
      featureOf(from) !== featureOf(to) &&
      to !== `features/${featureOf(to)}/index.ts`,
  );
  expect(wrong).toEqual([]);
});

it('has no cycle of files and no cycle of folders', () => {
  expect(cycle(imports.map(({ from, to }) => [from, to]))).toEqual([]);
  const folders = imports.filter(({ from }) => from.includes('/'));
  expect(
    cycle(folders.map(({ from, to }) => [folderOf(from), folderOf(to)] as const).filter(([from, to]) => from !== to)),
  ).toEqual([]);
});

it('has at most 14 folders directly in lib, each a layer', () => {
  const folders = readdirSync(join(root, 'lib'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.length).toBeLessThanOrEqual(14);
  expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
});

it('has no line over 140 characters', () => {
  const long = sources.flatMap((file) =>
    readFileSync(join(root, 'lib', file), 'utf8')
      .split('\n')
      .flatMap((line, i) => ([...line].length > 140 ? [`lib/${file}:${i + 1}`] : [])),
  );
  expect(long).toEqual([]);
});
