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

it('a fault names the connection and its part by their names, not by their places', () => {
  const brevo = { name: 'brevo', vendor: 'brevo' };
  const left = { name: 'left', path: '/left', table: 'bounces' as const, columns: { email: 'mail' } };
  const crm = { name: 'crm', vendor: 'http', address: 'https://crm.example.com', reads: [left] };
  expect(reading(brevo, { ...brevo, name: 'second', lists: { Nobody: '12' } })).toThrow(
    'connections.ts: connections "second", lists, Nobody: there is no list "Nobody".',
  );
  expect(reading(brevo, crm)).toThrow(/: connections "crm", reads "left", columns: bounces need kind\.\n/);
});

describe('ids of two tools by HTTP', () => {
  const shop = (name: string, more: { idPrefix?: string; id?: string } = {}): Written => {
    const { id = 'id', idPrefix } = more;
    const columns = { order_id: id, ordered_at: 'at', amount: 'total' };
    const read = { name: 'orders', path: '/orders', table: 'purchases' as const, columns };
    const reads = [{ ...read, ...(idPrefix !== undefined && { idPrefix }) }];
    return { name, vendor: 'http', address: `https://${name}.example.com`, reads };
  };

  it('are refused where an id of one may be an id of the other: its row would be taken for one that is known', () => {
    const fault = /shop-a and shop-b both give an order_id of their own.*idPrefix: "shop-b:"/;
    expect(reading(shop('shop-a'), shop('shop-b'))).toThrow(fault);
    expect(reading(shop('shop-a', { idPrefix: 'x:' }), shop('shop-b', { idPrefix: 'x:' }))).toThrow(fault);
  });

  it('are taken with a prefix, and where the rules say that they need none', () => {
    expect(reading(shop('shop-a'), shop('shop-b', { idPrefix: 'b:' }))).not.toThrow();
    expect(reading(shop('shop-a', { idPrefix: 'a:' }), shop('shop-b'))).not.toThrow();
    expect(reading(shop('shop-a'), shop('shop-b', { idPrefix: '' }))).not.toThrow();
  });

  it('are taken where none are mapped, or each is of another table', () => {
    const columns = { email: 'mail', kind: '= unsubscribe', occurred_at: 'at' };
    const crm = (name: string, more = {}): Written => ({
      ...{ name, vendor: 'http', address: `https://${name}.example.com` },
      reads: [{ name: 'left', path: '/left', table: 'bounces', columns: { ...columns, ...more } }],
    });
    expect(reading(crm('crm-a'), crm('crm-b'))).not.toThrow();
    expect(reading(crm('crm-a', { bounce_id: 'id' }), shop('shop-b'))).not.toThrow();
    expect(reading(crm('crm-a', { bounce_id: 'id' }), crm('crm-b', { bounce_id: 'id' }))).toThrow(/a bounce_id/);
  });
});
