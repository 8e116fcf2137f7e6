/**
 * Every format that people bring, in a golden file written from the vendors' public documentation:
 * Mailchimp "About audience export files"; HubSpot "Export records"; Amazon SES "Amazon SNS notification contents";
 * SendGrid "Event Webhook reference" and "Bounces"; Mailgun "Event structure" and "Bounces"; Postmark "Bounce webhook";
 * Shopify "Exporting orders"; Stripe "Export payments".
 */
import { describe, expect, it } from 'vitest';
import { bringIn } from '../support/import.ts';
import { aContact, type Row, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const columns = (rows: readonly Row[], ...names: string[]): string[] =>
  rows.map((row) => names.map((name) => row[name] ?? '').join(' | '));

function aWorkbook(): string {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'w1', email: 'ada@example.com' })] });
  return folder;
}

describe('contacts', () => {
  it('takes a Mailchimp audience in, and its two other files as suppressions', async () => {
    const folder = aWorkbook();
    const { report } = await bringIn(folder, {
      'subscribed.csv': `Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,LAST_CHANGED,LEID,EUID,TAGS
bob@example.com,Bob,Sample,2,2025-01-05 10:00:00,2025-02-01 11:00:00,101,abc1,"""vip"""
cleo@example.com,Cleo,Sample,2,2025-01-06 10:00:00,2025-02-01 11:00:00,102,abc2,
`,
      'unsubscribed.csv': `Email Address,First Name,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,LEID
cleo@example.com,Cleo,2025-03-01 09:00:00,News,NORMAL,102
abby@example.com,Abby,2025-03-01 09:30:00,News,ABUSE,104
`,
      'cleaned.csv': `Email Address,First Name,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID
dead@example.com,Dea,2025-03-02 09:00:00,News,103
`,
    });
    expect(report.files.map(({ label }) => label)).toEqual([
      'a Mailchimp audience export',
      "Mailchimp's file of unsubscribed contacts",
      "Mailchimp's file of cleaned contacts",
    ]);
    expect(columns(readCsv(folder, 'contacts'), 'contact_id', 'email', 'status', 'created_at', 'updated_at')).toEqual([
      'w1 | ada@example.com | subscribed | 2026-01-15T09:00:00Z | 2026-01-15T09:00:00Z',
      '101 | bob@example.com | subscribed | 2025-01-05T10:00:00Z | 2025-02-01T11:00:00Z',
      '102 | cleo@example.com | unsubscribed | 2025-01-06T10:00:00Z | 2025-02-01T11:00:00Z',
    ]);
    expect(columns(readCsv(folder, 'suppressions'), 'email', 'scope', 'contact_id', 'reason', 'suppressed_at')).toEqual(
      [
        'abby@example.com | person |  | complaint | 2025-03-01T09:30:00Z',
        'cleo@example.com | person | 102 | unsubscribe | 2025-03-01T09:00:00Z',
        'dead@example.com | address |  | hard_bounce | 2025-03-02T09:00:00Z',
      ],
    );
  });

  it('takes a HubSpot export in, with who left and what bounced', async () => {
    const folder = aWorkbook();
    await bringIn(folder, {
      'hubspot.csv': `Record ID,First Name,Last Name,Email,Phone Number,Company Name,Job Title,Lifecycle Stage,Create Date,Last Activity Date,Unsubscribed from all email,Email hard bounce reason
501,Bob,Sample,bob@example.com,(555) 555-0101,Sample Inc,CEO,lead,2025-01-05 10:00,2025-06-01 12:30,TRUE,
502,Cleo,Sample,cleo@example.com,,,,,2025-01-05 10:00,,FALSE,UNKNOWN_USER
`,
    });
    expect(
      columns(readCsv(folder, 'contacts'), 'contact_id', 'email', 'status', 'company', 'last_activity_at'),
    ).toEqual([
      'w1 | ada@example.com | subscribed |  | ',
      '501 | bob@example.com | unsubscribed | Sample Inc | 2025-06-01T12:30:00Z',
      '502 | cleo@example.com |  |  | ',
    ]);
    expect(columns(readCsv(folder, 'bounces'), 'bounce_id', 'email', 'kind', 'code')).toEqual([
      'hubspot:cleo@example.com | cleo@example.com | hard | 5.1.1',
    ]);
  });

  it('takes HubSpot’s unsubscribes and bounces, and Mailgun’s unsubscribes, for what they are and never for people', async () => {
    const folder = aWorkbook();
    const { report } = await bringIn(folder, {
      'opt-outs.csv': `Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report,Global Bounce,Marketing Information
left@example.com,FALSE,TRUE,FALSE,FALSE,TRUE
spam@example.com,FALSE,TRUE,TRUE,FALSE,TRUE
dead@example.com,UNKNOWN_USER,,,FALSE,
topic@example.com,FALSE,FALSE,FALSE,FALSE,TRUE
`,
      'unsubscribes.csv': `address,tags,created_at
gun@example.com,*,"Tue, 07 Jan 2025 19:25:45 UTC"
`,
    });
    expect(readCsv(folder, 'contacts')).toHaveLength(1);
    expect(columns(readCsv(folder, 'suppressions'), 'email', 'scope', 'reason', 'suppressed_at').sort()).toEqual([
      'dead@example.com | address | hard_bounce | ',
      'gun@example.com | person | unsubscribe | 2025-01-07T19:25:45Z',
      'left@example.com | person | unsubscribe | ',
      'spam@example.com | person | complaint | ',
    ]);
    expect(report.ignored).toEqual({ 'unsubscribed from one kind of mail only': 1 });
  });

  it.each([
    ['with postal addresses and tags', 'email,address,created_at,TAGS', 'bob@example.com,1 Main Street,2025-01-05,vip'],
    ['with a status and a day', 'Email,First Name,Status,Created', 'bob@example.com,Bob,subscribed,2025-01-05'],
    ['with a code', 'email,phone,code,date', 'bob@example.com,555-0101,A1,2025-01-05'],
    ['that names the day on which some left', 'email,status,unsubscribed_at', 'bob@example.com,active,'],
  ])('takes a list of people %s for people, and no person in it for bounced or gone', async (_, header, row) => {
    const folder = aWorkbook();
    const { report } = await bringIn(folder, { 'list.csv': `${header}\n${row}\n` });
    expect(report.files[0]?.label).toBe('a list of contacts');
    expect(columns(readCsv(folder, 'contacts').slice(1), 'email', 'status').join()).toMatch(
      /^bob@example.com \| (subscribed)?$/,
    );
    expect([...readCsv(folder, 'suppressions'), ...readCsv(folder, 'bounces')]).toEqual([]);
  });

  it.each([
    ['Unsubscribed from all email', 'TRUE', 'FALSE'],
    ['Email Opt Out', '1', '0'],
    ['unsubscribed_at', '2025-01-05', ''],
    ['Accepts Email Marketing', 'no', 'yes'],
    ['opt_in', 'False', ''],
  ])('reads in a column "%s" who wants no mail', async (header, left, stays) => {
    const folder = aWorkbook();
    const rows = `cleo@example.com,Cleo,${left}\nbob@example.com,Bob,${stays}\nADA@example.com,Ada,${left}\n`;
    await bringIn(folder, { 'list.csv': `Email,First Name,${header}\n${rows}` });
    expect(columns(readCsv(folder, 'contacts'), 'email', 'status')).toEqual([
      'ada@example.com | unsubscribed',
      'bob@example.com | ',
      'cleo@example.com | unsubscribed',
    ]);
  });

  it('takes any list with an address, by aliases or by --map', async () => {
    const folder = aWorkbook();
    await bringIn(folder, { 'a.csv': 'E-mail;Surname;Title\nbob@example.com;Sample;CEO\n' });
    await bringIn(
      folder,
      { 'b.csv': 'Kontakt,Vorname\ncleo@example.com,Cleo\n' },
      { map: { kontakt: 'email', vorname: 'first_name' } },
    );
    expect(columns(readCsv(folder, 'contacts').slice(1), 'email', 'first_name', 'last_name', 'job_title')).toEqual([
      'bob@example.com |  | Sample | CEO',
      'cleo@example.com | Cleo |  | ',
    ]);
    await expect(bringIn(folder, { 'c.csv': 'Kontakt,Vorname\ncleo@example.com,Cleo\n' })).rejects.toThrow(
      /c\.csv: none of the 2 cells in its first row is a column that we know\..* --map "E-mail=email";/,
    );
  });
});

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

