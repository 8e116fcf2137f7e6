/** Holds requests and answers against Google's own description of the API (sheets.generated.json). */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

interface MethodDescription {
  parameters: Record<string, { type?: string; enum?: string[]; repeated?: boolean }>;
  request?: string;
  response: string;
}
interface Description {
  methods: Record<string, MethodDescription>;
  requestKinds: string[];
  definitions: Record<string, object>;
}

const description = JSON.parse(readFileSync(new URL('sheets.generated.json', import.meta.url), 'utf8')) as Description;
// Each validator is made once and used little: making it must be cheap.
const ajv = new Ajv({ strict: false, validateFormats: false, inlineRefs: false, code: { optimize: false } });
ajv.addSchema({ $id: 'sheets', definitions: description.definitions });

/** Parameters that every Google API takes. */
const COMMON = new Set(['alt', 'fields', 'key', 'prettyPrint', 'quotaUser', 'access_token']);

function validator(name: string): ValidateFunction {
  const found = ajv.getSchema(`sheets#/definitions/${name}`);
  if (found === undefined) throw new Error(`sheets.generated.json has no "${name}": run make-schema.ts`);
  return found;
}

/** What is wrong with a value of a schema, or undefined. Never the value itself. */
export function faultIn(name: string, value: unknown): string | undefined {
  const validate = validator(name);
  if (validate(value)) return undefined;
  const [first] = validate.errors ?? [];
  const extra = first?.params && 'additionalProperty' in first.params ? ` ("${first.params.additionalProperty}")` : '';
  return `${name}${first?.instancePath ?? ''} ${first?.message ?? 'is not as described'}${extra}`;
}

/** What is wrong with the parameters of a method's URL, or undefined. */
export function faultInParameters(method: string, query: URLSearchParams): string | undefined {
  const { parameters } = describe(method);
  for (const name of new Set(query.keys())) {
    const known = parameters[name];
    if (known === undefined && !COMMON.has(name)) return `${method} has no parameter "${name}"`;
    const values = query.getAll(name);
    if (!known?.repeated && values.length > 1) return `the parameter "${name}" is given twice`;
    if (known?.enum && values.some((value) => !known.enum?.includes(value))) return `"${name}" has an unknown value`;
    if (known?.type === 'boolean' && values.some((value) => value !== 'true' && value !== 'false'))
      return `"${name}" is no boolean`;
  }
  return undefined;
}

export function describe(method: string): MethodDescription {
  const found = description.methods[method];
  if (found === undefined) throw new Error(`No method "${method}" in sheets.generated.json`);
  return found;
}

/** Whether Google knows a request kind, no matter what this server does. */
export function isRequestKind(name: string): boolean {
  return description.requestKinds.includes(name);
}
