/** Exports: who is in them, in which form, and when they appear. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { exportRules } from '../../lib/features/exports/rules.ts';
import { all, event, not, purchases, text } from '../../lib/features/segments/build.ts';
import { bounceSuppression } from '../fixture/bounce-suppression.ts';
import { exportFiles } from '../fixture/exports.ts';
import { bounces } from '../fixture/rules/bounces.ts';
import { bringIn } from '../support/import.ts';
import { jobOf, night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aPurchase,
  aSuppression,
  type Given,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

async function exported(folder: string, rules: Parameters<typeof exportRules>[0], asOf?: string, dryRun = false) {
  const { needs: _needs, ...job } = exportFiles(exportRules(rules, ['Newsletter']));
  const result = await night(folder, { jobs: [{ job, cadence: 'nightly' }], dryRun, ...(asOf && { asOf }) });
  const done = jobOf(result, 'exports');
  expect(done.error).toBeUndefined();
  return done;
}

const read = (folder: string, name: string): Row[] =>
  Papa.parse<Row>(readFileSync(join(folder, 'exports', `${name}.csv`), 'utf8'), { header: true, skipEmptyLines: true })
    .data;

const aCrowd = (folder: string, ...contacts: Given[]): void =>
  writeWorkbook(folder, { contacts: contacts.map(aContact), suppressions: [], bounces: [] });

describe('a plan that waits', () => {
  it('keeps those whom it would suppress out of files for sending, and of no other file', async () => {
    const folder = temporaryFolder();
    const contacts = Array.from({ length: 30 }, (_, i) =>
      aContact({ contact_id: `w${i}`, email: `w${i}@example.com` }),
    );
    const dead = contacts.slice(0, 12).map(({ email = '' }) => aBounce({ email, kind: 'hard', code: '5.1.1' }));
    writeWorkbook(folder, {
      contacts,
      suppressions: [],
      bounces: dead.map((each, i) => ({ ...each, occurred_at: `2026-11-${10 + i}T09:00:00Z` })),
    });
    const rules = exportRules(
      [
        { name: 'mail', format: 'csv', sending: true, columns: { id: 'contact_id' } },
        { name: 'all', format: 'csv', sending: false, columns: { id: 'contact_id' } },
      ],
      [],
    );
    const { needs: _needs, ...files } = exportFiles(rules);
    const jobs = [bounceSuppression(bounces), files].map((job) => ({ job, cadence: 'nightly' as const }));
    const result = await night(folder, { jobs, asOf: '2026-11-23' });
    expect(jobOf(result, 'bounce-suppression')).toMatchObject({ status: 'blocked', breakdown: { people: 12 } });
    expect([read(folder, 'mail').length, read(folder, 'all').length]).toEqual([18, 30]);
    expect(jobOf(result, 'exports').metrics.warnings).toMatchObject({ waiting: expect.stringMatching(/^12 contacts/) });
    const approvals = [jobOf(result, 'bounce-suppression').plan ?? ''];
    await night(folder, { jobs, asOf: '2026-11-23', approvals });
    expect(read(folder, 'mail').length).toBe(18);
  });
});

describe('an export by the week', () => {
  it('is written in the night to Monday alone', async () => {
    const folder = temporaryFolder();
    aCrowd(folder, {});
    const rules: Parameters<typeof exportRules>[0] = [{ name: 'weekly', format: 'csv', sending: false, every: 'week' }];
    await exported(folder, rules, '2026-11-22');
    expect(existsSync(join(folder, 'exports', 'weekly.csv'))).toBe(false);
    await exported(folder, rules, '2026-11-23');
    expect(read(folder, 'weekly')).toHaveLength(1);
  });
});

describe('an export', () => {
  it('for sending never holds anybody who may not be mailed', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        aContact({ contact_id: 'a', email: 'fine@example.com' }),
        aContact({ contact_id: 'b', status: 'unsubscribed' }),
        aContact({ contact_id: 'c', status: 'suppressed' }),
        aContact({ contact_id: 'd', email: 'Listed@example.com' }),
        aContact({ contact_id: 'e', email: 'reported@example.com' }),
        aContact({ contact_id: 'f', email_status: 'invalid' }),
        aContact({ contact_id: 'g', email: '' }),
      ],
      suppressions: [aSuppression({ email: 'listed@example.com' })],
      bounces: [aBounce({ email: 'reported@example.com', kind: 'complaint' })],
      memberships: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((contact_id) => ({
        list: 'Newsletter',
        contact_id,
        joined_at: '',
      })),
    });
    await exported(folder, [
      { name: 'all', format: 'csv', sending: true, columns: { Id: 'contact_id' } },
      { name: 'list', format: 'mailchimp', list: 'Newsletter', sending: true },
      { name: 'ads', format: 'meta', sending: true },
      { name: 'left', suppressionsFor: 'mailchimp' },
      { name: 'gun', suppressionsFor: 'mailgun' },
    ]);
    expect(read(folder, 'all')).toEqual([{ Id: 'a' }]);
    expect(read(folder, 'list').map((row) => row['Email Address'])).toEqual(['fine@example.com']);
    expect(read(folder, 'ads').map((row) => row.email)).toEqual([sha('fine@example.com')]);
    expect(read(folder, 'left').map((row) => row['Email Address'])).toEqual([
      'b@example.com',
      'c@example.com',
      'listed@example.com',
      'reported@example.com',
    ]);
    expect(read(folder, 'gun').find((row) => row.address === 'listed@example.com')).toEqual({
      address: 'listed@example.com',
      tags: '*',
      created_at: expect.stringMatching(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} [+]0000$/),
    });
  });

  it('gives mail tools addresses alone, with anything around them on the list', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ email: '<gus@example.com>' })],
      suppressions: ['Ann <ann@example.com>', 'mailto:gus@example.com', 'eve@example.com.'].map((email) =>
        aSuppression({ email, scope: 'person', contact_id: '', reason: 'unsubscribe' }),
      ),
    });
    await exported(folder, [{ name: 'gun', suppressionsFor: 'mailgun' }]);
    expect(read(folder, 'gun').map(({ address }) => address)).toEqual([
      'ann@example.com',
      'eve@example.com',
      'gus@example.com',
    ]);
  });

  it('tells other tools of everybody who left, in quarantine, in the archive or only by a report too', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        aContact({ contact_id: 'a', email: 'a@example.com' }),
        aContact({ contact_id: 'a', email: 'twice@example.com', status: 'unsubscribed' }),
        aContact({ contact_id: 'c', email: 'c@example.com', status: 'unsubscribed' }),
        aContact({ contact_id: 'c', email: 'before.c@example.com' }),
      ],
      archive: [{ contact_id: 'b', email: 'Gone@example.com', status: 'unsubscribed', archived_at: '2026-01-01' }],
      bounces: [aBounce({ email: 'stranger@example.com', kind: 'complaint' })],
    });
    await exported(folder, [{ name: 'ses', suppressionsFor: 'ses' }]);
    expect(read(folder, 'ses').map(({ email, reason }) => `${email} ${reason}`)).toEqual([
      'a@example.com BOUNCE',
      'before.c@example.com BOUNCE',
      'c@example.com BOUNCE',
      'gone@example.com BOUNCE',
      'stranger@example.com COMPLAINT',
      'twice@example.com BOUNCE',
    ]);
  });

  it('hashes audiences as Google Ads and Meta specify it, keeps the marks of a script, and sends no country that is no ISO code', async () => {
    const folder = temporaryFolder();
    aCrowd(
      folder,
      {
        contact_id: 'a',
        email: ' Ada.Sample+shop@GMail.com',
        first_name: 'Mary Ann',
        last_name: "O'Neil",
        phone: '+15555550101',
        city: 'New York',
        region: 'NY',
        postal_code: '10001-1234',
        country: 'US',
      },
      { contact_id: 'c1', first_name: 'अनिता', country: 'IN' },
      { contact_id: 'c2', country: 'United Kingdom (UK)' },
    );
    await exported(folder, [
      { name: 'g', format: 'google-ads', sending: true },
      { name: 'm', format: 'meta', sending: true },
    ]);
    const [google, meta] = [read(folder, 'g'), read(folder, 'm')];
    expect(google[0]).toEqual({
      Email: sha('adasample@gmail.com'),
      Phone: sha('+15555550101'),
      'First Name': sha('mary ann'),
      'Last Name': sha('oneil'),
      Country: 'US',
      Zip: '10001-1234',
    });
    const cells = ['ada.sample+shop@gmail.com', '15555550101', 'maryann', 'oneil', 'newyork', 'ny', '10001', 'us'];
    expect(Object.values(meta[0] ?? {})).toEqual(cells.map(sha));
    expect([meta[1]?.fn, meta[1]?.country, meta[2]?.country]).toEqual([sha('अनिता'), sha('in'), '']);
    expect(google.map(({ Country }) => Country)).toEqual(['US', 'IN', '']);
  });

  it('gives machines each address as it is, also where a spreadsheet would take it for a formula', async () => {
    const folder = temporaryFolder();
    const odd = ['+plus@example.com', '-minus@example.com', '=eq@example.com', "=cmd|' /c calc'!a0@example.com"];
    writeWorkbook(folder, {
      contacts: odd.map((email, i) => aContact({ contact_id: `c${i}`, email, first_name: '=1+1' })),
      suppressions: odd.map((email) => aSuppression({ email })),
      bounces: [],
    });
    await exported(folder, [
      ...(['mailchimp', 'ses', 'postmark'] as const).map((tool) => ({ name: tool, suppressionsFor: tool })),
      { name: 'people', format: 'csv', sending: false, columns: { email: 'email', name: 'first_name' } },
    ]);
    for (const tool of ['mailchimp', 'ses', 'postmark'])
      expect(read(folder, tool).map((row) => Object.values(row)[0])).toEqual(expect.arrayContaining(odd));
    const people = read(folder, 'people');
    expect(people.map(({ email }) => email)).toEqual([...odd.slice(0, 3), `'${odd[3]}`]);
    expect(people.map(({ name }) => name)).toEqual(odd.map(() => "'=1+1"));
  });

  it('is no formula to a spreadsheet, says its rows and checksum, and is written only when it differs', async () => {
    const folder = temporaryFolder();
    aCrowd(folder, {
      contact_id: 'a',
      first_name: '=HYPERLINK("x")',
      last_name: '-1',
      phone: '+15555550101',
      company: '@sum',
    });
    const rules = [{ name: 'all', format: 'mailchimp', sending: true }] as const;
    expect((await exported(folder, [...rules], undefined, true)).status).toBe('planned');
    expect(existsSync(join(folder, 'exports'))).toBe(false);
    expect((await exported(folder, [...rules])).status).toBe('applied');
    expect(read(folder, 'all')[0]).toMatchObject({
      'First Name': `'=HYPERLINK("x")`,
      'Last Name': '-1',
      'Phone Number': '+15555550101',
      Company: "'@sum",
    });
    const note = JSON.parse(readFileSync(join(folder, 'exports', 'all.csv.json'), 'utf8'));
    expect(note).toEqual({
      file: 'all.csv',
      rows: 1,
      sha256: sha(readFileSync(join(folder, 'exports', 'all.csv'), 'utf8')),
    });
    expect((await exported(folder, [...rules])).status).toBe('unchanged');
  });

  it('takes a filter of its own, alone or with a list, and still no contact that may not be mailed', async () => {
    const folder = temporaryFolder();
    const people = [
      { contact_id: 'a', country: 'DE' },
      { contact_id: 'b', country: 'DE', status: 'unsubscribed' },
      { contact_id: 'c', country: 'FR' },
      { contact_id: 'd', country: 'DE' },
    ];
    writeWorkbook(folder, {
      contacts: people.map((person) => aContact(person)),
      events: [anEvent({ contact_id: 'd', type: 'click', occurred_at: '2026-11-20T08:00:00Z' })],
      purchases: [aPurchase({ contact_id: 'c', amount: '90' })],
      memberships: ['a', 'c'].map((contact_id) => ({ list: 'Newsletter', contact_id, joined_at: '' })),
    });
    const columns = { Id: 'contact_id' } as const;
    const german = text('country').is('DE');
    await exported(folder, [
      { name: 'german', format: 'csv', sending: true, where: german, columns },
      { name: 'german-readers', format: 'csv', sending: true, list: 'Newsletter', where: german, columns },
      { name: 'clicked', format: 'csv', sending: false, where: event('click', { within: '90 days' }), columns },
      { name: 'bought', format: 'csv', sending: false, where: all(purchases(), not(german)), columns },
    ]);
    const ids = (name: string) => read(folder, name).map(({ Id }) => Id);
    expect([ids('german'), ids('german-readers'), ids('clicked'), ids('bought')]).toEqual([
      ['a', 'd'],
      ['a'],
      ['d'],
      ['c'],
    ]);
  });

  it('gives only what changed, and who left, however often it is asked on one day', async () => {
    const folder = temporaryFolder();
    const rules = [
      { name: 'd', format: 'csv', sending: true, only: 'changed', columns: { Email: 'email', Name: 'first_name' } },
    ] as const;
    aCrowd(
      folder,
      { contact_id: 'a', email: 'a@example.com' },
      { contact_id: 'b', email: 'b@example.com' },
      { contact_id: 'c', email: 'c@example.com' },
    );
    await exported(folder, [...rules], '2026-11-20');
    expect(read(folder, 'd-2026-11-20')).toHaveLength(3);
    aCrowd(
      folder,
      { contact_id: 'a', email: 'a@example.com', first_name: 'New' },
      { contact_id: 'b', email: 'b@example.com' },
      { contact_id: 'c', email: 'c@example.com', status: 'unsubscribed' },
    );
    for (let i = 0; i < 2; i++) {
      const { status } = await exported(folder, [...rules], '2026-11-21');
      expect(status).toBe(i === 0 ? 'applied' : 'unchanged');
      expect(read(folder, 'd-2026-11-21')).toEqual([{ Email: 'a@example.com', Name: 'New' }]);
      expect(read(folder, 'd-2026-11-21-left')).toEqual([{ Email: 'c@example.com' }]);
    }
    expect(readdirSync(join(folder, '.nightshift', 'exports', 'd'))).toEqual(['2026-11-20.csv', '2026-11-21.csv']);
  });

  it('imported elsewhere and exported again is the same file, of mail tools and of all contacts', async () => {
    const folder = temporaryFolder();
    const phone = '+15555550101';
    aCrowd(
      folder,
      { contact_id: 'a', email: 'Zoë@example.com', first_name: 'Zoë, "Z"', last_name: '-1', phone, company: 'A\nB' },
      {
        contact_id: 'b',
        email: 'b@example.com',
        website: 'https://example.com',
        lifecycle_stage: 'lead',
        city: '=1+1',
      },
      { contact_id: 'c', birth_date: '1990-01-02', employees: '12', status: 'unsubscribed' },
    );
    const rules = (['mailchimp', 'hubspot', 'csv'] as const).map((format) => ({
      ...{ name: format, format, order: 'email' as const },
      sending: format !== 'csv',
    }));
    await exported(folder, rules);
    for (const rule of rules) {
      const other = temporaryFolder();
      const text = readFileSync(join(folder, 'exports', `${rule.name}.csv`), 'utf8');
      aCrowd(other, { contact_id: 'zz', email: 'zz@example.com' });
      const insert = rule.sending ? 2 : 3;
      expect((await bringIn(other, { 'out.csv': text })).result.changes.contacts).toMatchObject({ insert });
      writeWorkbook(other, { contacts: readCsv(other, 'contacts').filter((row) => row.contact_id !== 'zz') });
      await exported(other, [rule]);
      expect(readFileSync(join(other, 'exports', `${rule.name}.csv`), 'utf8')).toBe(text);
      expect((await bringIn(other, { 'out.csv': `${text}\n` })).result.status).toBe('unchanged');
    }
  });
});
