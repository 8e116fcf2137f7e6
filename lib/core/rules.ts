/**
 * Checks what a team writes in jobs/rules against a schema, and names every fault at once in a marketer's words.
 */
import * as z from 'zod';
import { type FaultCode, NightshiftError } from './errors.ts';
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

  constructor(file: string, faults: readonly string[]) {
    const said = faults.join('; ');
    super(`${file}: ${said}${said.endsWith('?') ? '' : '.'}`);
    this.faults = faults;
  }

  override get exitCode(): FaultCode {
    return 2;
  }

  override get outward(): string {
    return 'The rules in jobs/rules are wrong.';
  }
}

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Of rules that may have one of several shapes, the faults of the shape that they miss least. */
function faultsOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[] = []): readonly Fault[] {
  const whole = [...path, ...issue.path];
  if (issue.code !== 'invalid_union') return [{ path: whole, message: issue.message }];
  const shapes = issue.errors.map((errors) => errors.flatMap((each) => faultsOf(each, whole)));
  const [nearestShape] = shapes.sort((a, b) => a.length - b.length);
  return nearestShape ?? [{ path: whole, message: issue.message }];
}

/** Checks rules against their schema; throws a `RulesError` that names the file and every fault. */
export function checkRules<T>(file: string, rulesSchema: z.ZodType<T>, rules: unknown): T {
  const parsed = rulesSchema.safeParse(rules, { error: faultInWords, reportInput: true });
  if (parsed.success) return parsed.data;
  throw new RulesError(
    file,
    parsed.error.issues
      .flatMap((issue) => faultsOf(issue))
      .map(({ path, message }) => `${path.map(String).join('.') || 'the rules'}: ${message}`),
  );
}
