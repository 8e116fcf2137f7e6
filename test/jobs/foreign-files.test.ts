import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../lib/run/result.ts';
import { lists } from '../fixture/rules/segments.ts';
import { night } from '../support/night.ts';
import { type Row, readCsv, temporaryFolder } from '../support/workbook.ts';

/** The header rows as the two tools write them. */
const mailchimpStart = [
  'Email Address',
  'First Name',
  'Last Name',
  'Address',
  'Phone Number',
  'Birthday',
  'MEMBER_RATING',
];
const mailchimpPlace = [
  'OPTIN_TIME',
  'OPTIN_IP',
  'CONFIRM_TIME',
  'CONFIRM_IP',
  'LATITUDE',
  'LONGITUDE',
  'GMTOFF',
  'DSTOFF',
  'TIMEZONE',
  'CC',
  'REGION',
];
const mailchimpEnd = ['LEID', 'EUID', 'NOTES', 'TAGS'];
const subscribed = [...mailchimpStart, ...mailchimpPlace, 'LAST_CHANGED', ...mailchimpEnd];
const unsubscribed = [
  ...mailchimpStart,
  ...mailchimpPlace,
  ...['UNSUB_TIME', 'UNSUB_CAMPAIGN_TITLE', 'UNSUB_CAMPAIGN_ID', 'UNSUB_REASON', 'UNSUB_REASON_OTHER'],
  ...mailchimpEnd,
];
const cleaned = [
  ...mailchimpStart,
  ...mailchimpPlace,
  'CLEAN_TIME',
  'CLEAN_CAMPAIGN_TITLE',
  'CLEAN_CAMPAIGN_ID',
  ...mailchimpEnd,
];
const hubspot = [
  ...[
    'Record ID',
    'First Name',
    'Last Name',
    'Email',
    'Phone Number',
    'Contact owner',
    'Primary Associated Company ID',
  ],
  ...[
    'Last Activity Date',
    'Lead Status',
    'Marketing contact status',
    'Create Date',
    'Company Name',
    'Job Title',
    'Lifecycle Stage',
  ],
  ...['Website URL', 'Unsubscribed from all email', 'Email hard bounce reason'],
];

const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const write = (folder: string, file: string, headers: readonly string[], rows: readonly Row[]): void =>
  writeFileSync(
    join(folder, file),
    [headers, ...rows.map((row) => headers.map((header) => row[header] ?? ''))]
      .map((cells) => `${cells.map(cell).join(',')}\n`)
      .join(''),
  );

const sending = new Set(lists.filter((each) => each.sending).map(({ name }) => name));
const onSendingLists = (folder: string): Set<string | undefined> =>
  new Set(readCsv(folder, 'memberships').flatMap((row) => (sending.has(row.list ?? '') ? [row.contact_id] : [])));

/** The rows of a file, without the columns that the night appended. */
const asGiven = (rows: readonly Row[], headers: readonly string[]): Row[] =>
  rows.map((row) => Object.fromEntries(headers.map((header) => [header, row[header] ?? ''])));

const headerOf = (folder: string, file: string): string[] =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')[0]
    ?.split(',')
    .map((each) => each.replaceAll('"', '')) ?? [];

const expectWell = (result: Awaited<ReturnType<typeof night>>): void =>
  expect(result.jobs.map(({ job, status, error }) => [job, error ?? status])).toEqual(
    result.jobs.map(({ job }) => [job, expect.stringMatching(/^(applied|unchanged)$/)]),
  );

