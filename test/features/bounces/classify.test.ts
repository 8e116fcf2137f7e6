import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../lib/core/engine.ts';
import { join, type Sql, sql } from '../../../lib/core/sql.ts';
import { openEngine } from '../../../lib/engine/duckdb.ts';
import { bounceClass, enhancedCode, hardness, mailboxOf } from '../../../lib/features/bounces/classify.ts';
import { kindOf } from '../../../lib/snapshot/bounce-kinds.ts';

type Bounce = readonly [kind: string | null, code: string | null, detail: string | null];

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
});
afterAll(() => engine.close());

const text = (value: string | null): Sql => sql`cast(${value} as varchar)`;

/** The class of each bounce, all in one query. */
async function classes(bounces: readonly Bounce[]): Promise<unknown[]> {
  const rows = bounces.map(([kind, code, detail], n) => sql`(${n}, ${text(kind)}, ${text(code)}, ${text(detail)})`);
  const found = await engine.rows(sql`
    select ${bounceClass} as class from (select *, ${hardness} as hardness from (
      select n, ${kindOf(sql`reported`)} as kind, code, detail, ${enhancedCode(sql`code`, sql`detail`)} as enhanced
      from (values ${join(rows, ', ')}) as t(n, reported, code, detail)) as coded) as weighed order by n`);
  return found.map((row) => row.class);
}

const table: readonly [...Bounce, found: string][] = [
  ['hard', '5.1.1', null, 'dead'],
  ['Permanent', null, 'smtp; 550 5.1.1 no such user', 'dead'],
  [null, '5.1.1', null, 'dead'],
  [null, '550', 'user unknown', 'dead'],
  ['hard', null, null, 'dead'],
  ['hard', '5.1.4', null, 'unclear'],
  ['hard', '5.0.0', 'user unknown', 'dead'],
  ['hard', '5.0.0', 'no further words', 'unclear'],
  ['hard', '550', 'no further words', 'unclear'],
  ['hard', '5.0.0', 'mailbox is full', 'mailbox_full'],
  ['hard', '552', 'user is over quota', 'mailbox_full'],
  ['hard', '5.7.1', 'user unknown', 'sender'],
  ['hard', '554', 'blocked using a blocklist', 'sender'],
  ['hard', '550', 'SPF check failed', 'sender'],
  ['hard', '550', 'no such user: spfeiffer', 'dead'],
  ['hard', '5.4.4', 'host not found', 'no_answer'],
  ['hard', '550', 'DNS lookup failed', 'no_answer'],
  ['soft', '4.3.2', null, 'routing'],
  ['soft', null, null, 'other_soft'],
  ['deferred', '450', 'greylisted', 'other_soft'],
  [null, null, null, 'other_soft'],
  ['a new word', null, null, 'other_soft'],
  ['a new word', '5.1.1', null, 'dead'],
  ['spam_report', null, null, 'complaint'],
  ['group_unsubscribe', '5.1.1', null, 'unsubscribe'],
  ['cleaned', null, null, 'cleaned'],
  // Texts that mean something else than their code (sources: lib/features/bounces/classify.ts).
  ['hard', '5.4.1', '550 5.4.1 Recipient address rejected: Access denied. [AMS.protection.example]', 'dead'],
  ['hard', '550', '550 5.4.1 Recipient address rejected: Access denied', 'dead'],
  ['hard', '5.1.10', 'RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup', 'dead'],
  ['hard', '5.0.0', "554 delivery error: dd This user doesn't have a mail.example account (x@mail.example)", 'dead'],
  ['hard', '5.2.1', 'The user you are trying to contact is receiving mail at a rate that prevents more', 'other_soft'],
  ['soft', '4.2.1', 'The user you are trying to contact is receiving mail too quickly', 'other_soft'],
  ['hard', '5.2.1', 'The email account that you tried to reach is inactive.', 'dead'],
  ['hard', '552', '552 Requested mail action aborted: exceeded storage allocation', 'mailbox_full'],
  ['hard', '552', '552 RCPT TO: mailbox for joe is full', 'mailbox_full'],
  ['hard', null, '552 no further words', 'mailbox_full'],
  ['hard', '552', 'message size exceeds fixed limit', 'sender'],
  ['hard', '550', 'the mailbox is over its quota', 'mailbox_full'],
  ['hard', '550', 'mailbox full', 'mailbox_full'],
  ['hard', '550', 'No such person at this address', 'dead'],
  ['hard', '550', 'Unknown recipient', 'dead'],
  ['hard', '550', 'unknown address', 'dead'],
  ['hard', '550', 'Address unknown', 'dead'],
  ['hard', '550', '#5.1.0 Address rejected.', 'dead'],
  ['hard', '550', 'Mailbox not available', 'dead'],
  ['hard', '550', 'Account inactive', 'dead'],
  ['hard', null, 'mailbox unavailable', 'dead'],
  ['soft', '450', 'mailbox unavailable', 'other_soft'],
  ['hard', '550', 'Administrative prohibition - envelope blocked', 'sender'],
  ['hard', '553', "sorry, that domain isn't in my list of allowed rcpthosts", 'sender'],
  ['hard', '550', '5.1.1 <x@y.example>: Recipient address rejected: User unknown in virtual mailbox table', 'dead'],
  ['hard', '571', 'Delivery not authorized, message refused', 'sender'],
  ['soft', '451', '451 4.7.1 Greylisting in action, please come back later', 'other_soft'],
  ['soft', '5.4.4', '550 5.4.4 Invalid domain', 'no_answer'],
  ['hard', '5.4.4', 'Host unknown (Name server: gmial.example: no data known)', 'dead'],
  ['hard', '5.1.2', "bad destination host 'DNS Hard Error looking up x.example (MX): NXDomain'", 'dead'],
  ['hard', '5.4.14', 'Hop count exceeded - possible mail loop', 'routing'],
  ['hard', '5.4.6', 'Too many hops', 'routing'],
  ['soft', '4.4.7', '554 4.4.7 Message expired', 'no_answer'],
  ['hard', '5.7.133', 'RESOLVER.RST.SenderNotAuthenticatedForGroup', 'sender'],
  [null, null, 'out of office: I am on holiday until Monday', 'auto_reply'],
  ['soft', null, 'Auto-Reply: on vacation', 'auto_reply'],
  [null, null, '550 5.1.1', 'dead'],
  [null, null, '552 5.2.2', 'mailbox_full'],
  [null, null, '5.7.26', 'sender'],
  [null, '421 4.7.0', null, 'sender'],
  [null, null, 'user unknown', 'dead'],
  [null, null, 'Benutzer unbekannt', 'dead'],
  [null, null, 'Utilisateur inconnu', 'dead'],
  [null, null, 'Delivery to the following recipient failed permanently', 'unclear'],
  ['hard', null, 'Bounced Address', 'dead'],
  ['hard', '550', 'Sender address rejected: Domain not found', 'sender'],
  ['hard', '554', '<x@y.example>: Recipient address rejected: Access denied', 'sender'],
];

