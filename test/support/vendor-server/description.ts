/**
 * Holds requests and answers against a vendor's own OpenAPI description, read in place: `NIGHTSHIFT_DATA`, else
 * `../shared/data`. Without the data nothing is held, and a test's title says so.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { isAwsModel, openApiOf } from './aws-model.ts';

const folder = path.join(
  process.env.NIGHTSHIFT_DATA ?? path.join(import.meta.dirname, '../../../../shared/data'),
  'api',
);

export const hasDescriptions = existsSync(folder);
/** For a test's title. */
export const unlessDescribed = hasDescriptions ? '' : ' (held against no description, skipped: no data)';

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Record<string, { schema?: object }> };
  readonly responses: Record<string, { readonly content?: Record<string, { schema?: object }> }>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: object;
}
type Json = Record<string, unknown>;

export interface Description {
  /** What is wrong with a request or with its answer; empty where the vendor documents both. */
  readonly faults: (exchange: {
    readonly method: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly body: unknown;
    readonly status: number;
    readonly answer: unknown;
    readonly requestsOnly: boolean;
  }) => string[];
}

const read = new Map<string | object, Description>();

/** A vendor's descriptions, as documents or by the names of their files; null where there is no data. */
export function descriptionOf(described: readonly (string | object)[]): Description | null {
  if (!hasDescriptions && described.some((each) => typeof each === 'string')) return null;
  const key = described.every((each) => typeof each === 'string') ? described.join() : (described[0] as object);
  const known =
    read.get(key) ?? describe(described.map((each) => (typeof each === 'string' ? documentIn(each) : each)));
  read.set(key, known);
  return known;
}

function documentIn(file: string): object {
  const document = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as object;
  return isAwsModel(document) ? openApiOf(document) : document;
}

function describe(described: readonly object[]): Description {
  const documents = described as readonly Json[];
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, coerceTypes: false, logger: false });
  const texts = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    coerceTypes: 'array',
    logger: false,
  });
  const compiled = new Map<object, ValidateFunction>();
  const validate = (
    of: Ajv,
    document: Json,
    schema: object,
    value: unknown,
    what: string,
    isSent = false,
  ): string[] => {
    const plain = (part: object, refs?: string) => (isSent ? closed(inlined(part, refs)) : inlined(part, refs));
    // What a document's schemas share is read once.
    const $id = `http://document/${documents.indexOf(document)}${isSent ? '/sent' : ''}`;
    if (!of.schemas[$id]) of.addSchema({ $id, components: plain(document.components as object) });
    const check = compiled.get(schema) ?? of.compile(plain(schema, $id));
    compiled.set(schema, check);
    return check(value)
      ? []
      : (check.errors ?? []).map((error) => `${what}${error.instancePath} ${error.message ?? ''}`);
  };
  return {
    faults: ({ method, path: asked, query, body, status, answer, requestsOnly }) => {
      for (const document of documents) {
        const base =
          /^https?:\/\/[^/]+(\/\S*?)\/?$/
            .exec((document.servers as { url: string }[])[0]?.url ?? '')?.[1]
            ?.replace(/\/$/, '') ?? '';
        const found = operationAt(document, method, asked.slice(base.length));
        if (!found) continue;
        const { operation, shared } = found;
        const resolve = <T>(value: T): T => resolved(document, value);
        const parameters = [...shared, ...(operation.parameters ?? [])]
          .map(resolve)
          .filter((each) => each.in === 'query');
        const faults: string[] = [];
        for (const [name, value] of query) {
          const parameter = parameters.find((each) => each.name === name || each.name === `${name}[]`);
          if (!parameter && !parameters.some((each) => name.startsWith(`${each.name}[`)))
            faults.push(`${asked}: no parameter "${name}"`);
          else if (parameter?.schema)
            faults.push(...validate(texts, document, parameter.schema, value, `${asked}?${name}`));
        }
        faults.push(
          ...parameters
            .filter(({ name, required }) => required && !query.has(name))
            .map(({ name }) => `${asked}: "${name}" is missing`),
        );
        const sent = Object.values(resolve(operation.requestBody)?.content ?? {})[0]?.schema;
        if (body !== undefined && !sent) faults.push(`${asked}: a body where none is documented`);
        if (body !== undefined && sent) faults.push(...validate(ajv, document, sent, body, `${asked} body`, true));
        const answers = resolve(operation.responses[String(status)] ?? operation.responses.default);
        const given = Object.values(answers?.content ?? {})[0]?.schema;
        if (!answers) faults.push(`${asked}: never answers ${status}`);
        else if (given && status < 300 && !requestsOnly)
          faults.push(...validate(ajv, document, given, answer, `${asked} ${status}`));
        return faults;
      }
      return [`${method} ${asked} is not documented`];
    },
  };
}

function operationAt(document: Json, method: string, asked: string) {
  for (const [template, item] of Object.entries(document.paths as Record<string, Json>)) {
    const pattern = new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);
    const operation = item[method.toLowerCase()] as Operation | undefined;
    if (operation && pattern.test(asked)) return { operation, shared: (item.parameters ?? []) as Parameter[] };
  }
  return null;
}

/** Follows a reference of one step. */
function resolved<T>(document: Json, value: T): T {
  const ref = (value as { $ref?: string } | undefined)?.$ref;
  if (ref === undefined) return value;
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, part) => (at as Json)[part.replaceAll('~1', '/').replaceAll('~0', '~')], document) as T;
}

/** A schema that takes no property which it does not name: what is sent must be documented. */
const closed = (schema: object): object =>
  JSON.parse(
    JSON.stringify(schema, (_, value: unknown) => {
      const isOpen = typeof value === 'object' && value !== null && 'properties' in value && !('allOf' in value);
      return isOpen && !('additionalProperties' in value) ? { ...value, additionalProperties: false } : value;
    }),
  ) as object;

/** OpenAPI 3.0's own keywords as JSON Schema has them. @param refs the document that references are to */
function inlined(schema: object | undefined, refs = ''): object {
  return JSON.parse(
    JSON.stringify(schema ?? {}, (key, value: unknown) => {
      if (key === '$ref') return `${refs}${value}`;
      if (key === 'example' || key === 'examples' || key === 'discriminator') return undefined;
      if ((key === 'exclusiveMinimum' || key === 'exclusiveMaximum') && typeof value === 'boolean') return undefined;
      const object = value as Json | null;
      if (typeof object === 'object' && object?.nullable === true && typeof object.type !== 'string') {
        const { nullable: _, ...rest } = object;
        return rest;
      }
      if (typeof object === 'object' && object?.nullable === true && typeof object.type === 'string') {
        const { nullable: _, type, ...rest } = object;
        return { ...rest, type: [type, 'null'], ...(Array.isArray(rest.enum) && { enum: [...rest.enum, null] }) };
      }
      return value;
    }),
  ) as object;
}