describe('a folder with nothing but a Mailchimp audience', () => {
  const file = 'subscribed_email_audience_export_0a1b2c3d4e';
  const member = (name: string, more: Row = {}): Row => ({
    'Email Address': `${name}@example.com`,
    'First Name': 'ADA',
    'Last Name': "O'brien, Jr.",
    Address: '1 Sample Street, Anytown, CA 90210 US',
    'Phone Number': '(202) 555-0143',
    MEMBER_RATING: '2',
    OPTIN_TIME: '2026-09-27 12:11:50',
    CONFIRM_TIME: '2026-09-27 12:11:50',
    OPTIN_IP: '192.0.2.20',
    LATITUDE: '47.6614000',
    GMTOFF: '-8',
    CC: 'US',
    REGION: 'wa',
    LAST_CHANGED: '2026-10-01 08:00:00',
    LEID: `44877${name.length}${name.charCodeAt(0)}`,
    EUID: `c2cb0681${name}`,
    TAGS: '"VIP","Spring, 2026"',
    ...more,
  });
  const members = [
    member('ada'),
    member('left', { 'Email Address': 'Left@Example.com' }),
    member('gone'),
    member('new', { LEID: '' }),
  ];
  const laid = (folder: string): string => {
    write(folder, `${file}.csv`, subscribed, members);
    write(folder, 'unsubscribed_email_audience_export_0a1b2c3d4e.csv', unsubscribed, [
      member('left', { UNSUB_TIME: '2026-10-03 10:00:00', UNSUB_REASON: 'No longer interested' }),
      member('elsewhere', { UNSUB_TIME: '2026-08-03 10:00:00', UNSUB_REASON_OTHER: 'too\nmany, "really"' }),
    ]);
    write(
      folder,
      'cleaned_email_audience_export_0a1b2c3d4e.csv',
      cleaned,
      ['gone', ...Array.from({ length: 30 }, (_, i) => `old${i}`)].map((name) =>
        member(name, { CLEAN_TIME: '2026-10-05 03:00:00', CLEAN_CAMPAIGN_TITLE: 'October' }),
      ),
    );
    return folder;
  };

  let folder: string;
  let first: RunResult;
  let second: RunResult;
  beforeAll(async () => {
    folder = laid(mkdtempSync(join(tmpdir(), 'nightshift-test-')));
    first = await night(folder);
    second = await night(folder);
    return () => rmSync(folder, { recursive: true });
  }, 60_000);

  it('becomes a workbook: who left or was cleaned there is suppressed, and on no sending list', () => {
    expectWell(first);
    const suppressions = new Map(readCsv(folder, 'suppressions').map((row) => [row.email, row]));
    expect(suppressions.size).toBe(33);
    expect(suppressions.get('left@example.com')).toMatchObject({
      scope: 'person',
      reason: 'unsubscribe',
      suppressed_at: '2026-10-03T10:00:00Z',
      source: 'mailchimp',
    });
    expect(suppressions.get('elsewhere@example.com')).toMatchObject({ scope: 'person', reason: 'unsubscribe' });
    expect(suppressions.get('gone@example.com')).toMatchObject({
      scope: 'address',
      reason: 'hard_bounce',
      source: 'mailchimp',
    });
    const contacts = readCsv(folder, file);
    expect(contacts.map(({ status }) => status)).toEqual(['', 'unsubscribed', 'suppressed', '']);
    const [ada = {}, left = {}, gone = {}] = contacts;
    expect(onSendingLists(folder)).toContain(ada.LEID);
    expect(onSendingLists(folder)).not.toContain(left.LEID);
    expect(onSendingLists(folder)).not.toContain(gone.LEID);
  });

  it('loses nothing: the file keeps its name, columns, order and cells, and new columns stand at the right', () => {
    expect(readCsv(folder, 'contacts')).toEqual([]);
    const header = headerOf(folder, `${file}.csv`);
    expect(header.slice(0, subscribed.length)).toEqual(subscribed);
    expect(header.slice(subscribed.length)).toContain('email_status');
    const kept = subscribed.filter(
      (each) => !['First Name', 'Last Name', 'Phone Number', 'REGION', 'LEID', 'Email Address'].includes(each),
    );
    expect(asGiven(readCsv(folder, file), kept)).toEqual(asGiven(members, kept));
    expect(readCsv(folder, file)[0]).toMatchObject({ 'First Name': 'Ada', 'Phone Number': '+12025550143' });
    expect(readCsv(folder, 'quarantine')).toEqual([]);
  });

  it('changes nothing the second time', () => {
    expect(new Set(second.jobs.map(({ status }) => status))).toEqual(new Set(['unchanged']));
  });

  it('knows who left, also where only the lists are refreshed', async () => {
    const another = laid(temporaryFolder());
    expectWell(await night(another, { jobs: ['list-refresh'] }));
    expect(onSendingLists(another)).toContain(members[0]?.LEID);
    expect(onSendingLists(another)).not.toContain(members[1]?.LEID);
  });
});

describe('a folder with nothing but a HubSpot contact export', () => {
  const file = 'hubspot-crm-exports-all-contacts-2026-11-22';
  const contact = (id: number, more: Row = {}): Row => ({
    'Record ID': String(id),
    'First Name': 'GRACE',
    'Last Name': 'Sample',
    Email: `person${id}@case${id}.example`,
    'Phone Number': '+1 202-555-0143',
    'Contact owner': 'Sam, Sales',
    'Marketing contact status': 'Marketing contact',
    'Create Date': '2026-09-01 10:30',
    'Last Activity Date': '2026-10-01 10:30',
    'Company Name': 'Sample, "Inc."',
    'Lifecycle Stage': 'Lead',
    'Unsubscribed from all email': 'No',
    ...more,
  });
  const reasons = [
    'Unknown user',
    'UNKNOWN_USER',
    'Spam',
    'Policy',
    'Content',
    'Mailbox full',
    'Other',
    'Blocked by DMARC',
  ];
  const contacts = [
    contact(101),
    contact(102, { 'Unsubscribed from all email': 'Yes' }),
    contact(103, { 'Unsubscribed from all email': 'true' }),
    contact(104, { 'Unsubscribed from all email': '' }),
    ...reasons.map((reason, i) => contact(201 + i, { 'Email hard bounce reason': reason })),
  ];
  const laid = (folder: string): string => {
    write(folder, `${file}.csv`, hubspot, contacts);
    return folder;
  };

  it('becomes a workbook whose own words count, loses nothing, and rests', async () => {
    const folder = laid(temporaryFolder());
    expectWell(await night(folder));
    expect(readCsv(folder, 'suppressions').map(({ email, reason }) => [email, reason])).toEqual([
      ['person201@case201.example', 'hard_bounce'],
      ['person202@case202.example', 'hard_bounce'],
    ]);
    const mailed = onSendingLists(folder);
    const all = contacts.map((row) => row['Record ID']);
    expect(all.filter((id) => !mailed.has(id))).toEqual(['102', '103', '201', '202']);
    const header = headerOf(folder, `${file}.csv`);
    expect(header.slice(0, hubspot.length)).toEqual(hubspot);
    const kept = hubspot.filter((each) => !['First Name', 'Phone Number'].includes(each));
    expect(asGiven(readCsv(folder, file), kept)).toEqual(asGiven(contacts, kept));
    expect(new Set((await night(folder)).jobs.map(({ status }) => status))).toEqual(new Set(['unchanged']));
  });
});
