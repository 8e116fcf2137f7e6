import { expect, it } from 'vitest';
import * as z from 'zod';
import { checkRules } from '../../lib/core/rules.ts';

const shapes = z.array(
  z.union([
    z.strictObject({ name: z.string(), format: z.enum(['csv', 'meta']), sending: z.boolean() }),
    z.strictObject({ name: z.string(), suppressionsFor: z.enum(['ses', 'mailgun']) }),
  ]),
);

it.each([
  [{ name: 'x', format: 'csv' }, 'x.ts: "x", sending: found nothing. Expected true or false.'],
  [{ name: 'x', suppressionsFor: 'mailgum' }, 'one of ses, mailgun. Did you mean "mailgun"?'],
  ['x', 'x.ts: 0: found "x". Expected an object in { … }.'],
])('says of a rule that may have several shapes what is wrong with the one that it nearly has: %o', (rule, message) => {
  expect(() => checkRules('x.ts', shapes, [rule])).toThrow(message);
});
