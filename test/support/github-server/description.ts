/**
 * Checks what goes over the wire against GitHub's own description: the query and body of a request as well as the
 * server's answers, so that the local server can't give less than GitHub does.
 */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { type Operation, operations } from './operations.ts';

interface Description {
  readonly operations: Record<string, { query: object; body: object | null; responses: Record<string, object | null> }>;
  readonly schemas: Record<string, object>;
}

const description = JSON.parse(readFileSync(new URL('api.generated.json', import.meta.url), 'utf8')) as Description;
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, coerceTypes: false });
ajv.addSchema({ $id: 'https://github.test/api', schemas: description.schemas });
/** What stands in a query is text: it is read as what the description says. */
const queryAjv = new Ajv({ strict: false, allErrors: true, validateFormats: false, coerceTypes: true });

const compiled = new Map<string, ValidateFunction>();

function validator(key: string, schema: object, by: Ajv): ValidateFunction {
  const known = compiled.get(key);
  if (known) return known;
  const text = JSON.stringify(schema).replaceAll('"#/schemas/', '"https://github.test/api#/schemas/');
  const made = by.compile(JSON.parse(text) as object);
  compiled.set(key, made);
  return made;
}

function faults(key: string, schema: object, value: unknown, by: Ajv): string[] {
  const validate = validator(key, schema, by);
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message ?? ''}`);
}

/** What is wrong with a request; empty where GitHub would take it. */
export function requestFaults(operation: Operation, query: Record<string, string>, body: unknown): string[] {
  const described = description.operations[operation];
  if (!described) return [`${operation} is not described`];
  const found = faults(`${operation} query`, described.query, { ...query }, queryAjv);
  if (described.body) found.push(...faults(`${operation} body`, described.body, body ?? {}, ajv));
  else if (body !== undefined) found.push('a body where none is allowed');
  return found;
}

/** What is wrong with an answer of the local server. */
export function answerFaults(operation: Operation, status: number, body: unknown): string[] {
  const described = description.operations[operation];
  if (!described || !(String(status) in described.responses)) return [`${operation} never answers ${status}`];
  const schema = described.responses[String(status)];
  return schema ? faults(`${operation} ${status}`, schema, body, ajv) : [];
}

/** The operation that a request asks for, with the values of its path. */
export function operationOf(
  method: string,
  path: string,
): { operation: Operation; values: Record<string, string> } | null {
  for (const operation of operations) {
    const [known = '', template = ''] = operation.split(' ');
    if (known !== method) continue;
    const names = [...template.matchAll(/\{(\w+)\}/g)].map((each) => each[1] ?? '');
    const match = new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path);
    if (!match) continue;
    return {
      operation,
      values: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? '')])),
    };
  }
  return null;
}
