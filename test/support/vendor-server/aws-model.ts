/** Amazon's service model (botocore's JSON) as an OpenAPI description, so that it is held against like the others. */
type Json = Record<string, unknown>;

interface Shape {
  readonly type: string;
  readonly members?: Record<string, { shape: string; location?: string; locationName?: string }>;
  readonly required?: readonly string[];
  readonly member?: { readonly shape: string };
  readonly enum?: readonly string[];
}
interface Operation {
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string };
  readonly errors?: readonly { readonly shape: string }[];
}
export interface AwsModel {
  readonly operations: Record<string, Operation>;
  readonly shapes: Record<string, Shape & { readonly error?: { readonly httpStatusCode: number } }>;
}

export const isAwsModel = (document: object): document is AwsModel => 'shapes' in document && 'operations' in document;

/** The operations of a model as an OpenAPI document. Moments are texts in a query, and numbers in JSON (rest-json). */
export function openApiOf({ operations, shapes }: AwsModel): Json {
  const schemaOf = (name: string, isQuery = false): Json => {
    const { type, members = {}, required = [], member, enum: values } = shapes[name] ?? { type: 'string' };
    if (type === 'timestamp')
      return isQuery ? { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:]+Z$' } : { type: 'number' };
    if (type === 'list') return { type: 'array', items: schemaOf(member?.shape ?? '') };
    if (type !== 'structure') return { type, ...(values && { enum: values }) };
    const inBody = Object.entries(members).filter(([, { location }]) => location === undefined);
    return {
      ...{
        type: 'object',
        additionalProperties: false,
        required: required.filter((each) => inBody.some(([n]) => n === each)),
      },
      properties: Object.fromEntries(inBody.map(([own, { shape }]) => [own, schemaOf(shape)])),
    };
  };
  const paths: Record<string, Json> = {};
  for (const { http, input, output, errors = [] } of Object.values(operations)) {
    const members = Object.values(shapes[input?.shape ?? '']?.members ?? {});
    const parameters = members
      .filter(({ location }) => location === 'querystring')
      .map(({ shape, locationName }) => ({ name: locationName, in: 'query', schema: schemaOf(shape, true) }));
    const hasBody = members.some(({ location }) => location === undefined);
    const content = (shape = '') => ({ content: { 'application/json': { schema: schemaOf(shape) } } });
    const failures = errors.map(({ shape }) => [String(shapes[shape]?.error?.httpStatusCode), {}] as const);
    paths[http.requestUri] = {
      ...paths[http.requestUri],
      [http.method.toLowerCase()]: {
        parameters,
        ...(hasBody && { requestBody: content(input?.shape) }),
        responses: { 200: content(output?.shape), ...Object.fromEntries(failures) },
      },
    };
  }
  return { servers: [{ url: 'https://email.eu-west-1.amazonaws.com' }], paths, components: {} };
}
