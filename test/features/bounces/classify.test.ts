import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join, raw, type Sql, sql } from '../../../lib/core/sql.ts';
import { Engine } from '../../../lib/engine/duckdb.ts';
import { bounceClass, enhancedCode, hardness, mailboxOf } from '../../../lib/features/bounces/classify.ts';
import { kindOf } from '../../../lib/snapshot/bounce-kinds.ts';

type Bounce = readonly [kind: string | null, code: string | null, detail: string | null];

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
});
afterAll(() => engine.close());

const text = (value: string | null): Sql => sql`cast(${value} as varchar)`;

/** The class of each bounce, all in one query. */
async function classes(bounces: readonly Bounce[]): Promise<unknown[]> {
  const rows = bounces.map(([kind, code, detail], n) => sql`(${n}, ${text(kind)}, ${text(code)}, ${text(detail)})`);
  const found = await engine.rows(sql`
    select ${bounceClass} as class from (select *, ${hardness} as hardness from (
      select n, ${kindOf(raw('said'))} as kind, code, detail, ${enhancedCode(raw('code'), raw('detail'))} as enhanced
      from (values ${join(rows, ', ')}) as t(n, said, code, detail)) as coded) as weighed order by n`);
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

  it('is never somebody’s fault for policy, content or a reputation, and never a dead address for a class 4 code', async () => {
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

  it('of a block, a complaint or a departure is what the provider says, whatever the code', async () => {
    const said = ['block', 'complaint', 'unsubscribe'].flatMap((kind): Bounce[] => [
      [kind, '5.1.1', 'user unknown'],
      [kind, '4.2.2', null],
      [kind, null, null],
    ]);
    expect(await classes(said)).toEqual(['sender', 'complaint', 'unsubscribe'].flatMap((each) => [each, each, each]));
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
