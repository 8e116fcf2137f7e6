/** Who joins and leaves the lists, and who may never be on one. */
import { expect, it } from 'vitest';
import { memberOf, text } from '../../lib/features/segments/build.ts';
import type { Condition } from '../../lib/features/segments/condition.ts';
import { listRefresh } from '../fixture/list-refresh.ts';
import { listSizes } from '../fixture/rules/guards.ts';
import { lists } from '../fixture/rules/segments.ts';
import { jobOf, night } from '../support/night.ts';
import { nightly } from '../support/small-jobs.ts';
import { aContact, anEvent, aSuppression, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

it('a sending list holds no contact that a suppression, a status or an address excludes; each move is recorded once', async () => {
  const folder = temporaryFolder();
  const contacts = [
    aContact({ contact_id: 'l1' }),
    aContact({ contact_id: 'l2', status: 'unsubscribed' }),
    aContact({ contact_id: 'l3', email: 'Listed@Example.com' }),
    aContact({ contact_id: 'l4', email_status: 'invalid' }),
    aContact({ contact_id: 'l5', email: 'moved@example.com' }),
  ];
  const suppressions = [
    aSuppression({ email: 'listed@example.com' }),
    aSuppression({ email: 'before@example.com', scope: 'person', contact_id: 'l5', reason: 'complaint' }),
  ];
  const events = contacts.map(({ contact_id = '' }) => anEvent({ contact_id }));
  writeWorkbook(folder, { contacts, suppressions, events });
  const sending = new Set(lists.filter((list) => list.sending).map(({ name }) => name));
  const mailed = () => [
    ...new Set(
      readCsv(folder, 'memberships')
        .filter((row) => sending.has(row.list ?? ''))
        .map((row) => row.contact_id),
    ),
  ];
  await night(folder, { jobs: ['list-refresh'] });
  expect(mailed()).toEqual(['l1']);
  const joined = readCsv(folder, 'list_changes');
  expect(joined.length).toBe(readCsv(folder, 'memberships').length);
  expect(new Set(joined.map((row) => row.change))).toEqual(new Set(['joined']));
  // A member without a joining date gets one, and has not joined again.
  const before = readCsv(folder, 'memberships');
  writeWorkbook(folder, { memberships: before.map((row, i) => (i === 0 ? { ...row, joined_at: '' } : row)) });
  await night(folder, { jobs: ['list-refresh'], asOf: '2026-11-23' });
  const [dated, ...others] = readCsv(folder, 'memberships');
  expect(dated).toMatchObject({ list: before[0]?.list, contact_id: before[0]?.contact_id });
  expect(dated?.joined_at).toMatch(/^2026-11-23/);
  expect(others).toEqual(before.slice(1));
  expect(readCsv(folder, 'list_changes')).toEqual(joined);
  writeWorkbook(folder, { contacts: contacts.map((row) => ({ ...row, status: 'unsubscribed' })) });
  await night(folder, { jobs: ['list-refresh'], asOf: '2026-11-24' });
  expect(mailed()).toEqual([]);
  expect(
    readCsv(folder, 'list_changes').filter((row) => row.contact_id === 'l1' && row.change === 'left').length,
  ).toBeGreaterThan(0);
});

const list = (name: string, where: Condition) => ({
  ...{ name, description: `Test list ${name}.`, sending: false, where, examples: { in: [], out: [] } },
});
const listed = (folder: string): string[] =>
  readCsv(folder, 'memberships').map((row) => `${row.list}: ${row.contact_id}`);

it('a rule may name a column as it stands in the file, and one that the engine does not understand is one list’s fault', async () => {
  const folder = temporaryFolder();
  const { email = '', ...nameless } = aContact({ contact_id: 'l1', 'my col': 'x', 'E-Mail-Adresse': 'y' });
  writeWorkbook(folder, { contacts: [{ ...nameless, 'Email Address': email }] });
  const rules = [
    list('Theirs', text('my col').is('x')),
    list('Normal', text('my_col').is('x')),
    list('Dashes', text('E-Mail-Adresse').is('y')),
    list('Ours', text('Email Address').contains('@')),
    list('Empty', text('my col').isEmpty()),
    list('Odd', text('job_title').matches('\\u00e4')),
    list('Needs', memberOf('Odd')),
  ];
  const job = jobOf(await night(folder, { jobs: nightly(listRefresh(rules, listSizes)) }), 'list-refresh');
  expect(job.heldParts.map(({ part, reason }) => [part, reason])).toEqual([
    ['Odd', `list is wrong: jobs/rules/segments.ts: List "Odd": its rule can't be run: invalid escape sequence: \\u.`],
    ['Needs', 'list is wrong: jobs/rules/segments.ts: List "Needs" asks for the list "Odd", which is held.'],
  ]);
  expect(listed(folder).sort()).toEqual(['Dashes: l1', 'Normal: l1', 'Ours: l1', 'Theirs: l1']);
});

it('lists for which memberships has no room are held, the largest first, and who leaves one leaves it', async () => {
  const folder = temporaryFolder();
  const contacts = ['US', 'US', 'US', 'DE', 'DE', 'FR'].map((country, i) => aContact({ contact_id: `l${i}`, country }));
  writeWorkbook(folder, { contacts });
  const rules = [
    list('Large', text('country').is('US', 'DE', 'FR')),
    list('Middle', text('country').is('US')),
    list('Small', text('country').is('FR')),
  ];
  const sizes = { ...listSizes, mostMembers: 4 };
  const job = jobOf(await night(folder, { jobs: nightly(listRefresh(rules, sizes)) }), 'list-refresh');
  expect(job.heldParts.map(({ reason }) => reason)).toEqual([
    'list "Large" has no room: memberships would have 10 rows, and mostMembers is 4',
  ]);
  expect(listed(folder).sort()).toEqual(['Middle: l0', 'Middle: l1', 'Middle: l2', 'Small: l5']);
  const fewer = contacts.map((contact, i) => ({ ...contact, country: i === 0 ? 'FR' : (contact.country ?? '') }));
  writeWorkbook(folder, { contacts: fewer });
  await night(folder, { jobs: nightly(listRefresh(rules, sizes)), asOf: '2026-11-23' });
  expect(listed(folder).sort()).toEqual(['Middle: l1', 'Middle: l2', 'Small: l0', 'Small: l5']);
});
