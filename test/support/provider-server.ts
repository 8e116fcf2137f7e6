/**
 * A provider of company data as they really are: it answers, doesn't know, asks for patience, wants money, is down, hangs,
 * talks nonsense, stops in the middle. It counts what it would charge for: answers with a company, whether they arrive or not,
 * by domain; questions of one name (`once-only`) are charged for once.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpProvider } from '../../lib/features/enrichment/http-provider.ts';

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

export interface ProviderServer {
  /** Settings of an HTTP provider that asks this server. */
  readonly settings: HttpProvider;
  /** Questions in the order in which they came. */
  readonly questions: string[];
  /** How often each domain was charged for. */
  readonly paid: Map<string, number>;
  /** The key that the last question brought. */
  readonly lastKey: () => string | undefined;
  close(): Promise<void>;
}

const invented = (domain: string) => ({
  organization: { name: `${domain} Ltd`, industry: 'Ceramics', size: 40, revenue: '$1M-$10M', country: 'NL' },
});

/**
 * @param script what happens to a domain's questions, one after the other; the last one stays. `found` for all others
 * @param cut told the number of each question as it comes; where it says true, the line is cut before anything is charged
 */
export async function providerServer(
  script: Record<string, readonly Behaviour[]> = {},
  cut: (question: number) => boolean = () => false,
): Promise<ProviderServer> {
  const questions: string[] = [];
  const paid = new Map<string, number>();
  const asked = new Map<string, number>();
  const named = new Set<string>();
  let key: string | undefined;
  const server = createServer((request, response) => {
    const domain = new URL(request.url ?? '', 'http://localhost').searchParams.get('domain') ?? '';
    const before = asked.get(domain) ?? 0;
    asked.set(domain, before + 1);
    questions.push(domain);
    key = request.headers['x-key']?.toString();
    if (cut(questions.length)) {
      request.socket.destroy();
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
      return json(422, { error: {} });
    case 'throttled':
      return json(429, { error: {} }, { 'retry-after': '3' });
    case 'throttled for long':
      return json(429, { error: {} }, { 'retry-after': '86400' });
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
