/**
 * Bounces and events in every format that people bring, written from the vendors' public documentation: Amazon SES
 * "Amazon SNS notification contents"; SendGrid "Event Webhook reference" and "Bounces"; Mailgun "Event structure" and
 * "Bounces"; Postmark "Bounce webhook".
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonRows } from '../../lib/intake/json-rows.ts';
import { bringIn } from '../support/import.ts';
import { aContact, type Row, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const columns = (rows: readonly Row[], ...names: string[]): string[] =>
  rows.map((row) => names.map((name) => row[name] ?? '').join(' | '));

function aWorkbook(): string {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'w1', email: 'ada@example.com' })] });
  return folder;
}

const ses = [
  {
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [
        {
          emailAddress: 'Ada@example.com',
          action: 'failed',
          status: '5.1.1',
          diagnosticCode: 'smtp; 550 5.1.1 user unknown',
        },
      ],
      timestamp: '2025-05-01T10:00:01.000Z',
      feedbackId: 'f-1',
    },
    mail: { messageId: 'm-1', timestamp: '2025-05-01T10:00:00.000Z', destination: ['ada@example.com'] },
  },
  {
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Transient',
      bounceSubType: 'ContentRejected',
      bouncedRecipients: [{ emailAddress: 'b@example.com' }],
      timestamp: '2025-05-01T10:00:01.000Z',
      feedbackId: 'f-2',
    },
    mail: { messageId: 'm-2' },
  },
  {
    notificationType: 'Complaint',
    complaint: {
      complainedRecipients: [{ emailAddress: 'c@example.com' }],
      timestamp: '2025-05-02T10:00:00.000Z',
      feedbackId: 'f-3',
      complaintFeedbackType: 'abuse',
    },
    mail: { messageId: 'm-3' },
  },
  {
    notificationType: 'Complaint',
    complaint: {
      complainedRecipients: [{ emailAddress: 'd@example.com' }],
      timestamp: '2025-05-02T10:00:00.000Z',
      feedbackId: 'f-4',
      complaintFeedbackType: 'not-spam',
    },
    mail: { messageId: 'm-4' },
  },
  {
    eventType: 'Subscription',
    mail: { messageId: 'm-5', destination: ['e@example.com'] },
    subscription: {
      contactList: 'News',
      timestamp: '2025-05-03T10:00:00.000Z',
      source: 'UnsubscribeHeader',
      newTopicPreferences: { unsubscribeAll: true, topicSubscriptionStatus: [] },
    },
  },
];

async function rowsOf(content: string): Promise<unknown[]> {
  const path = join(temporaryFolder(), 'ses.json');
  writeFileSync(path, content);
  const rows: unknown[] = [];
  for await (const row of jsonRows(path, 'ses.json', new Set())) rows.push(row);
  return rows;
}

describe('bounces and events', () => {
  it.each([
    ['an array over many lines', JSON.stringify(ses, null, 2)],
    ['one a line', ses.map((each) => JSON.stringify(each)).join('\n')],
    [
      'in SNS envelopes',
      ses.map((each) => JSON.stringify({ Type: 'Notification', Message: JSON.stringify(each) })).join('\n'),
    ],
  ])('reads the same Amazon SES notifications, %s', async (_, content) => {
    expect(await rowsOf(content)).toEqual(await rowsOf(JSON.stringify(ses)));
  });

  it('reads Amazon SES notifications', async () => {
    const folder = aWorkbook();
    const { report } = await bringIn(folder, { 'ses.json': JSON.stringify(ses) });
    expect(columns(readCsv(folder, 'bounces'), 'bounce_id', 'email', 'kind', 'code', 'occurred_at')).toEqual([
      'ses:f-1:ada@example.com | Ada@example.com | hard | 5.1.1 | 2025-05-01T10:00:01Z',
      'ses:f-2:b@example.com | b@example.com | block |  | 2025-05-01T10:00:01Z',
      'ses:f-3:c@example.com | c@example.com | complaint |  | 2025-05-02T10:00:00Z',
      'ses:m-5:unsubscribe:e@example.com | e@example.com | unsubscribe |  | 2025-05-03T10:00:00Z',
    ]);
    expect(report.ignored).toEqual({ 'complaint taken back (not-spam)': 1 });
  });

  it('reads the SendGrid webhook, and its list of bounces', async () => {
    const folder = aWorkbook();
    const at = 1746093600;
    const events = [
      {
        email: 'ada@example.com',
        timestamp: at,
        event: 'bounce',
        type: 'blocked',
        status: '5.7.1',
        reason: 'spam',
        sg_event_id: 's1',
      },
      {
        email: 'b@example.com',
        timestamp: at,
        event: 'bounce',
        type: 'bounce',
        status: '5.1.1',
        reason: 'unknown',
        sg_event_id: 's2',
      },
      { email: 'c@example.com', timestamp: at, event: 'dropped', reason: 'Unsubscribed Address', sg_event_id: 's3' },
      { email: 'e@example.com', timestamp: at, event: 'dropped', reason: 'Invalid SMTPAPI header', sg_event_id: 's7' },
      { email: 'd@example.com', timestamp: at, event: 'group_unsubscribe', sg_event_id: 's4' },
      { email: 'ada@example.com', timestamp: at, event: 'click', sg_event_id: 's5' },
      { email: 'ada@example.com', timestamp: at, event: 'processed', sg_event_id: 's6' },
    ];
    const csv = 'status,reason,email,created\n5.1.1,550 no such user,x@example.com,1746093600\n';
    const { report } = await bringIn(folder, { 'sendgrid.json': JSON.stringify(events), 'bounces.csv': csv });
    expect(columns(readCsv(folder, 'bounces'), 'email', 'kind', 'occurred_at').sort()).toEqual([
      'ada@example.com | block | 2025-05-01T10:00:00Z',
      'b@example.com | hard | 2025-05-01T10:00:00Z',
      'c@example.com | unsubscribe | 2025-05-01T10:00:00Z',
      'd@example.com | unsubscribe | 2025-05-01T10:00:00Z',
      'x@example.com | hard | 2025-05-01T10:00:00Z',
    ]);
    expect(columns(readCsv(folder, 'events'), 'event_id', 'contact_id', 'type')).toEqual(['sendgrid:s5 | w1 | click']);
    expect(report.ignored).toEqual({ 'dropped for a reason of the message': 1, processed: 1 });
  });

  it('reads Mailgun events, and its list of bounces', async () => {
    const folder = aWorkbook();
    const at = 1746093600.25;
    const status = { code: 550, message: 'no such user', 'enhanced-code': '5.1.1' };
    const page = {
      items: [
        {
          event: 'failed',
          severity: 'permanent',
          recipient: 'a@example.com',
          timestamp: at,
          id: 'g1',
          'delivery-status': status,
        },
        {
          event: 'failed',
          severity: 'temporary',
          recipient: 'b@example.com',
          timestamp: at,
          id: 'g2',
          'delivery-status': { code: 452 },
        },
        { event: 'complained', recipient: 'c@example.com', timestamp: at, id: 'g3' },
        { event: 'opened', recipient: 'ada@example.com', timestamp: at, id: 'g4' },
      ],
    };
    const csv = 'address,code,error,created_at\nx@example.com,550,no such user,"Fri, 21 Oct 2022 11:02:55 UTC"\n';
    await bringIn(folder, { 'mailgun.json': JSON.stringify(page), 'mailgun.csv': csv });
    expect(columns(readCsv(folder, 'bounces'), 'email', 'kind', 'code', 'occurred_at').sort()).toEqual([
      'a@example.com | hard | 5.1.1 | 2025-05-01T10:00:00.250Z',
      'b@example.com | soft | 452 | 2025-05-01T10:00:00.250Z',
      'c@example.com | complaint |  | 2025-05-01T10:00:00.250Z',
      'x@example.com | hard | 550 | 2022-10-21T11:02:55Z',
    ]);
    expect(columns(readCsv(folder, 'events'), 'type')).toEqual(['open']);
  });

  it('reads Postmark bounces', async () => {
    const folder = aWorkbook();
    const bounce = (ID: number, Type: string, Inactive = Type === 'HardBounce') => ({
      ID,
      Type,
      Email: `p${ID}@example.com`,
      BouncedAt: '2025-05-01T06:00:00.0000000-04:00',
      Description: 'x',
      Inactive,
    });
    const kinds = ['HardBounce', 'SoftBounce', 'SpamNotification', 'SpamComplaint', 'Unsubscribe', 'AutoResponder'];
    const { report } = await bringIn(folder, {
      'pm.json': JSON.stringify({ Bounces: [...kinds.map((kind, i) => bounce(i, kind)), bounce(9, 'Blocked', true)] }),
    });
    expect(columns(readCsv(folder, 'bounces'), 'bounce_id', 'kind', 'occurred_at').sort()).toEqual([
      'postmark:0 | hard | 2025-05-01T10:00:00Z',
      'postmark:1 | soft | 2025-05-01T10:00:00Z',
      'postmark:2 | block | 2025-05-01T10:00:00Z',
      'postmark:3 | complaint | 2025-05-01T10:00:00Z',
      'postmark:4 | unsubscribe | 2025-05-01T10:00:00Z',
      // Postmark sends an address that it made inactive nothing any more.
      'postmark:9 | hard | 2025-05-01T10:00:00Z',
    ]);
    expect(report.ignored).toEqual({ autoresponder: 1 });
  });

  it('reads any list of bounces and of events', async () => {
    const folder = aWorkbook();
    await bringIn(folder, {
      'bounces.csv': 'Email,Kind,Code,Date\nx@example.com,hard,5.1.1,2025-05-01\n',
      'events.csv': 'email,event,timestamp\nada@example.com,Webinar Attended,2025-05-01T10:00:00+02:00\n',
    });
    expect(columns(readCsv(folder, 'bounces'), 'email', 'kind', 'occurred_at')).toEqual([
      'x@example.com | hard | 2025-05-01T00:00:00Z',
    ]);
    expect(columns(readCsv(folder, 'events'), 'contact_id', 'type', 'occurred_at')).toEqual([
      'w1 | webinar attended | 2025-05-01T08:00:00Z',
    ]);
  });
});
