/**
 * Makes `api.generated.json`: GitHub's own API description, reduced to the operations that the night shift uses and
 * put into a form that a JSON Schema validator can read. Run by hand, when an operation is added:
 *
 *   npm install --prefix /tmp/openapi @octokit/openapi   (400 MB, which is why it is no dependency)
 *   npx tsx test/support/github-server/main.ts /tmp/openapi/node_modules/@octokit/openapi/generated/api.github.com.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { operations } from './operations.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** Words for people; nothing is checked by them. */
const PROSE = new Set(['description', 'example', 'examples', 'title', 'externalDocs', 'x-github', 'deprecated']);
/** Formats that validators don't know, or that GitHub itself does not keep to. */
const UNCHECKED_FORMATS = new Set([
  'repo.nwo',
  'timestamp',
  'int64',
  'int32',
  'email',
  'uri',
  'uri-template',
  'markdown-with-mentions',
]);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Rewrites one schema, and notes the named schemas that it refers to. `inProperties`: keys are names, not words. */
function normalise(value: Json, needed: Set<string>, inProperties = false): Json {
  if (Array.isArray(value)) return value.map((each) => normalise(each, needed));
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, each] of Object.entries(value)) {
    if (!inProperties && (PROSE.has(key) || key === 'nullable')) continue;
    if (!inProperties && key === 'format' && UNCHECKED_FORMATS.has(String(each))) continue;
    if (!inProperties && key === '$ref') {
      const name = String(each).split('/').at(-1) ?? '';
      needed.add(name);
      out.$ref = `#/schemas/${name}`;
      continue;
    }
    out[key] = normalise(each, needed, !inProperties && key === 'properties');
  }
  return !inProperties && value.nullable === true ? nullable(out) : out;
}

/** OpenAPI 3.0's `nullable`, as JSON Schema says it. */
function nullable(schema: JsonObject): Json {
  if (Array.isArray(schema.enum)) return { anyOf: [schema, { type: 'null' }] };
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

/** GitHub's schemas are open; a request body with a word that GitHub does not know is a mistake of ours. */
function close(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const out: JsonObject = { ...schema };
  if (isObject(schema.properties) && out.additionalProperties === undefined) out.additionalProperties = false;
  for (const key of ['oneOf', 'anyOf', 'allOf']) {
    const parts = schema[key];
    if (Array.isArray(parts)) out[key] = parts.map(close);
  }
  return out;
}

function reduce(source: JsonObject): JsonObject {
  const at = (...path: string[]): Json | undefined =>
    path.reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), source);
  const resolve = (value: Json): JsonObject => {
    if (!isObject(value)) throw new Error('an object was expected');
    return typeof value.$ref === 'string' ? resolve(at(...value.$ref.slice(2).split('/')) ?? null) : value;
  };
  const contentSchema = (value: Json): Json => {
    const { content } = resolve(value);
    const json = isObject(content) ? content['application/json'] : undefined;
    return isObject(json) ? (json.schema ?? null) : null;
  };
  const needed = new Set<string>();
  const reduced: JsonObject = {};
  for (const name of operations) {
    const [method = '', path = ''] = name.split(' ');
    const operation = resolve(at('paths', path, method.toLowerCase()) ?? null);
    const query: JsonObject = {};
    for (const each of (operation.parameters as Json[] | undefined) ?? []) {
      const parameter = resolve(each);
      if (parameter.in === 'query') query[String(parameter.name)] = normalise(parameter.schema ?? {}, needed);
    }
    const responses: JsonObject = {};
    for (const [status, answer] of Object.entries(resolve(operation.responses ?? null))) {
      if (Number(status) < 300) responses[status] = normalise(contentSchema(answer), needed);
    }
    const body =
      operation.requestBody === undefined ? null : close(normalise(contentSchema(operation.requestBody), needed));
    reduced[name] = { query: { type: 'object', properties: query, additionalProperties: false }, body, responses };
  }
  const schemas: JsonObject = {};
  for (const name of needed) schemas[name] = normalise(at('components', 'schemas', name) ?? null, needed);
  const info = resolve(at('info') ?? null);
  return { version: info.version ?? null, operations: reduced, schemas };
}

const [path = ''] = process.argv.slice(2);
const reduced = reduce(JSON.parse(readFileSync(path, 'utf8')) as JsonObject);
writeFileSync(new URL('api.generated.json', import.meta.url), `${JSON.stringify(reduced, null, 1)}\n`);
