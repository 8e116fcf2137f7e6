/**
 * A vendor's API on this machine: routes over a small state, sign-in, and every kind of fault at any request. Each
 * exchange is held against the vendor's own description.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Description, descriptionOf } from './description.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
  /** The parts of the path that its template names, in order. */
  readonly values: readonly string[];
  /** The server's own address, for links. */
  readonly address: string;
}

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
}

export interface Tool {
  /** Files of ../shared/data/api that describe it, or OpenAPI documents; none for a tool without any. */
  readonly described: readonly (string | object)[];
  /** Only its requests are held against the description. */
  readonly requestsOnly?: boolean;
  /** The requests that one request carries, such as the operations of a batch: each is held against the description. */
  readonly carried?: (asked: Asked) => readonly Pick<Asked, 'method' | 'path' | 'query' | 'body'>[];
  /** What the description does not have, or has in another way than the API. */
  readonly allowed?: RegExp;
  /** Whether a request is signed in. */
  readonly signedIn: (headers: IncomingMessage['headers'], asked: Asked) => boolean;
  /** `GET /v3/suppression/bounces`, with `{}` for a part that varies → what it answers. */
  readonly routes: Readonly<Record<string, (asked: Asked) => Answer>>;
}

/** What goes wrong with one request. */
export type Fault =
  | 'server error'
  | 'throttled'
  | 'throttled for long'
  | 'slow'
  | 'cut'
  | 'garbage'
  | 'expired key'
  | 'no right'
  | 'redirect'
  | 'lost answer'
  | 'dead';

export interface VendorServer {
  readonly address: string;
  readonly asked: Asked[];
  /** What the vendor's description does not allow. */
  readonly faults: string[];
  /** What goes wrong with request `n` (from 1); changed by tests at will. */
  fault: (n: number, asked: Asked) => Fault | undefined;
  /** The server's clock, in milliseconds beside ours. */
  skewMs: number;
  close(): Promise<void>;
}

export async function vendorServer(tool: Tool): Promise<VendorServer> {
  const description = tool.described.length > 0 ? descriptionOf(tool.described) : null;
  const server = createServer({ keepAliveTimeout: 240_000 }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '', made.address);
    const found = routeOf(tool, request.method ?? 'GET', decodeURIComponent(url.pathname));
    const asked: Asked = {
      method: request.method ?? 'GET',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      body: bodyOf(request, Buffer.concat(chunks).toString('utf8')),
      headers: request.headers,
      values: found?.values ?? [],
      address: made.address,
    };
    made.asked.push(asked);
    const fault = made.fault(made.asked.length, asked);
    if (fault && fault !== 'lost answer') return misbehave(fault, response);
    response.setHeader('date', new Date(Date.now() + made.skewMs).toUTCString());
    if (!tool.signedIn(request.headers, asked)) return send(response, 401, { errors: [{ message: 'unauthorized' }] });
    if (!found) return send(response, 404, { message: 'no such route' });
    const { status = 200, body } = found.handle(asked);
    made.faults.push(...faultsOf(tool, description, asked, { status, body }));
    if (fault) return misbehave('cut', response);
    send(response, status, body);
  });
  const made: VendorServer = {
    address: '',
    asked: [],
    faults: [],
    fault: () => undefined,
    skewMs: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(made, { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return made;
}

function faultsOf(
  { allowed, requestsOnly, carried }: Tool,
  description: Description | null,
  asked: Asked,
  answered: Answer,
): string[] {
  const { status = 200, body = null } = answered;
  const found = description?.faults({ ...asked, status, answer: body, requestsOnly: requestsOnly === true }) ?? [];
  for (const each of carried?.(asked) ?? [])
    found.push(...(description?.faults({ ...each, status: 200, answer: null, requestsOnly: true }) ?? []));
  return found.filter((each) => !allowed?.test(each));
}

function routeOf({ routes }: Tool, method: string, path: string) {
  for (const [route, handle] of Object.entries(routes)) {
    const [own, template = ''] = route.split(' ');
    const match = new RegExp(`^${template.replaceAll('{}', '([^/]+)')}$`).exec(path);
    if (own === method && match) return { handle, values: match.slice(1) };
  }
  return null;
}

function bodyOf(request: IncomingMessage, text: string): unknown {
  if (text === '') return undefined;
  if (request.headers['content-type']?.includes('json')) return JSON.parse(text);
  return Object.fromEntries(new URLSearchParams(text));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

function misbehave(fault: Exclude<Fault, 'lost answer'>, response: ServerResponse): void {
  const answers: Partial<Record<Fault, () => unknown>> = {
    'server error': () => response.writeHead(500).end('{}'),
    throttled: () => response.writeHead(429, { 'retry-after': '2' }).end('{}'),
    'throttled for long': () => response.writeHead(429, { 'retry-after': '86400' }).end('{}'),
    slow: () => undefined,
    cut: () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('[{"email"', () => response.destroy());
    },
    garbage: () => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    'expired key': () => response.writeHead(401).end('{}'),
    'no right': () => response.writeHead(403).end('{}'),
    redirect: () => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    dead: () => response.destroy(),
  };
  answers[fault]?.();
}