describe('the class of a bounce', () => {
  it.each(table)('kind %s, code %s, detail %s: %s', async (kind, code, detail, found) => {
    expect(await classes([[kind, code, detail]])).toEqual([found]);
  });

  const bounce = fc.tuple(
    fc.constantFrom('hard', 'soft', 'HARD ', 'bounced', null),
    fc.tuple(fc.constantFrom('4', '5'), fc.nat(7), fc.nat(30)).map((digits) => digits.join('.')),
    fc.constantFrom(null, '', 'user unknown', 'mailbox full', 'spam', '10.5.1.1 said no', "it doesn't exist"),
  );

  it('is never the recipient’s fault for policy, content or a reputation, and never a dead address for a class 4 code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bounce, { minLength: 200, maxLength: 200 }), async (bounces) => {
        const found = await classes(bounces);
        bounces.forEach(([, code = ''], i) => {
          if (/^.[.][67]/.test(code ?? '')) expect(found[i]).toBe('sender');
          if (code?.startsWith('4')) expect(['dead', 'unclear']).not.toContain(found[i]);
        });
      }),
      { numRuns: 3 },
    );
  });

  it('of a block, a complaint or an unsubscribe is the provider’s kind, for any code', async () => {
    const reported = ['block', 'complaint', 'unsubscribe'].flatMap((kind): Bounce[] => [
      [kind, '5.1.1', 'user unknown'],
      [kind, '4.2.2', null],
      [kind, null, null],
    ]);
    expect(await classes(reported)).toEqual(
      ['sender', 'complaint', 'unsubscribe'].flatMap((each) => [each, each, each]),
    );
  });
});

describe('the mailbox of an address', () => {
  it.each([
    ['A.B+c@GMAIL.com ', 'ab@gmail.com'],
    ['a.b+c@example.com', 'a.b+c@example.com'],
    ['a.b+c@tags.example', 'a.b@tags.example'],
    ['', null],
  ])('%j is %j', async (address, mailbox) => {
    const rules = [
      { domain: 'gmail.com', ignoresDots: true, ignoresTags: true },
      { domain: 'tags.example', ignoresDots: false, ignoresTags: true },
    ];
    expect((await engine.row(sql`select ${mailboxOf(text(address), rules)} as mailbox`)).mailbox).toBe(mailbox);
  });
});
