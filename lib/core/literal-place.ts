/**
 * On which line of a source a part of an object literal is: for a fault in rules, whose path a schema gives. It reads
 * brackets, strings and comments, and no more of TypeScript: where a path leads into a name or a spread, the nearest
 * line before it is given.
 */

interface Entry {
  readonly key: string;
  /** Where the entry begins, and where its value does. */
  readonly start: number;
  readonly value: number;
}

/** The line (from 1) of the part at `path` of the literal that is the first argument of the call at or after `line`. */
export function lineOfPart(source: string, line: number, path: readonly PropertyKey[]): number {
  const lines = source.split('\n');
  const from = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  const open = source.indexOf('(', from);
  if (open < 0) return line;
  let at = afterSpace(source, open + 1);
  let found = from;
  for (const part of path) {
    const entries = entriesOf(source, at);
    const entry = typeof part === 'number' ? entries[part] : entries.find(({ key }) => key === String(part));
    if (!entry) break;
    found = entry.start;
    at = entry.value;
  }
  return source.slice(0, found).split('\n').length;
}

/** The entries of the object or array that begins at `at`; none where something else does. */
function entriesOf(source: string, at: number): Entry[] {
  const isObject = source[at] === '{';
  if (!isObject && source[at] !== '[') return [];
  const entries: Entry[] = [];
  let start = afterSpace(source, at + 1);
  while (start < source.length && !'}])'.includes(source[start] ?? '')) {
    const [named, plain, single, double] =
      /^(?:([\w$]+)|'([^']*)'|"([^"]*)")\s*:/.exec(source.slice(start, start + 200)) ?? [];
    const key = isObject ? (plain ?? single ?? double) : undefined;
    const value = key === undefined ? start : afterSpace(source, start + (named ?? '').length);
    entries.push({ key: key ?? /^[\w$]*/.exec(source.slice(start, start + 200))?.[0] ?? '', start, value });
    start = afterSpace(source, afterValue(source, value) + 1);
  }
  return entries;
}

/** Where the value at `at` ends: at its comma, or at the bracket that closes what it is in. */
function afterValue(source: string, at: number): number {
  let depth = 0;
  for (let i = at; i < source.length; i++) {
    const char = source[i] ?? '';
    if (source.startsWith('//', i) || source.startsWith('/*', i)) i = afterComment(source, i) - 1;
    else if (`'"\``.includes(char)) i = afterText(source, i);
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) {
      if (depth === 0) return i - 1;
      depth--;
    } else if (char === ',' && depth === 0) return i;
  }
  return source.length;
}

/** Where the string that begins at `at` has its closing quote. */
function afterText(source: string, at: number): number {
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === source[at]) return i;
  }
  return source.length;
}

function afterComment(source: string, at: number): number {
  const [mark, length] = source.startsWith('//', at) ? (['\n', 1] as const) : (['*/', 2] as const);
  const end = source.indexOf(mark, at + 2);
  return end < 0 ? source.length : end + length;
}

/** The next place that is neither space nor comment. */
function afterSpace(source: string, at: number): number {
  let i = at;
  while (i < source.length) {
    if (source.startsWith('//', i) || source.startsWith('/*', i)) i = afterComment(source, i);
    else if (/\s/.test(source[i] ?? '')) i++;
    else break;
  }
  return i;
}
