/** Amazon SES's account suppression list. */
import { aPerson, byEmail, field, type People, type Person } from './people.ts';
import type { Tool } from './server.ts';

const ADDRESSES = '/v2/email/suppression/addresses';
const SIGNED = new RegExp(
  '^AWS4-HMAC-SHA256 Credential=invented-id/\\d{8}/eu-west-1/ses/aws4_request, ' +
    'SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$',
);

export function sesTool(people: People): Tool {
  const left = () => people.filter((each) => each.left);
  const summary = ({ email, fields }: Person) => ({
    EmailAddress: email,
    Reason: fields.reason ?? 'BOUNCE',
    LastUpdateTime: 1_795_168_800,
  });
  return {
    described: ['ses-v2.json'],
    signedIn: ({ authorization = '' }) => SIGNED.test(authorization),
    routes: {
      [`GET ${ADDRESSES}`]: ({ query }) => {
        const start = Number(query.get('NextToken') ?? 0);
        const found = left();
        const more = start + 2 < found.length ? { NextToken: String(start + 2) } : {};
        return { body: { SuppressedDestinationSummaries: found.slice(start, start + 2).map(summary), ...more } };
      },
      [`PUT ${ADDRESSES}`]: ({ body }) => {
        const email = String(field(body, 'EmailAddress'));
        const found = byEmail(left(), email);
        if (found) found.fields.reason = field(body, 'Reason');
        else people.push(aPerson(email, { left: true, fields: { reason: field(body, 'Reason') } }));
        return { body: {} };
      },
      [`GET ${ADDRESSES}/{}`]: ({ values: [email] }) => {
        const found = byEmail(left(), email);
        return found
          ? { body: { SuppressedDestination: summary(found) } }
          : { status: 404, body: { message: 'not there' } };
      },
    },
  };
}
