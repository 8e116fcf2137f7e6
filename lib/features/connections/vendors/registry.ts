/** All vendors, in the order of docs/connections.md. */
import { brevo } from './brevo.ts';
import { hubspot } from './hubspot.ts';
import { mailchimp } from './mailchimp.ts';
import { mailgun } from './mailgun.ts';
import { postmark } from './postmark.ts';
import { sample } from './sample.ts';
import { sendgrid } from './sendgrid.ts';
import { ses } from './ses.ts';
import { shopify } from './shopify.ts';
import { stripe } from './stripe.ts';
import type { Vendor } from './vendor.ts';

export const vendors: readonly Vendor[] = [
  sendgrid,
  mailgun,
  postmark,
  ses,
  brevo,
  mailchimp,
  hubspot,
  shopify,
  stripe,
  sample,
];
