/** A few invented contacts with what jobs look at: addresses to correct, bounces, events, purchases, lists, suppressions. */
import { aBounce, aContact, anEvent, aPurchase, aSuppression, writeWorkbook } from '../support/workbook.ts';

/** Writes the workbook into `folder`. Purchases name no currency, so that they are in the one that the rules count in. */
export function smallWorkbook(folder: string): void {
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'p1', email: ' Ada@EXAMPLE.com ', phone: '(555) 555-0110', country: 'usa' }),
      aContact({ contact_id: 'p2', email: 'no address', first_name: 'MAX', last_name: 'mustermann' }),
      aContact({ contact_id: 'p3', email: 'p3@example.com', status: 'unsubscribed', country: '' }),
      aContact({ contact_id: 'p4', email: 'p4@example.com', created_at: '2020-01-15' }),
      aContact({ contact_id: 'p5', email: 'p5@example.com', job_title: 'Head of Marketing' }),
      aContact({ contact_id: 'p6', email: 'ab@gmail.com', lifecycle_stage: 'customer' }),
      aContact({ contact_id: 'p7', email: 'ab@gmail.com', lifecycle_stage: 'lead', country: '' }),
      aContact({ contact_id: '', email: 'without.id@example.com' }),
    ],
    bounces: [aBounce({ email: 'p5@example.com' }), aBounce({ email: 'ab@gmail.com', kind: 'complaint', code: '' })],
    events: [anEvent({ contact_id: 'p1' }), anEvent({ contact_id: 'p5', type: 'demo_request' })],
    purchases: [aPurchase({ contact_id: 'p6', currency: '' }), aPurchase({ contact_id: 'p1', currency: '' })],
    suppressions: [aSuppression({ email: 'p3@example.com', reason: 'unsubscribe' })],
    memberships: [{ list: 'A list of long ago', contact_id: 'p3', joined_at: '' }],
  });
}
