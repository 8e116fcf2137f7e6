/**
 * Where in `jobs/` something was declared: the file, by its path below the project, and the line. For error messages,
 * so that they name the place to change. It is read from call stacks, which point into the sources (bin/nightshift.js
 * turns source maps on).
 */
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourcePlace {
  /** Below the project's folder, with `/`: `jobs/list-refresh.ts`. */
  readonly file: string;
  readonly line: number;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Where a call of a function of ours comes from: frames nearer than this many are enough. */
const FRAMES = 8;

/** The places of a call stack, nearest first, that are in the project's own files. */
export function placesIn(stack: string): SourcePlace[] {
  return stack.split('\n').flatMap((frame): SourcePlace[] => {
    const [, found = '', line = ''] = /^\s+at .*?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (found === '') return [];
    const path = found.startsWith('file://') ? pathOf(found) : found;
    const file = relative(root, path).replaceAll(sep, '/');
    return file.startsWith('..') || file.includes('node_modules/') ? [] : [{ file, line: Number(line) }];
  });
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url.replace(/\?.*$/, ''));
  } catch {
    return url;
  }
}

/** Whether a place is in the product, and not in what a team or a test writes. */
export const isOurs = ({ file }: SourcePlace): boolean => /^(lib|bin)\//.test(file);

/** Where the error came through a file of a team's, or else of ours; undefined where its stack does not say. */
export function placeOfError(error: Error): SourcePlace | undefined {
  const places = placesIn(error.stack ?? '');
  return places.find((place) => !isOurs(place)) ?? places[0];
}

const calls = new WeakMap<object, Error>();

/** Remembers which call made `thing`, for `placeOf`. The stack is read only when it is asked for. */
export function withPlace<T extends object>(thing: T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  calls.set(thing, new Error());
  Error.stackTraceLimit = stackTraceLimit;
  return thing;
}

/** The place in a team's file from which `thing` was made; undefined where a file of ours made it. */
export function placeOf(thing: object): SourcePlace | undefined {
  const places = placesIn(calls.get(thing)?.stack ?? '');
  return places.find((place) => !isOurs(place));
}

const notes = new WeakMap<Error, string>();

/** Notes on an error during which part of a job it came, for messages that keep its details back. Holds no cell. */
export function withNote(error: Error, note: string): Error {
  if (!notes.has(error)) notes.set(error, note);
  return error;
}

/** What was noted on an error: "jobs/list-refresh.ts:12, update of contacts". */
export const noteOf = (error: Error): string | undefined => notes.get(error);

/** The text of a file of the project; undefined where it can't be read. */
export function sourceOf(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * The first line from `place` on, else the first of the file, in which `word` is a word of its own; `place` where none
 * is.
 */
export function lineNaming(word: string, place: SourcePlace): SourcePlace {
  const lines = sourceOf(place.file)?.split('\n') ?? [];
  const pattern = new RegExp(`(?<![\\w$])${word.replaceAll(/[^\w ]/g, '\\$&')}(?![\\w$])`);
  const from = lines.findIndex((line, i) => i >= place.line - 1 && pattern.test(line));
  const found = from < 0 ? lines.findIndex((line) => pattern.test(line)) : from;
  return found < 0 ? place : { file: place.file, line: found + 1 };
}

/** `jobs/list-refresh.ts:12`. */
export const placeText = ({ file, line }: SourcePlace): string => `${file}:${line}`;

/** The same as the beginning of a message; nothing where no place is known. */
export const atPlace = (place: SourcePlace | undefined): string => (place ? `${placeText(place)}: ` : '');
