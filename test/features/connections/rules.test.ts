/** Connections that would work against each other are refused as the rules are read. */
import { describe, expect, it } from 'vitest';
import { connectionRules } from '../../../lib/features/connections/rules.ts';
import type { Rules } from '../../support/connections.ts';

type Written = NonNullable<Rules['connections']>[number];

const reading =
  (...connections: readonly Written[]) =>
  () =>
    connectionRules({ connections }, ['Newsletter', 'VIP']);

describe('a list of a tool that two lists of ours name', () => {
  const brevo = { name: 'brevo', vendor: 'brevo' };
  const mailchimp = { name: 'mailchimp', vendor: 'mailchimp', server: 'us6', audience: 'a1' };

  it('is refused, because each would take off the people of the other, and both are named', () => {
    expect(reading({ ...brevo, lists: { Newsletter: '12', VIP: '12' } })).toThrow(
      /brevo\/Newsletter and brevo\/VIP name the same list there, "12"/,
    );
    const second = { ...mailchimp, name: 'second', lists: { VIP: 'news' } };
    expect(reading({ ...mailchimp, lists: { Newsletter: 'news' } }, second)).toThrow(
      /mailchimp\/Newsletter and second\/VIP name the same list there, "news"/,
    );
    // An audience names its account by itself, whichever key is used for it.
    const byOther = { ...second, secrets: { key: 'MAILCHIMP_B_KEY' } };
    expect(reading({ ...mailchimp, lists: { Newsletter: 'news' } }, byOther)).toThrow(/name the same list there/);
  });

  it('is not refused where the lists are of two audiences, or of two accounts that only their keys tell apart', () => {
    const lists = { Newsletter: '12' };
    expect(reading({ ...brevo, lists: { ...lists, VIP: '13' } })).not.toThrow();
    expect(reading({ ...mailchimp, lists }, { ...mailchimp, name: 'second', audience: 'b2', lists })).not.toThrow();
    const second = { ...brevo, name: 'second', secrets: { key: 'BREVO_B_KEY' }, lists };
    expect(reading({ ...brevo, lists }, second)).not.toThrow();
    expect(reading({ ...brevo, lists }, { name: 'hubspot', vendor: 'hubspot', lists })).not.toThrow();
  });
});
