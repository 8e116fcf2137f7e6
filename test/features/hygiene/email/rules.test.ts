import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DEFAULT_ROLES, emailRules } from '../../../../lib/features/hygiene/email/rules.ts';

const faults = (rules: unknown): string => z.prettifyError(emailRules.safeParse(rules).error ?? new z.ZodError([]));

describe('emailRules', () => {
  it('has a default for everything, and is strict', () => {
    expect(emailRules.parse({})).toEqual({ allow: [], block: [], correctTypos: {}, roles: DEFAULT_ROLES });
    expect(emailRules.parse({ allow: [' Example.COM '] }).allow).toEqual(['example.com']);
    expect(new Set(DEFAULT_ROLES).size).toBe(DEFAULT_ROLES.length);
  });

  it('tells a marketer what is wrong, all at once', () => {
    expect(
      faults({
        alow: [],
        allow: ['gmail', 'a.com'],
        block: ['a.com'],
        roles: ['in fo'],
        correctTypos: {
          'gmail.con': 'gmail.com',
          'x.com': 'x.com',
          'y.com': 'z.com',
          'z.com': 'w.com',
          'mail.com': 'gmail.com',
          'a.com': 'b.com',
        },
      }),
    ).toMatchInlineSnapshot(`
      "✖ Unrecognized key: "alow"
      ✖ "gmail" is no domain; write it like "example.com"
        → at allow[0]
      ✖ "in fo" is no role; write what stands before the @, like "info"
        → at roles[0]
      ✖ "a.com" is both allowed and blocked; keep one of the two
        → at block[0]
      ✖ "x.com" is corrected to itself; remove the line
        → at correctTypos["x.com"]
      ✖ "y.com" is corrected to "z.com", which is corrected itself; name the last one
        → at correctTypos["y.com"]
      ✖ "mail.com" is a mail provider's own domain and can't be a typo; remove the line
        → at correctTypos["mail.com"]
      ✖ "a.com" is allowed and corrected; keep one of the two
        → at correctTypos["a.com"]"
    `);
  });
});
