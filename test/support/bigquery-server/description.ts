/**
 * Holds requests against Google's description of BigQuery's REST API, as the typed client carries it (`googleapis`,
 * bigquery/v2.d.ts): a field that no schema has, or of another type, is a violation.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const path = createRequire(import.meta.url).resolve('googleapis/build/src/apis/bigquery/v2.d.ts');
const text = readFileSync(path, 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '');

/** Fields by schema: their types as TypeScript has them. */
const schemas = new Map<string, ReadonlyMap<string, string>>();

function fieldsOf(schema: string): ReadonlyMap<string, string> {
  const known = schemas.get(schema);
  if (known) return known;
  const start = text.indexOf(`interface ${schema} `);
  if (start < 0) throw new Error(`Google's description has no ${schema}`);
  const body = text.slice(text.indexOf('{', start) + 1, text.indexOf('\n    }', start));
  const fields = new Map(
    [...body.matchAll(/^ {8}'?([\w$.]+)'?\?: ([^{;]+)/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  schemas.set(schema, fields);
  return fields;
}

/** What breaks the description in a value of a schema; none, where nothing does. Never the value itself. */
export function faultsIn(value: unknown, schema: string, at = schema): string[] {
  if (value === null || typeof value !== 'object') return [`${at} is no object`];
  const fields = fieldsOf(schema);
  return Object.entries(value).flatMap(([name, given]): string[] => {
    const type = fields.get(name);
    if (type === undefined) return [`${at} has no field "${name}"`];
    return faultsOfField(given, type.replace(/ \| null$/, '').trim(), `${at}.${name}`);
  });
}

function faultsOfField(given: unknown, type: string, at: string): string[] {
  if (given === null) return [];
  if (type.endsWith('[]')) {
    if (!Array.isArray(given)) return [`${at} is no list`];
    return given.flatMap((each) => faultsOfField(each, type.slice(0, -2), at));
  }
  if (type.startsWith('Schema$')) return faultsIn(given, type, at);
  if (!['string', 'number', 'boolean'].includes(type)) return [];
  return typeof given === type ? [] : [`${at} is no ${type}`];
}

/** Parameters of a method's URL that it does not know: `Jobs$Getqueryresults`. */
export function unknownParameters(method: string, given: Iterable<string>): string[] {
  const known = fieldsOf(`Params$Resource$${method}`);
  return [...given].filter((name) => !known.has(name) && !['alt', 'prettyPrint', 'uploadType'].includes(name));
}
