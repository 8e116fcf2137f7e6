/** Mailgun's suppressions and events. */
import { aPerson, byEmail, type People, type Person } from './people.ts';
import type { Asked, Tool } from './server.ts';

export function mailgunTool(people: People): Tool {
  const page = (asked: Asked, list: unknown[]) => {
    const start = Number(asked.query.get('page') ?? 0);
    const [url, size] = [`${asked.address}${asked.path}`, 2];
    const next = `${url}?limit=1000&page=${start + size}`;
    return { body: { items: list.slice(start, start + size), paging: { previous: url, first: url, next, last: url } } };
  };
  const left = () => people.filter((each) => each.left);
  const entry = ({ email }: Person) => ({ address: email, tags: ['*'], created_at: 'Fri, 20 Nov 2026 10:00:00 UTC' });
  return {
    described: ['mailgun.json'],
    allowed: /"(address|term|page|limit)" is missing|created_?at|no parameter "(page|limit)"/,
    signedIn: ({ authorization }) => authorization === `Basic ${Buffer.from('api:invented-key').toString('base64')}`,
    routes: {
      'GET /v3/news.example.com/unsubscribes': (asked) => page(asked, left().map(entry)),
      'GET /v3/news.example.com/complaints': (asked) => page(asked, []),
      'GET /v3/news.example.com/bounces': (asked) =>
        page(asked, [
          {
            address: 'dead@a.example',
            code: '550',
            error: 'No such mailbox',
            created_at: 'Fri, 20 Nov 2026 10:00:00 UTC',
          },
        ]),
      'GET /v3/news.example.com/events': (asked) => page(asked, []),
      'POST /v3/news.example.com/unsubscribes': ({ body }) => {
        for (const each of body as { address: string }[]) people.push(aPerson(each.address, { left: true }));
        return { body: { message: 'added' } };
      },
      'GET /v3/news.example.com/unsubscribes/{}': ({ values: [email] }) => {
        const found = byEmail(left(), email);
        return found ? { body: entry(found) } : { status: 404, body: { message: 'Address not found' } };
      },
    },
  };
}
