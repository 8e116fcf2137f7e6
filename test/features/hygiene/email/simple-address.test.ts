import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sql } from '../../../../lib/core/sql.ts';
import { DEFAULT_ROLES, emailRules } from '../../../../lib/features/hygiene/email/rules.ts';
import { plainAddress, roleAddress } from '../../../../lib/features/hygiene/email/simple-address.ts';
import { domainVerdict, emailVerdict, ROLE_NOTE, worse } from '../../../../lib/features/hygiene/email/verdict.ts';
import { hostile, isWritable, recognised } from '../recognised.ts';

const rules = emailRules.parse({ correctTypos: { 'gmial.com': 'gmail.com' }, roles: [...DEFAULT_ROLES, 'a.b'] });

const near = fc.oneof(
  hostile(
    'ann@example.com',
    'ann',
    'info+x',
    '.',
    '-',
    '_',
    '@',
    'example.com',
    'xn--',
    'x'.repeat(64),
    'gmial.com',
    'foo.con',
    'a.b',
    'axb',
  ),
  fc.stringMatching(/^[a-z0-9.+_-]{1,12}@[a-z0-9.-]{1,20}\.(com|con|test|co\.uk|c|x1)$/),
  fc
    .constantFrom(...DEFAULT_ROLES)
    .chain((role) => fc.constantFrom('', '+x', 'x', '-x').map((end) => `${role}${end}@example.com`)),
);
const typical = ['ann@example.com', 'ann.lee+news@mail.example.co.uk', 'a_b-c@yahoo.com', '007@web.de', 'ann@foo.con'];

describe('plainAddress', () => {
  it('decides by domain and role alone what emailVerdict says of the whole address', async () => {
    const sample = [...fc.sample(near, 20_000).filter(isWritable), ...typical];
    const plain = await recognised(plainAddress(sql`x`), sample);
    const role = await recognised(roleAddress(sql`x`, rules.roles), sample);
    const found = sample.flatMap((address, i) => (plain[i] ? [{ address, isRole: role[i] }] : []));
    expect(plain.slice(-typical.length)).toEqual(typical.map(() => true));
    expect(found.length).toBeGreaterThan(2000);
    expect(found.filter(({ isRole }) => isRole).length).toBeGreaterThan(300);
    for (const { address, isRole } of found) {
      const [local, typed = ''] = address.split('@');
      const { domain, ...ofDomain } = domainVerdict(typed, rules);
      const verdict = isRole ? worse(ofDomain, { status: 'risky', note: ROLE_NOTE }) : ofDomain;
      expect({ address, ...emailVerdict(address, rules) }).toEqual({
        address,
        email: `${local}@${domain}`,
        ...verdict,
      });
    }
  });

  it('is true only of addresses in normal form and well formed', async () => {
    const bad = [
      'Ann@example.com',
      ' ann@example.com',
      'ann@example',
      'ann@-a.com',
      'a..b@example.com',
      'ann@xn--80ak.com',
      `${'a'.repeat(65)}@b.com`,
      `a@${'b'.repeat(64)}.com`,
    ];
    expect(await recognised(plainAddress(sql`x`), bad)).toEqual(bad.map(() => false));
    expect(plainAddress(sql`x`).text + roleAddress(sql`x`, rules.roles).text).not.toContain('\\');
  });

  it('finds no role where there are none', () => expect(roleAddress(sql`x`, []).text).toBe('false'));
});
