/**
 * Checks what a team writes in jobs/rules against a schema, and names every fault at once in a marketer's words.
 */
import * as z from 'zod';
import { NightshiftError } from './errors.ts';
import { lineOfPart } from './literal-place.ts';
import { placesIn, sourceOf } from './source-place.ts';
import { nearest } from './text/nearest.ts';

/** Rules are checked once: to compile their checks first takes longer than the checks. */
z.config({ jitless: true });

/** A found value, short enough for one line of an error. */
export const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 80) ?? typeof value);

/** What is wrong, where a schema has no words of its own: what was found, and what is expected. */
export function faultInWords(issue: z.core.$ZodRawIssue): string | undefined {
  const found = `found ${shown(issue.input)}. Expected`;
  switch (issue.code) {
    case 'invalid_type':
      return `${found} ${EXPECTED[issue.expected] ?? issue.expected}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = typeof issue.input === 'string' ? nearest(issue.input, values) : null;
      return `${found} ${values.length === 1 ? '' : 'one of '}${values.join(', ')}${near ? `. Did you mean "${near}"?` : ''}`;
    }
    case 'too_small':
      return `${found} ${ofSize(issue.origin)}${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${found} ${ofSize(issue.origin)}${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'unrecognized_keys':
      return `nothing is called ${issue.keys.map((key) => `"${key}"`).join(', ')} here`;
    default:
      return undefined;
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text in quotes',
  boolean: 'true or false',
  array: 'a list in [ … ]',
  object: 'an object in { … }',
  record: 'an object in { … }',
};

const ofSize = (origin: string): string =>
  origin === 'string' ? 'a text whose length is ' : origin === 'array' ? 'a list whose length is ' : '';

/** Rules that can't be used, with every fault at once. */
export class RulesError extends NightshiftError {
  override name = 'RulesError';
  readonly faults: readonly string[];

  /**
   * @param file the rules' file, as people know it: `jobs/rules/scoring.ts`
   * @param paths where in the rules each fault is; the message then names its line, where the rules are in that file
   */
  constructor(file: string, faults: readonly string[], paths: readonly (readonly PropertyKey[])[] = []) {
    const lines = linesOf(file, new Error().stack ?? '', paths);
    super(faults.map((fault, i) => `${file}${lines[i] ?? ''}: ${fault}${/[.?]$/.test(fault) ? '' : '.'}`).join('\n'));
    this.faults = faults;
  }

  override readonly exitCode = 2;
  override readonly outward = 'The rules in jobs/rules are wrong.';
}

/** Of rules that may have one of several shapes, the issues of the shape that they miss least. */
function issuesOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[] = []): readonly z.core.$ZodIssue[] {
  const full = { ...issue, path: [...path, ...issue.path] };
  if (issue.code !== 'invalid_union') return [full];
  const shapes = issue.errors.map((errors) => errors.flatMap((each) => issuesOf(each, full.path)));
  const [nearestShape] = shapes.sort((one, other) => one.length - other.length);
  return nearestShape ?? [full];
}

/** `:12` for each path, where the call that gave the rules is in a file of that name; else undefined. */
function linesOf(file: string, stack: string, paths: readonly (readonly PropertyKey[])[]): (string | undefined)[] {
  const call = placesIn(stack).find((place) => place.file === file);
  const source = call && sourceOf(file);
  return paths.map((path) => (call && source ? `:${lineOfPart(source, call.line, path)}` : undefined));
}

/** Checks rules against their schema; throws a `RulesError` that names the file and every fault. */
export function checkRules<T>(file: string, rulesSchema: z.ZodType<T>, rules: unknown): T {
  const parsed = rulesSchema.safeParse(rules, { error: faultInWords, reportInput: true });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => issuesOf(issue));
  throw new RulesError(
    file,
    issues.map(({ path, message }) => {
      const place = placeOf(path, rules);
      return `${place.includes('"') ? place : path.map(String).join('.') || 'the rules'}: ${message}`;
    }),
    issues.map(pathOf),
  );
}

/** Where an issue is: a key that is unknown is a part of its own. */
export const pathOf = (issue: z.core.$ZodIssue): PropertyKey[] =>
  issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;

/** `connections "brevo", lists, VIP`: an entry of a list is called by its name, or counted from 1. */
export function placeOf(path: readonly PropertyKey[], rules: unknown): string {
  let value: unknown = rules;
  let place = '';
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    const { type, name } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    if (typeof key === 'number') place += ` ${shown(type ?? name ?? key + 1)}`;
    else place += `${place ? ', ' : ''}${String(key)}`;
  }
  return place.trim();
}
