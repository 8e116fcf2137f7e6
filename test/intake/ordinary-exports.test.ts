/** Ordinary exports of common tools, with all their columns, come in without a question, and refusals are read. */
import { expect, it } from 'vitest';
import { bringIn, once } from '../support/import.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

/** A file of these rows, by header; all other cells are empty. */
const csv = (headers: string, ...rows: Readonly<Record<string, string>>[]): string => {
  const names = headers.split(',');
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]
    .map((cells) => cells.map((cell) => `"${cell}"`).join(','))
    .join('\n');
};

const EXPORTS: Readonly<Record<string, string>> = {
  Mailchimp: csv(
    'Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,' +
      'LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS',
    { 'Email Address': 'here@a.example', 'First Name': 'Ann', OPTIN_TIME: '2024-01-01 10:00:00', LEID: '1' },
  ),
  HubSpot: csv(
    'Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Associated Company,Last Activity Date (GMT+1),Lead Status,' +
      'Marketing contact status,Create Date,Lifecycle Stage,Unsubscribed from all email,' +
      'Opted out of email: Marketing Information,Email Domain,Marketing emails opened,Marketing emails delivered,' +
      'Marketing emails clicked,Marketing emails bounced,First marketing email open date,Last marketing email name,' +
      'Sends Since Last Engagement,Email Address Quarantined,Invalid email address',
    {
      ...{ 'Record ID': '1', Email: 'here@a.example', 'Marketing contact status': 'Marketing contact' },
      ...{ 'Marketing emails opened': '3', 'Lead Status': 'New', 'Invalid email address': 'false' },
    },
    { 'Record ID': '2', Email: 'gone@b.example', 'Opted out of email: Marketing Information': 'Yes' },
    { 'Record ID': '3', Email: 'held@c.example', 'Email Address Quarantined': 'true', 'Marketing emails opened': '0' },
  ),
  Shopify: csv(
    'Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address City,' +
      'Default Address Country Code,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags',
    { 'Customer ID': "'1", Email: 'here@a.example', 'Accepts Email Marketing': 'yes', 'Accepts SMS Marketing': 'no' },
    { 'Customer ID': "'2", Email: 'gone@b.example', 'Accepts Email Marketing': 'no', 'Accepts SMS Marketing': 'yes' },
  ),
  Brevo: csv(
    'CONTACT ID,EMAIL,FIRSTNAME,LASTNAME,SMS,WHATSAPP,EMAIL_BLACKLISTED,SMS_BLACKLISTED,WHATSAPP_BLACKLISTED,ADDED_TIME,' +
      'MODIFIED_TIME,DOUBLE_OPT-IN,OPT_IN,LANGUAGE,EXT_ID',
    { 'CONTACT ID': '1', EMAIL: 'here@a.example', EMAIL_BLACKLISTED: '0', ADDED_TIME: '05-11-2026 10:00:00' },
    { 'CONTACT ID': '2', EMAIL: 'gone@b.example', EMAIL_BLACKLISTED: '1', 'DOUBLE_OPT-IN': 'Yes' },
  ),
  Klaviyo: csv(
    'Email,Klaviyo ID,First Name,Last Name,Organization,Title,Phone Number,City,Country,Zip Code,Source,IP Address,' +
      'Email Marketing Consent,Email Marketing Consent Timestamp,SMS Marketing Consent,First Active,Last Active,' +
      'Profile Created On,Email Suppressions,$consent,$consent_method,Accepts Marketing,Predicted Gender',
    { Email: 'here@a.example', 'Email Marketing Consent': 'SUBSCRIBED', 'Accepts Marketing': 'true' },
    { Email: 'gone@b.example', 'Email Marketing Consent': 'NEVER_SUBSCRIBED', 'SMS Marketing Consent': 'SUBSCRIBED' },
  ),
  Kit: csv(
    'email,first_name,state,created_at,referrer,referrer_utm_source,referrer_utm_campaign,tags',
    { email: 'here@a.example', state: 'active', created_at: '2024-01-01 10:00:00 UTC' },
    { email: 'gone@b.example', state: 'cancelled', created_at: '2024-01-01 10:00:00 UTC' },
  ),
};

/** All of them in one import, each with people of its own. */
const imported = once(async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'w1', email: 'ada@example.com' })] });
  const files = Object.entries(EXPORTS).map(([tool, text], i) => [
    `export of ${tool}.csv`,
    text.replaceAll('.example', `.${tool}.example`).replace(/^"('?)(\d)"/gm, `"$1$2${i}"`),
  ]);
  const { report, rejects } = await bringIn(folder, Object.fromEntries(files));
  const contacts = readCsv(folder, 'contacts');
  const refused = contacts.filter(({ status }) => status !== '' && status !== 'subscribed');
  return { labels: report.files.map(({ label }) => label), rejects, refused: refused.map(({ email = '' }) => email) };
});

it.each(Object.entries(EXPORTS))('%s', async (tool, text) => {
  const { labels, rejects, refused } = await imported();
  expect(labels.filter((label) => label.includes(tool))).toHaveLength(1);
  expect(rejects).toEqual([]);
  const expected = ['gone@b', 'held@c'].filter((address) => text.includes(address));
  expect(refused.filter((email) => email.includes(`.${tool}.`)).sort()).toEqual(
    expected.map((address) => `${address}.${tool}.example`),
  );
});
