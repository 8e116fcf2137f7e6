/** Postmark's bounces and suppressions. */
import { AT, aPerson, field, type People } from './people.ts';
import type { Asked, Tool } from './server.ts';

export function postmarkTool(people: People): Tool {
  const dump = ({ query }: Asked) => {
    const wanted = query.get('emailaddress');
    const found = people.filter(({ left, email }) => left && (wanted === null || wanted === email));
    return {
      body: {
        Suppressions: found.map(({ email }) => ({
          EmailAddress: email,
          SuppressionReason: 'ManualSuppression',
          Origin: 'Recipient',
          CreatedAt: AT,
        })),
      },
    };
  };
  const bounce = {
    ID: '11',
    Type: 'HardBounce',
    TypeCode: 1,
    Email: 'dead@a.example',
    BouncedAt: AT,
    Description: 'No such user',
  };
  return {
    described: ['postmark.json'],
    // The description is of before suppressions.
    allowed: /message-streams/,
    signedIn: (headers) => headers['x-postmark-server-token'] === 'invented-key',
    routes: {
      'GET /bounces': ({ query }) => ({
        body: { TotalCount: 1, Bounces: query.get('offset') === '0' ? [bounce] : [] },
      }),
      'GET /message-streams/outbound/suppressions/dump': dump,
      'POST /message-streams/outbound/suppressions': ({ body }) => {
        const emails = (field(body, 'Suppressions') as { EmailAddress: string }[]).map(
          ({ EmailAddress }) => EmailAddress,
        );
        const taken = emails.filter((email) => !email.startsWith('odd'));
        for (const email of taken) people.push(aPerson(email, { left: true }));
        const status = (email: string) => (taken.includes(email) ? 'Suppressed' : 'Failed');
        return { body: { Suppressions: emails.map((email) => ({ EmailAddress: email, Status: status(email) })) } };
      },
    },
  };
}
