import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emailRules } from '../../../../lib/features/hygiene/email/rules.ts';
import {
  domainVerdict,
  emailVerdict,
  localPartVerdict,
  ROLE_NOTE,
  worse,
} from '../../../../lib/features/hygiene/email/verdict.ts';
import { expectQuick, hostile } from '../recognised.ts';
import { hasData, readData, unlessData } from './shared-data.ts';

const rules = emailRules.parse({
  allow: ['mailinator.com', 'corp.local'],
  block: ['rival.example'],
  correctTypos: { 'gmial.com': 'gmail.com' },
});
const statusOf = (address: string): string => emailVerdict(address, rules).status;

const addresses = fc.oneof(
  hostile(
    'ann@example.com',
    'Ann',
    'info',
    '@',
    'example.com',
    'GMIAL.com',
    'müller.de',
    '"a b"',
    '(note)',
    '[192.0.2.1]',
    '<',
    '>',
    'mailto:',
    '%40',
    'xn--',
    '.con',
  ),
  fc
    .tuple(
      hostile('ann', 'info', 'a.b', 'ann+tag', '"q"', 'ünsal'),
      hostile('example.com', 'gmial.com', 'yopmail.com', 'co.uk', 'müller.de', 'foo.con'),
    )
    .map(([local, domain]) => `${local}@${domain}`),
);

describe('emailVerdict', () => {
  it.each([
    ['ann@example.com', 'valid', null],
    ['ann+news@example.test', 'valid', null],
    ['hans@müller.de', 'valid', null],
    ['hans@xn--mller-kva.de', 'valid', null],
    ["o'brien@example.com", 'valid', null],
    ['ann@yahoo.co.uk', 'valid', null],
    ['info@example.com', 'risky', ROLE_NOTE],
    ['sales+eu@example.com', 'risky', ROLE_NOTE],
    ['ann@yopmail.com', 'risky', 'disposable address'],
    ['ann@inbox.yopmail.com', 'risky', 'disposable address'],
    ['info@yopmail.com', 'risky', `disposable address; ${ROLE_NOTE}`],
    ['x1@privaterelay.appleid.com', 'risky', 'private relay: the real address stays hidden'],
    ['x1@duck.com', 'risky', 'private relay: the real address stays hidden'],
    ['ann@gamil.com', 'risky', 'did you mean gmail.com?'],
    ['ann@co.uk', 'risky', 'co.uk is an ending under which domains are registered'],
    ['ann@gm\u0430il.com', 'risky', 'letters of two alphabets in one word of the domain'],
    ['"ann b"@example.com', 'risky', 'quotation marks before the @, which most mail systems refuse'],
    ['(note)ann@example.com', 'risky', 'a comment in brackets, which most mail systems refuse'],
    ['ann@[192.0.2.1]', 'risky', 'a network address instead of a domain'],
    ['ünsal@example.com', 'risky', 'letters before the @ that many mail systems refuse'],
    ['ann@gmail.con', 'invalid', 'no top-level domain .con; did you mean gmail.com?'],
    ['ann@foo.invalid', 'invalid', 'no top-level domain .invalid'],
    ['ann@localhost', 'invalid', 'no dot after the @'],
    ['ann@example..com', 'invalid', 'two dots in a row after the @'],
    ['.ann@example.com', 'invalid', 'a dot at the edge of what stands before the @'],
    ['ann@example.com, bob@example.com', 'invalid', 'more than one @; a cell holds one address'],
    ['ann.example.com', 'invalid', 'no @ in it'],
    ['ann@exa mple.com', 'invalid', 'a space or an invisible character after the @'],
    ['ann@example.com\n', 'invalid', 'a line break or control character in it'],
    ['ann@-example.com', 'invalid', 'a character after the @ that no domain has'],
    ['ann@192.0.2.1', 'invalid', 'a domain that ends in a number'],
    [`${'a'.repeat(64)}@${'b.'.repeat(94)}com`, 'invalid', 'longer than 254 characters'],
    ['', 'invalid', 'no address'],
  ])('calls %j %s', (address, status, note) => {
    expect(emailVerdict(address, rules)).toMatchObject({ status, note });
  });

  it('obeys the rules: allowed, blocked, corrected', () => {
    expect(emailVerdict('ann@mailinator.com', rules).status).toBe('valid');
    expect(emailVerdict('ann@corp.local', rules).status).toBe('valid');
    expect(emailVerdict('ann@rival.example', rules)).toMatchObject({ status: 'invalid', note: 'blocked by the rules' });
    expect(emailVerdict('Ann@GMIAL.com', rules)).toEqual({ email: 'ann@gmail.com', status: 'valid', note: null });
    expect(emailVerdict('ann@gamil.com', rules).email).toBe('ann@gamil.com');
  });

  it('leaves an address that it cannot read exactly as it is', () => {
    for (const address of [' Ann@Example..com ', 'ANN', 'Ann@Example.com\n', 'mailto:Ann@@example.com'])
      expect(emailVerdict(address, rules)).toMatchObject({ email: address, status: 'invalid' });
  });

  it('is the worse verdict of the parts, so that a night may judge domains alone', () => {
    let composed = 0;
    fc.assert(
      fc.property(addresses, (address) => {
        const { email, status, note } = emailVerdict(address, rules);
        const at = email.lastIndexOf('@');
        if (status === 'invalid' || at < 0 || /[("[]/.test(email)) return;
        composed++;
        const domain = domainVerdict(email.slice(at + 1), rules);
        expect(domain.domain).toBe(email.slice(at + 1));
        expect({ status, note }).toEqual(worse(domain, localPartVerdict(email.slice(0, at), rules)));
      }),
      { numRuns: 5000 },
    );
    expect(composed).toBeGreaterThan(300);
  });

  it('hangs on no cell, however long', () => expectQuick((value) => emailVerdict(value, rules)));

  it('gives the same answer the second time, so that a second run changes nothing', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        const once = emailVerdict(address, rules);
        expect(emailVerdict(once.email, rules)).toEqual(once);
        expect(once.note === null).toBe(once.status === 'valid');
        expect(once.email === '').toBe(address === '');
      }),
      { numRuns: 10_000 },
    );
  });
});

describe.skipIf(!hasData)(`emailVerdict on the public test sets${unlessData}`, () => {
  const { valid, invalid } = hasData ? JSON.parse(readData('validator_tests.json')) : { valid: [], invalid: [] };
  const isemail: { address: string; category: string }[] = hasData ? JSON.parse(readData('isemail_tests.json')) : [];

  it('refuses no address that a signup form should take', () => {
    expect(valid.length).toBeGreaterThan(15);
    expect(valid.filter((address: string) => statusOf(address) === 'invalid')).toEqual([]);
  });

  it('refuses every address that a signup form should refuse', () => {
    expect(invalid.length).toBeGreaterThan(35);
    expect(invalid.filter((address: string) => statusOf(address) !== 'invalid')).toEqual([]);
  });

  it('never calls an address valid that RFC 5321 and 5322 call an error', () => {
    const errors = isemail.filter(({ category }) => category === 'ISEMAIL_ERR');
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.filter(({ address }) => statusOf(address) === 'valid')).toEqual([]);
  });

  it('calls no address invalid that they call plainly valid, but for a domain without a dot or a top-level domain', () => {
    const refused = isemail.filter(
      ({ category, address }) => category === 'ISEMAIL_VALID_CATEGORY' && statusOf(address) === 'invalid',
    );
    expect(refused.map(({ address }) => address)).toEqual(['test@io', 'test@xn--hxajbheg2az3al.xn--jxalpdlp']);
  });
});
