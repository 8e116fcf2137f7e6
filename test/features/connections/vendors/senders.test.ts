/** Each tool that sends mail, by its own API: what is read, and what is written. */
import { describe, expect, it } from 'vitest';
import { awsSignature } from '../../../../lib/features/connections/vendors/aws-signature.ts';
import { brevoTool } from '../../../support/vendor-server/brevo.ts';
import {
  all,
  aRow,
  asOf,
  type Connected,
  connected,
  people,
  shown,
  type Written,
} from '../../../support/vendor-server/connected.ts';
import { unlessDescribed } from '../../../support/vendor-server/description.ts';
import { hubspotTool } from '../../../support/vendor-server/hubspot.ts';
import { mailchimpTool } from '../../../support/vendor-server/mailchimp.ts';
import { mailgunTool } from '../../../support/vendor-server/mailgun.ts';
import { aPerson, type People } from '../../../support/vendor-server/people.ts';
import { postmarkTool } from '../../../support/vendor-server/postmark.ts';
import type { Tool } from '../../../support/vendor-server/server.ts';
import { sesTool } from '../../../support/vendor-server/ses.ts';

/** Suppresses two people, whom the tool may know, twice: the second time is without effect. */
async function suppressTwo({ connection: { vendor }, at }: Connected): Promise<string[]> {
  const { suppressions } = vendor;
  const rows = [aRow('here@a.example'), aRow('there@b.example')];
  expect(await suppressions?.has(at, 'here@a.example', '')).toBe(false);
  for (const _ of [1, 2]) await suppressions?.add(at, rows, '');
  expect(await suppressions?.has(at, 'here@a.example', '')).toBe(true);
  return [...new Set(shown(await all(suppressions?.members(at, ''))))];
}

const mailchimp: Written = { vendor: 'mailchimp', server: 'us6', audience: 'aud1' };
const senders: readonly [string, (people: People) => Tool, Written, number][] = [
  ['mailgun', mailgunTool, { vendor: 'mailgun', domain: 'news.example.com', events: true }, 2],
  ['postmark', postmarkTool, { vendor: 'postmark' }, 2],
  ['ses', sesTool, { vendor: 'ses', region: 'eu-west-1' }, 1],
  ['brevo', brevoTool, { vendor: 'brevo', events: true }, 3],
  ['mailchimp', mailchimpTool, mailchimp, 3],
  ['hubspot', hubspotTool, { vendor: 'hubspot' }, 1],
];

describe(`each tool that sends, by its own API${unlessDescribed}`, () => {
  it.each(senders)('%s gives who left, and never gives a suppression back', async (_, tool, given, rows) => {
    const made = await connected(tool(people()), given);
    expect(await made.fetch()).toMatchObject({ fault: null, rows, until: asOf });
    const left = ['gone@c.example left', 'here@a.example left', 'there@b.example left'];
    expect(await suppressTwo(made)).toEqual(left);
    expect(made.server.faults).toEqual([]);
  });

  it.each([
    ['postmark', postmarkTool, { vendor: 'postmark' }],
    ['hubspot', hubspotTool, { vendor: 'hubspot' }],
    ['mailchimp', mailchimpTool, mailchimp],
  ])('%s counts the addresses that it does not take with status 200', async (_, tool, given) => {
    const { at, connection } = await connected(tool(people()), given);
    const rows = [aRow('here@a.example'), aRow('odd@a.example')];
    expect(await connection.vendor.suppressions?.add(at, rows, '')).toBe(1);
  });
});

const listed: readonly [string, (people: People) => Tool, Written, string][] = [
  ['brevo', brevoTool, { vendor: 'brevo' }, '12'],
  ['mailchimp', mailchimpTool, mailchimp, 'nightshift'],
  ['hubspot', hubspotTool, { vendor: 'hubspot' }, '412'],
];

