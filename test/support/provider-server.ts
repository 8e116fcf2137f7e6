/**
 * A provider of company data that behaves as the documented ones do: it answers, knows no such company, rejects one
 * question, throttles, has no credit left, is down, hangs, answers unreadably, stops in the middle, answers about
 * another company. It counts what it would charge for: answers with a company, whether they arrive or not, by domain;
 * questions with one idempotency key (`once-only`) are charged once.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpProvider } from '../../lib/features/enrichment/rules.ts';

/** What the server does about one question. */
export type Behaviour =
  | 'found'
  | 'found slowly'
  | 'empty'
  | 'unknown'
  | 'later'
  | 'no credit'
  | 'no credit, its own way'
  | 'throttled'
  | 'throttled for long'
  | 'throttled without a time'
  | 'bad request'
  | 'no such method'
  | 'unprocessable'
  | 'no such page'
  | 'null error'
  | 'parent company'
  | 'unsure'
  | 'server error'
  | 'unavailable'
  | 'forbidden'
  | 'redirect'
  | 'hang'
  | 'html'
  | 'other fields'
  | 'error in the body'
  | 'endless'
  | 'partial'
  | 'lost'
  | 'reset';

/**
 * A limit as providers enforce it: so many questions in each window of time, the rest is a 429 with or without a
 * reset header.
 */
export interface Window {
  readonly questions: number;
  readonly ms: number;
  /** The clock of the look-up, in milliseconds since 1970. */
  readonly now: () => number;
  readonly hint: 'none' | 'x-ratelimit-reset' | 'ratelimit-reset' | 'retry-after';
}

export interface ProviderServer {
  /** Settings of an HTTP provider that asks this server. */
  readonly settings: HttpProvider;
  /** Questions in the order in which they came, the refused ones included. */
  readonly questions: string[];
  /** How often each domain was charged for. */
  readonly paid: Map<string, number>;
  /** The key of the last question. */
  readonly lastKey: () => string | undefined;
  close(): Promise<void>;
}

const invented = (domain: string) => ({
  organization: { name: `${domain} Ltd`, industry: 'Ceramics', size: 40, revenue: '$1M-$10M', country: 'NL' },
  website: `https://www.${domain}/`,
  likelihood: 9,
});

/**
 * @param script what happens to a domain's questions, one after the other; the last one stays. `found` for all others
 * @param cut gets the number of each question as it comes; where it returns true, the connection is cut before
 *   anything is charged
 * @param window refuses questions over its limit
 */
export async function providerServer(
  script: Record<string, readonly Behaviour[]> = {},
  cut: (question: number) => boolean = () => false,
  window?: Window,
): Promise<ProviderServer> {
  const questions: string[] = [];
  const paid = new Map<string, number>();
  const asked = new Map<string, number>();
  const named = new Set<string>();
  const allowed = new Map<number, number>();
  let key: string | undefined;
  const server = createServer({ keepAliveTimeout: 240_000 }, (request, response) => {
    const domain = new URL(request.url ?? '', 'http://localhost').searchParams.get('domain') ?? '';
    const before = asked.get(domain) ?? 0;
    asked.set(domain, before + 1);
    questions.push(domain);
    key = request.headers['x-key']?.toString();
    if (cut(questions.length)) {
      request.socket.destroy();
      return;
    }
    const refusal = window && overLimit(window, allowed);
    if (refusal) {
      response.writeHead(429, { 'content-type': 'application/json', ...refusal }).end('{"error":"rate_limit_error"}');
      return;
    }
    const plan = script[domain] ?? ['found'];
    const name = request.headers['once-only']?.toString();
    behave(plan[Math.min(before, plan.length - 1)] ?? 'found', request, response, invented(domain), () => {
      if (name === undefined || !named.has(name)) paid.set(domain, (paid.get(domain) ?? 0) + 1);
      if (name !== undefined) named.add(name);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: {
      name: 'local',
      address: `http://127.0.0.1:${port}/companies?domain={domain}`,
      key: { header: 'x-key', secret: 'LOCAL_KEY' },
      found: 'organization',
      fields: {
        company: 'organization.name',
        industry: 'organization.industry',
        employees: 'organization.size',
        annual_revenue: 'organization.revenue',
        country: 'organization.country',
      },
      once: 'once-only',
      timeoutMs: 10_000,
    },
    questions,
    paid,
    lastKey: () => key,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * A fixed window, as People Data Labs and Apollo document their own. The headers of the refusal, or undefined within the
 * limit.
 */
function overLimit(
  { questions, ms, now, hint }: Window,
  allowed: Map<number, number>,
): Record<string, string> | undefined {
  const window = Math.floor(now() / ms);
  const before = allowed.get(window) ?? 0;
  allowed.set(window, before + 1);
  if (before < questions) return undefined;
  const end = (window + 1) * ms;
  if (hint === 'none') return {};
  return {
    [hint]: hint === 'x-ratelimit-reset' ? new Date(end).toISOString() : String(Math.ceil((end - now()) / 1000)),
  };
}

function behave(what: Behaviour, request: IncomingMessage, response: ServerResponse, body: object, charge: () => void) {
  const text = JSON.stringify(body);
  const json = (status: number, content: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content));
  };
  switch (what) {
    case 'found':
      charge();
      return json(200, body);
    case 'found slowly':
      setTimeout(() => {
        charge();
        json(200, body);
      }, 50);
      return;
    case 'empty':
      return json(200, { organization: { name: null, industry: '', size: null, revenue: null, country: null } });
    case 'unknown':
      return json(404, { error: { type: 'not_found' } });
    case 'later':
      return json(202, { status: 'queued' }, { 'retry-after': '2' });
    case 'no credit':
      return json(402, { error: { type: 'payment_required' } });
    case 'no credit, its own way':
      return json(422, { error: { code: 'quota_reached' } });
    case 'throttled':
      return json(429, { error: {} }, { 'retry-after': '3' });
    case 'throttled for long':
      return json(429, { error: {} }, { 'retry-after': '86400' });
    case 'throttled without a time':
      return json(429, { error: {} });
    case 'bad request':
      return json(400, { error: { type: 'invalid_request_error' } });
    case 'no such method':
      return json(405, {});
    case 'unprocessable':
      return json(422, { error: { code: 'validation_error' } });
    case 'no such page':
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html>Not found</html>');
      return;
    case 'null error':
      charge();
      return json(200, { ...body, error: null });
    case 'parent company':
      charge();
      return json(200, { ...body, website: 'http://parent.example' });
    case 'unsure':
      charge();
      return json(200, { ...body, likelihood: 2 });
    case 'server error':
      return json(500, { error: {} });
    case 'unavailable':
      return json(503, {}, { 'retry-after': '7' });
    case 'forbidden':
      return json(403, { error: {} });
    case 'redirect':
      return json(302, {}, { location: 'http://127.0.0.1:9/' });
    case 'hang':
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
      return;
    case 'other fields':
      return json(200, { organization: { title: 'x' } });
    case 'error in the body':
      return json(200, { error: { code: 'internal' } });
    case 'endless': {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(`"${'x'.repeat(100_000)}",`));
        if (!response.destroyed) response.once('drain', more);
      };
      return more();
    }
    case 'partial':
      charge();
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) });
      response.write(text.slice(0, 20), () => request.socket.destroy());
      return;
    case 'lost':
      charge();
      request.socket.destroy();
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
  }
}
