/**
 * Google's field masks, in both spellings: `a.b,c` (FieldMask in bodies) and `a(b,c/d)` (the `fields` URL parameter).
 */
import { invalid } from './api-error.ts';

/** A tree of field names; an empty map means the whole of what is there; the name `*` means every field. */
export type Mask = Map<string, Mask>;

/** Parses a mask. A slash and a dot mean the same. */
export function parseMask(text: string): Mask {
  let at = 0;
  const name = (): string => {
    const start = at;
    while (at < text.length && /[A-Za-z0-9_*$-]/.test(text[at] ?? '')) at += 1;
    if (at === start) throw invalid(`Invalid field mask at position ${at}: ${text}`);
    return text.slice(start, at);
  };
  const list = (): Mask => {
    const mask: Mask = new Map();
    for (;;) {
      path(mask);
      if (text[at] !== ',') return mask;
      at += 1;
    }
  };
  const path = (into: Mask): void => {
    const key = name();
    const below = into.get(key) ?? new Map();
    into.set(key, below);
    if (text[at] === '.' || text[at] === '/') {
      at += 1;
      path(below);
    } else if (text[at] === '(') {
      at += 1;
      for (const [field, mask] of list()) below.set(field, mask);
      if (text[at] !== ')') throw invalid(`Invalid field mask: ${text}`);
      at += 1;
    }
  };
  const mask = list();
  if (at !== text.length) throw invalid(`Invalid field mask at position ${at}: ${text}`);
  return mask;
}

/** The part of a value that a mask names; lists are masked element by element. */
export function project(value: unknown, mask: Mask): unknown {
  if (mask.size === 0 || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((element) => project(element, mask));
  const every = mask.get('*');
  const result: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    const below = mask.get(key) ?? every;
    if (below !== undefined && part !== undefined) result[key] = project(part, below);
  }
  return result;
}

/** `target` with the fields that the mask names taken from `source`: set where it has them, cleared where not. */
export function merge<T extends object>(target: T, source: object, mask: Mask): T {
  const result = { ...target } as Record<string, unknown>;
  const from = source as Record<string, unknown>;
  const named = mask.has('*') ? new Set([...Object.keys(result), ...Object.keys(from)]) : new Set(mask.keys());
  for (const key of named) {
    const below = mask.get(key);
    const part = from[key];
    if (below !== undefined && below.size > 0) {
      const old = result[key];
      result[key] = merge(
        (typeof old === 'object' && old !== null ? old : {}) as object,
        (part ?? {}) as object,
        below,
      );
    } else if (part === undefined || part === null) delete result[key];
    else result[key] = part;
  }
  return result as T;
}

/** Whether a mask takes in a path, as a whole or in part. */
export function includes(mask: Mask, ...path: string[]): boolean {
  let at: Mask = mask;
  for (const name of path) {
    if (at.size === 0) return true;
    const next = at.get(name) ?? at.get('*');
    if (next === undefined) return false;
    at = next;
  }
  return true;
}
