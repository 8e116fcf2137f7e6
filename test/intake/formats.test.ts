/**
 * Contacts and purchases in every format that people bring, written from the vendors' public documentation: Mailchimp
 * "About audience export files"; HubSpot "Export records"; Shopify "Exporting orders"; Stripe "Export payments".
 */
import { describe, expect, it } from 'vitest';
import { bringIn, once } from '../support/import.ts';
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

  const LISTS = [
    [
      'with postal addresses and tags',
      'email,address,created_at,TAGS',
      'bob0@example.com,1 Main Street,2025-01-05,vip',
    ],
    ['with a status and a day', 'Email,First Name,Status,Created', 'bob1@example.com,Bob,subscribed,2025-01-05'],
    ['with a code', 'email,phone,code,date', 'bob2@example.com,555-0101,A1,2025-01-05'],
    ['that names the day on which some left', 'email,status,unsubscribed_at', 'bob3@example.com,active,'],
  ] as const;
  const importedLists = once(async () => {
    const folder = aWorkbook();
    const files = LISTS.map(([, header, row], i) => [`list${i}.csv`, `${header}\n${row}\n`]);
    const { report } = await bringIn(folder, Object.fromEntries(files));
    const refused = [...readCsv(folder, 'suppressions'), ...readCsv(folder, 'bounces')];
    return { labels: report.files.map(({ label }) => label), contacts: readCsv(folder, 'contacts'), refused };
  });

  it.each(LISTS.map(([list], i) => [list, i] as const))(
    'takes a list of people %s for people, and no person in it for bounced or gone',
    async (_, i) => {
      const { labels, contacts, refused } = await importedLists();
      expect(labels[i]).toBe('a list of contacts');
      const found = contacts.filter(({ email }) => email === `bob${i}@example.com`);
      expect(columns(found, 'status').join()).toMatch(/^(subscribed)?$/);
      expect(found).toHaveLength(1);
      expect(refused).toEqual([]);
    },
  );

  const CONSENT = [
    ['Unsubscribed from all email', 'TRUE', 'FALSE'],
    ['Email Opt Out', '1', '0'],
    ['unsubscribed_at', '2025-01-05', ''],
    ['Accepts Email Marketing', 'no', 'yes'],
    ['opt_in', 'False', ''],
  ] as const;
  const importedConsent = once(async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: CONSENT.map((_, i) => aContact({ email: `ada${i}@example.com` })) });
    const files = CONSENT.map(([header, left, stays], i) => {
      const rows = `cleo${i}@example.com,Cleo,${left}\nbob${i}@example.com,Bob,${stays}\nADA${i}@example.com,Ada,${left}\n`;
      return [`list${i}.csv`, `Email,First Name,${header}\n${rows}`];
    });
    await bringIn(folder, Object.fromEntries(files));
    return readCsv(folder, 'contacts');
  });

  it.each(CONSENT.map(([header], i) => [header, i] as const))(
    'reads in a column "%s" who wants no mail',
    async (_, i) => {
      const found = (await importedConsent()).filter(({ email = '' }) => email.includes(`${i}@`));
      expect(columns(found, 'email', 'status').sort()).toEqual([
        `ada${i}@example.com | unsubscribed`,
        `bob${i}@example.com | `,
        `cleo${i}@example.com | unsubscribed`,
      ]);
    },
  );

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
