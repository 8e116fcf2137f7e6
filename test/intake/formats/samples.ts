/**
 * The invented sample of each format, as the tool names its file (samples/FORMAT/FILE), and what it comes to by every door:
 * who may be mailed, and who may not and why.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Outcome {
  readonly mailable?: readonly string[];
  readonly refused?: Readonly<Record<string, 'unsubscribe' | 'complaint' | 'dead' | 'status'>>;
  /** Reports that are no departure: address → kind. */
  readonly bounces?: Readonly<Record<string, string>>;
  readonly events?: Readonly<Record<string, string>>;
  /** order_id → amount. */
  readonly purchases?: Readonly<Record<string, string>>;
}

/** By the format's id. */
export const outcomes: Readonly<Record<string, Outcome>> = {
  'mailchimp-nonsubscribed': { refused: { 'never@a.example': 'status' } },
  'mailchimp-unsubscribed': { refused: { 'gone@a.example': 'unsubscribe', 'spam@b.example': 'complaint' } },
  'mailchimp-cleaned': { refused: { 'dead@a.example': 'dead' } },
  mailchimp: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'unsubscribe' } },
  'mailchimp-api': { refused: { 'gone@a.example': 'unsubscribe', 'dead@b.example': 'dead' } },
  zoho: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'left@c.example': 'status' } },
  salesforce: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  'hubspot-opt-outs': {
    refused: { 'gone@a.example': 'unsubscribe', 'spam@b.example': 'complaint', 'dead@c.example': 'dead' },
  },
  hubspot: {
    mailable: ['here@a.example'],
    refused: { 'gone@b.example': 'status', 'topic@c.example': 'status', 'dead@d.example': 'dead' },
  },
  'hubspot-contacts': { refused: { 'gone@a.example': 'unsubscribe', 'dead@b.example': 'dead' } },
  'hubspot-subscriptions': { mailable: ['here@b.example'], refused: { 'gone@a.example': 'unsubscribe' } },
  shopify: { purchases: { 'shopify:#1001': '40' } },
  'shopify-customers': { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  'shopify-orders': { purchases: { 'shopify:#1001': '40' } },
  'shopify-consent': {
    mailable: ['here@b.example'],
    refused: { 'gone@a.example': 'unsubscribe' },
    events: { 'here@b.example': 'subscribe' },
  },
  woocommerce: { purchases: { 'woocommerce:501': '75' } },
  'woocommerce-customers': { mailable: ['here@a.example'] },
  stripe: { purchases: { 'stripe:ch_1': '15' } },
  'stripe-customers': { mailable: ['here@a.example', 'late@b.example'] },
  'stripe-charges': { purchases: { 'stripe:ch_1': '15' } },
  klaviyo: {
    mailable: ['here@d.example'],
    refused: { 'gone@a.example': 'status', 'never@b.example': 'status', 'dead@c.example': 'status' },
  },
  'klaviyo-suppressed': { refused: { 'spam@a.example': 'complaint', 'user@b.example': 'unsubscribe' } },
  'klaviyo-api': { refused: { 'gone@a.example': 'unsubscribe', 'dead@b.example': 'dead' } },
  brevo: { mailable: ['here@b.example'], refused: { 'gone@a.example': 'status' } },
  'brevo-blocklist': { refused: { 'dead@a.example': 'dead', 'gone@b.example': 'unsubscribe' } },
  'brevo-events': {
    refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' },
  },
  'brevo-blocked-api': { refused: { 'spam@a.example': 'complaint', 'gone@b.example': 'unsubscribe' } },
  'brevo-contacts-api': { refused: { 'gone@a.example': 'unsubscribe' }, mailable: ['here@b.example'] },
  'mailjet-events': {
    refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' },
  },
  'mailjet-api': { refused: { 'gone@a.example': 'unsubscribe' } },
  mailjet: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  'sparkpost-events': {
    refused: { 'dead@a.example': 'dead', 'gone@b.example': 'unsubscribe', 'spam@c.example': 'complaint' },
  },
  'sparkpost-suppressions': { refused: { 'spam@a.example': 'complaint', 'dead@b.example': 'dead' } },
  'sparkpost-suppressions-csv': { refused: { 'gone@a.example': 'unsubscribe', 'added@b.example': 'unsubscribe' } },
  'mandrill-events': {
    refused: {
      'dead@a.example': 'dead',
      'spam@b.example': 'complaint',
      'gone@c.example': 'unsubscribe',
      'list@d.example': 'unsubscribe',
    },
  },
  'mandrill-denylist': { refused: { 'spam@a.example': 'complaint', 'dead@b.example': 'dead' } },
  'mandrill-denylist-csv': { refused: { 'gone@a.example': 'unsubscribe' }, mailable: ['old@b.example'] },
  'resend-events': {
    refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' },
  },
  resend: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  activecampaign: {
    mailable: ['here@c.example'],
    refused: { 'gone@a.example': 'status', 'dead@b.example': 'status', 'never@d.example': 'status' },
  },
  ghost: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  substack: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  listmonk: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  'listmonk-bounces': { refused: { 'spam@a.example': 'complaint' }, bounces: { 'full@b.example': 'soft' } },
  'listmonk-api': { refused: { 'gone@a.example': 'unsubscribe' } },
  beehiiv: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'wait@c.example': 'status' } },
  kit: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  mailerlite: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'junk@c.example': 'status' } },
  mautic: { mailable: ['here@b.example'], refused: { 'gone@a.example': 'status', 'dead@c.example': 'status' } },
  phplist: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'wait@c.example': 'status' } },
  sendy: { mailable: ['here@a.example'], refused: { 'spam@b.example': 'status', 'dead@c.example': 'status' } },
  pipedrive: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'none@c.example': 'status' } },
  'google-contacts': { mailable: ['here@a.example'] },
  'meta-leads': { mailable: ['here@a.example'] },
  'linkedin-connections': { mailable: ['here@a.example'] },
  'linkedin-leads': { mailable: ['here@a.example'], refused: { 'no@b.example': 'status' } },
  eventbrite: {
    mailable: ['here@a.example', 'came@b.example'],
    events: { 'here@a.example': 'registered', 'came@b.example': 'attended' },
  },
  calendly: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  paypal: { purchases: { 'paypal:5TX1': '1040' } },
  ses: {
    refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint' },
    events: { 'here@c.example': 'click' },
    mailable: ['here@c.example'],
  },
  'ses-suppression-list': { refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint' } },
  'ses-suppression-csv': { refused: { 'spam@a.example': 'complaint', 'dead@b.example': 'dead' } },
  'sendgrid-bounces': { refused: { 'dead@a.example': 'dead' }, bounces: { 'full@b.example': 'soft' } },
  'sendgrid-spam-reports': { refused: { 'spam@a.example': 'complaint' } },
  'sendgrid-unsubscribes': { refused: { 'gone@a.example': 'unsubscribe' } },
  'sendgrid-invalid-emails': { refused: { 'no@a.example': 'dead' } },
  'sendgrid-events': {
    refused: {
      'dead@a.example': 'dead',
      'spam@b.example': 'complaint',
      'gone@c.example': 'unsubscribe',
      'drop@d.example': 'dead',
    },
    events: { 'here@e.example': 'click' },
    mailable: ['here@e.example'],
  },
  'sendgrid-api': {
    refused: { 'spam@a.example': 'complaint', 'gone@b.example': 'unsubscribe', 'dead@c.example': 'dead' },
  },
  'mailgun-members': { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  'mailgun-bounces': { refused: { 'dead@a.example': 'dead' } },
  'mailgun-unsubscribes': { refused: { 'gone@a.example': 'unsubscribe' } },
  'mailgun-complaints': { refused: { 'spam@a.example': 'complaint' } },
  'mailgun-events': {
    refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' },
  },
  'mailgun-api': {
    refused: { 'spam@a.example': 'complaint', 'gone@b.example': 'unsubscribe', 'left@c.example': 'unsubscribe' },
  },
  postmark: { refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' } },
  'postmark-suppressions': { refused: { 'gone@a.example': 'unsubscribe', 'dead@b.example': 'dead' } },
  'postmark-suppressions-csv': { refused: { 'spam@a.example': 'complaint', 'gone@b.example': 'unsubscribe' } },
  suppressions: { refused: { 'gone@a.example': 'unsubscribe' }, mailable: ['back@b.example'] },
  departures: { refused: { 'gone@a.example': 'unsubscribe', 'some@b.example': 'unsubscribe' } },
  bounces: {
    refused: { 'spam@a.example': 'complaint', 'unsub@b.example': 'unsubscribe', 'dated@c.example': 'complaint' },
    bounces: { 'full@d.example': 'soft' },
  },
  purchases: { purchases: { 'A-1': '1040.5' } },
  events: {
    refused: { 'left@a.example': 'unsubscribe', 'spam@b.example': 'complaint', 'dead@c.example': 'dead' },
    events: { 'click@d.example': 'click' },
    mailable: ['click@d.example'],
  },
};

const folder = join(import.meta.dirname, 'samples');

/** The sample of a format: the file's name, and its text. */
export function sampleOf(id: string): { readonly name: string; readonly text: string; readonly gives: Outcome } {
  const [name = ''] = readdirSync(join(folder, id));
  return { name, text: readFileSync(join(folder, id, name), 'utf8'), gives: outcomes[id] ?? {} };
}

/** The formats that have a sample. */
export const sampled = (): string[] => readdirSync(folder);