describe('bounces and events', () => {
  it.each([
    ['an array', JSON.stringify(ses)],
    ['an array over many lines', JSON.stringify(ses, null, 2)],
    ['one a line', ses.map((each) => JSON.stringify(each)).join('\n')],
    [
      'in SNS envelopes',
      ses.map((each) => JSON.stringify({ Type: 'Notification', Message: JSON.stringify(each) })).join('\n'),
    ],
  ])('reads Amazon SES notifications, %s', async (_, content) => {
    const folder = aWorkbook();
    const { report } = await bringIn(folder, { 'ses.json': content });
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

describe('purchases', () => {
  it('takes what was paid in a Shopify export, less what was given back, once an order', async () => {
    const folder = aWorkbook();
    const { report } = await bringIn(folder, {
      'orders.csv': `Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem name,Cancelled at,Refunded Amount
#1001,ada@example.com,paid,2025-07-01 10:00:00 -0400,USD,90.00,100.00,2025-07-01 09:59:00 -0400,1,Mug,,0.00
#1001,ada@example.com,,,,,,2025-07-01 09:59:00 -0400,2,Hat,,
#1002,ada@example.com,partially_refunded,2025-07-01 10:00:00 -0400,USD,90.00,100.00,2025-07-01 09:59:00 -0400,1,Mug,,25.50
#1003,ada@example.com,pending,,USD,90.00,100.00,2025-07-01 09:59:00 -0400,1,Mug,,0.00
`,
    });
    expect(columns(readCsv(folder, 'purchases'), 'order_id', 'contact_id', 'ordered_at', 'amount', 'currency')).toEqual(
      [
        'shopify:#1001 | w1 | 2025-07-01T13:59:00Z | 100 | USD',
        'shopify:#1002 | w1 | 2025-07-01T13:59:00Z | 74.5 | USD',
      ],
    );
    expect(report.ignored).toEqual({ 'further line of an order': 1, 'not paid': 1 });
  });

  it('takes what was paid in a Stripe export, and any list of purchases', async () => {
    const folder = aWorkbook();
    const { rejects } = await bringIn(folder, {
      'payments.csv': `id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Status,Customer Email
ch_1,2025-07-01 10:00,"1,200.00",0.00,usd,true,Paid,ada@example.com
ch_2,2025-07-01 10:00,20.00,0.00,usd,false,Failed,ada@example.com
`,
      'list.csv':
        'Order,Email,Date,Total,Currency\nA1,ada@example.com,2025-07-02,"1.234,50 €",eur\nA2,unlisted@example.com,2025-07-02,1,eur\n',
    });
    expect(columns(readCsv(folder, 'purchases'), 'order_id', 'amount', 'currency').sort()).toEqual([
      'A1 | 1234.5 | EUR',
      'stripe:ch_1 | 1200 | USD',
    ]);
    expect(rejects.map(({ file, row, column }) => `${file} ${row} ${column}`)).toEqual(['list.csv 3 email']);
  });
});