describe(`each tool with lists${unlessDescribed}`, () => {
  it.each(listed)('%s keeps one equal to ours, and makes no person mailable who left', async (_, tool, given, list) => {
    const known = [
      aPerson('gone@c.example', { left: true }),
      aPerson('here@a.example', { lists: [list] }),
      aPerson('there@b.example', { fields: { SCORE: '3' } }),
    ];
    const { at, connection, server } = await connected(tool(known), { ...given, fields: { SCORE: 'score' } });
    const { lists } = connection.vendor;
    const members = async () => all(lists?.members(at, list));
    const first = ['gone@c.example left', 'here@a.example member', 'there@b.example known'];
    expect(shown(await members())).toEqual(first);
    const fields = { SCORE: '7' };
    const rows = [aRow('there@b.example', { fields }), aRow('new@d.example', { fields, isThere: false })];
    // The person left after the list was read.
    rows.push(aRow('gone@c.example', { fields }));
    for (const isThere of [false, true]) {
      const added = rows.map((row) => (row.email === 'new@d.example' ? { ...row, isThere } : row));
      await lists?.add(at, added, list);
    }
    await lists?.remove(at, ['here@a.example'], list);
    const then = ['here@a.example known', 'new@d.example member', 'there@b.example member'];
    expect(shown(await members())).toEqual(['gone@c.example left', ...then]);
    const has = async (email: string) => await lists?.has(at, email, list);
    expect([await has('new@d.example'), await has('here@a.example')]).toEqual([true, false]);
    expect((await members()).find(({ email }) => email === 'there@b.example')?.fields?.SCORE).toBe('7');
    expect(server.faults).toEqual([]);
  });

  it('Mailchimp is never sent a status with which a person who left would be subscribed', async () => {
    const tool = mailchimpTool(people());
    const { at, connection, server } = await connected(tool, mailchimp);
    const { lists, suppressions } = connection.vendor;
    const rows = ['gone@c.example', 'new@d.example'].map((email) => aRow(email, { isThere: false }));
    await lists?.add(at, rows, 'nightshift');
    await suppressions?.add(at, [aRow('here@a.example')], '');
    expect(tool.subscribed).toEqual([]);
    const sent = server.asked.map(({ body }) => JSON.stringify(body) ?? '').join();
    expect([...sent.matchAll(/\\?"status\\?": ?\\?"(\w+)/g)].map(([, status]) => status)).toEqual(['unsubscribed']);
  });

  it('Mailchimp takes 500 people in a few requests, and those whose fields stay the same in one', async () => {
    const many = Array.from({ length: 500 }, (_, nth) => `p${nth}@a.example`);
    const { at, connection, server } = await connected(mailchimpTool(people()), mailchimp);
    const put = async (isThere: boolean) => {
      const rows = many.map((email) => aRow(email, { isThere }));
      await connection.vendor.lists?.add(at, rows, 'nightshift');
    };
    await put(false);
    const first = server.asked.length;
    await put(true);
    expect([first, server.asked.length - first]).toEqual([6, 2]);
    expect(await connection.vendor.lists?.has(at, 'p499@a.example', 'nightshift')).toBe(true);
  });
});

describe('a request to Amazon', () => {
  // Worked out by botocore 1.40's SigV4Auth, with the hash of the body as a signed header.
  const addresses = 'https://email.eu-west-1.amazonaws.com/v2/email/suppression/addresses';
  it.each([
    [
      ...([
        'GET',
        `${addresses}/o%27neil%2Bnews%40a.example?PageSize=1000&StartDate=2026-11-20T00%3A00%3A00Z`,
        '',
      ] as const),
      '7f8146df831b24412e6b0e61a1dea38d7a5a7a732b274a8d337f9c59e91cc85c',
    ],
    [
      ...(['PUT', addresses, '{"EmailAddress":"a@b.example","Reason":"BOUNCE"}'] as const),
      'dcff84d5a7ce5aa0257bb3ebc6923fb5f16b094b6bc9a268bca8ca40737f2519',
    ],
  ])('is signed as Amazon’s own library signs it: %s', (method, url, body, signature) => {
    const key = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    const sign = awsSignature({ id: 'AKIDEXAMPLE', key, region: 'eu-west-1', service: 'ses' });
    const signed = sign({ method, url: new URL(url), body, now: new Date('2026-11-22T03:17:00Z') });
    expect(signed.authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/ses/aws4_request, ' +
        `SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
    );
  });
});
