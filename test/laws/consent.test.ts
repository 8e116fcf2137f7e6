/**
 * Law 4: nobody is un-suppressed by a machine. Over generated histories of a small workbook, by jobs and by people, nobody
 * who left, complained or stands suppressed becomes mailable, or stands on a list meant for sending, until a person says so.
 *
 * The judge is a model in plain TypeScript that shares nothing with the jobs: what each person wanted, and what stood.
 * A later job joins by adding itself to `machines`, and what people do about it to `people`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { listRefresh } from '../../jobs/list-refresh.ts';
import { listSizes } from '../../jobs/rules/guards.ts';
import { lists } from '../../jobs/rules/segments.ts';
import { eraseJob } from '../../lib/erase/erase-job.ts';
import { hashAddress } from '../../lib/import/forgotten.ts';
import { importJob } from '../../lib/import/import-job.ts';
import { allJobs, type ScheduledJob } from '../../lib/job/batch.ts';
import { undoJob } from '../../lib/run/undo.ts';
import { text } from '../../lib/segments/build.ts';
import { jobOf, type Night, night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aPurchase,
  aSuppression,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

const PERSONS = 12;
const DAYS = 4;
/** Histories per run of the test; NIGHTSHIFT_LAW_RUNS=200 looks harder. */
const RUNS = Number(process.env.NIGHTSHIFT_LAW_RUNS ?? 2);
const sending = new Set(lists.filter((each) => each.sending).map(({ name }) => name));
const dayOf = (day: number): string => new Date(Date.UTC(2026, 10, 10 + day)).toISOString().slice(0, 10);
const key = (address = ''): string => address.trim().toLowerCase();

/** The workbook between two nights, as people see it: rows that they may change, move, add and take away. */
interface Book {
  contacts: Row[];
  suppressions: Row[];
  bounces: Row[];
  events: Row[];
  purchases: Row[];
}

interface Happening {
  readonly book: Book;
  readonly day: number;
  readonly person: number;
  readonly pick: number;
}

const chosen = <T>(of: readonly T[], pick: number): T => of[pick % of.length] as T;
const contactOf = ({ book, person }: Happening): Row =>
  book.contacts.find(({ contact_id }) => contact_id === `p${person}`) ?? {};
const reported = (happening: Happening, given: Row): void => {
  const { book, day, pick } = happening;
  const email = contactOf(happening).email ?? '';
  const occurred_at = `${dayOf(day)}T0${pick % 10}:30:00Z`;
  book.bounces.push(
    aBounce({
      ...given,
      bounce_id: `b${book.bounces.length}`,
      email: pick % 3 === 0 ? email.toUpperCase() : email,
      occurred_at,
    }),
  );
};

/** What happens in the world, and what people do to the workbook. Only a person releases. */
const people: Readonly<Record<string, (happening: Happening) => void>> = {
  complains: (h) => reported(h, { kind: chosen(['complaint', 'spamreport'], h.pick), code: '', detail: '' }),
  leaves: (h) => reported(h, { kind: 'unsubscribe', code: '', detail: '' }),
  'bounces hard': (h) => reported(h, { kind: 'hard', code: '5.1.1' }),
  'bounces softly': (h) => reported(h, { kind: 'soft', code: '4.2.2', detail: '' }),
  'is blocked': (h) => reported(h, { kind: 'hard', code: '5.7.1', detail: 'spam' }),
  clicks: (h) => {
    h.book.events.push(
      anEvent({
        event_id: `e${h.book.events.length}`,
        contact_id: `p${h.person}`,
        occurred_at: `${dayOf(h.day)}T07:00:00Z`,
      }),
    );
  },
  buys: (h) => {
    h.book.purchases.push(
      aPurchase({
        order_id: `o${h.book.purchases.length}`,
        contact_id: `p${h.person}`,
        ordered_at: `${dayOf(h.day)}T07:00:00Z`,
      }),
    );
  },
  'changes address': (h) => {
    contactOf(h).email = `p${h.person}.${h.day}${h.pick % 2}@new.example.com`;
  },
  'spells the address anew': (h) => {
    const contact = contactOf(h);
    contact.email = chosen([key(contact.email), ` ${contact.email?.toUpperCase()}`], h.pick);
  },
  'comes in twice': (h) => {
    const { email = '' } = contactOf(h);
    h.book.contacts.push(aContact({ contact_id: `p${h.person}.${h.book.contacts.length}`, email }));
  },
  'is marked as unsubscribed by hand': (h) => {
    contactOf(h).status = chosen(['unsubscribed', 'Unsubscribed ', 'suppressed'], h.pick);
  },
  'is put on the list by hand': (h) => {
    const email = contactOf(h).email ?? '';
    if (h.book.suppressions.some((row) => key(row.email) === key(email))) return;
    h.book.suppressions.push(
      aSuppression({
        email: email.toUpperCase(),
        contact_id: `p${h.person}`,
        scope: chosen(['person', 'address', ''], h.pick),
        reason: 'manual',
        suppressed_at: chosen([`${dayOf(h.day)}T01:00:00Z`, '', 'some day'], h.pick),
        source: 'support',
      }),
    );
  },
  'is set to subscribed by hand': (h) => {
    contactOf(h).status = chosen(['subscribed', ''], h.pick);
  },
  'is released by a person': (h) => {
    const contact = contactOf(h);
    const about = h.book.suppressions.filter(
      (row) => row.contact_id === contact.contact_id || key(row.email) === key(contact.email),
    );
    for (const row of about) row.released_at = `${dayOf(h.day)}T23:00:00Z`;
    contact.status = 'subscribed';
  },
  'is pasted in again': (h) => {
    h.book.contacts.push({ ...contactOf(h), status: chosen(['unsubscribed', 'subscribed', 'opted out', ''], h.pick) });
  },
  'moves rows': ({ book }) => {
    book.contacts.reverse();
    book.suppressions.sort((a, b) => key(a.email).localeCompare(key(b.email)));
  },
};

const nightly = allJobs(nightShift).filter(({ cadence }) => cadence === 'nightly');
const IMPORT = '00000001';
const ERASE_KEY = 'a key of the tests, long enough';
const hashed = (email = ''): string => hashAddress(email, ERASE_KEY);

/** Forgets a person. Whoever was forgotten before is not there to be forgotten again, which is no failure of the law. */
const anErasure = (day: number, pick: number): ScheduledJob => ({
  job: eraseJob(`p${pick % PERSONS}`, ERASE_KEY, () => {}),
  cadence: 'nightly',
  period: `${dayOf(day)}-${pick}`,
});

const undone = (name: string, period: string): ScheduledJob => ({
  job: undoJob(name, period),
  cadence: 'nightly',
  period: `${name}-${period}`,
});

/** A file of another tool that knows everybody, under both of their spellings, and knows of nobody who left. */
function anImport(day: number, pick: number): ScheduledJob {
  const scratch = mkdtempSync(join(tmpdir(), 'nightshift-law-import-'));
  const rows = Array.from({ length: PERSONS }, (_, i) => {
    const email = `p${i}@${i % 3 === 0 ? 'gmail.com' : 'example.com'}`;
    return `${pick % 2 === 0 ? `p${i}` : ''},${pick % 3 === 0 ? email.toUpperCase() : email},Imported,subscribed`;
  });
  const path = join(scratch, 'file.csv');
  writeFileSync(path, `contact_id,email,first_name,status\n${rows.join('\n')}\n`);
  const job = importJob(
    {
      ...{
        name: 'import',
        paths: [path],
        feeds: new Set(['contacts'] as const),
        scratch,
        map: {},
        progress: () => {},
        settings: { timeZone: 'UTC' },
      },
      overwrite: new Set(pick % 5 === 0 ? ['first_name', 'email'] : ['first_name']),
      ...{ asOf: new Date(`${dayOf(day)}T23:59:59.999Z`), eraseKey: ERASE_KEY },
    },
    async () => rmSync(scratch, { recursive: true, force: true }),
  );
  return { job, cadence: 'nightly', period: `${dayOf(day)}-${IMPORT}` };
}

/** What a machine may do in a night. Undo is among them, because it must not need a person to be safe. */
const machines: Readonly<Record<string, (day: number, pick: number) => Night['jobs']>> = {
  nightly: () => ['nightly'],
  'an import that calls everybody subscribed': (day, pick) => [anImport(day, pick), ...nightly],
  'undo of an import': (day) => [undone('import', `${dayOf(Math.max(0, day - 1))}-${IMPORT}`), ...nightly],
  'forgetting a person': (day, pick) => [anErasure(day, pick), ...nightly],
  'forgetting a person whom an import then knows': (day, pick) => [
    anErasure(day, pick),
    anImport(day, pick),
    ...nightly,
  ],
  'one job': (_, pick) => [chosen(allJobs(nightShift), pick).job.name],
  undo: (day, pick) => {
    const { job } = chosen(allJobs(nightShift), pick);
    const period = dayOf(Math.max(0, day - (pick % 2)));
    return [{ job: undoJob(job.name, period), cadence: 'nightly', period: `${job.name}-${period}` }];
  },
};

const aDay = fc.record({
  happenings: fc.array(
    fc.record({ what: fc.constantFrom(...Object.keys(people)), person: fc.nat(PERSONS - 1), pick: fc.nat(99) }),
    { minLength: 4, maxLength: 14 },
  ),
  machine: fc.oneof({ weight: 3, arbitrary: fc.constant('nightly') }, fc.constantFrom(...Object.keys(machines))),
  pick: fc.nat(99),
});

const readBook = (folder: string): Book => ({
  contacts: readCsv(folder, 'contacts'),
  suppressions: readCsv(folder, 'suppressions'),
  bounces: readCsv(folder, 'bounces'),
  events: readCsv(folder, 'events'),
  purchases: readCsv(folder, 'purchases'),
});

const marked = ({ status = '' }: Row): boolean => !['', 'subscribed'].includes(key(status));
/** A release answers what stood before it; a suppression of "some day" stood before it. */
const inForce = ({ released_at = '', suppressed_at = '' }: Row): boolean =>
  released_at === '' || (/^\d/.test(suppressed_at) && suppressed_at > released_at);
const departure = ({ kind = '' }: Row): boolean => ['complaint', 'spamreport', 'unsubscribe'].includes(kind);

/** The contacts whom no mail may reach, by all that the workbook says of them, their addresses and their persons. */
function refused({ contacts, suppressions, bounces }: Book): Set<string> {
  const standing = suppressions.filter(inForce);
  const released = new Map(suppressions.map((row) => [key(row.email), row.released_at ?? '']));
  const unanswered = bounces.filter(
    (row) => departure(row) && (row.occurred_at ?? '') > (released.get(key(row.email)) ?? ''),
  );
  const addresses = new Set([...standing, ...unanswered].map(({ email }) => key(email)));
  const persons = new Set(standing.filter(({ scope }) => scope !== 'address').map(({ contact_id }) => contact_id));
  const silent = contacts.filter(
    (each) => marked(each) || addresses.has(key(each.email)) || persons.has(each.contact_id),
  );
  return new Set(silent.map(({ contact_id = '' }) => contact_id));
}

/** What must hold between the workbook before a night and after it. */
function judge(before: Book, after: Book, mailed: ReadonlySet<string> | null): void {
  const [silent, still] = [refused(before), refused(after)];
  const hashes = new Set(after.suppressions.map(({ email }) => email));
  const isForgotten = ({ email }: Row): boolean => hashes.has(hashed(email));
  const there = new Set(before.contacts.map(({ email }) => key(email)));
  const back = after.contacts.filter((row) => isForgotten(row) && !there.has(key(row.email)));
  expect(back, 'forgotten, and back').toEqual([]);
  const stays = new Set(after.contacts.map(({ contact_id }) => contact_id));
  const gone = new Set(
    before.contacts.flatMap((row) => (isForgotten(row) && !stays.has(row.contact_id) ? [row.contact_id] : [])),
  );
  expect(
    [...silent].filter((id) => !still.has(id) && !gone.has(id)),
    'mailable again',
  ).toEqual([]);
  const first = (book: Book) => new Map([...book.contacts].reverse().map((row) => [row.contact_id, row]));
  const now = first(after);
  const lifted = [...first(before).values()].filter(
    (row) => marked(row) && !gone.has(row.contact_id) && !marked(now.get(row.contact_id) ?? {}),
  );
  expect(lifted, 'status lifted').toEqual([]);
  for (const row of before.suppressions.filter(inForce)) {
    if (isForgotten(row)) continue;
    const kept = after.suppressions.filter((each) => key(each.email) === key(row.email));
    expect(
      kept.some((each) => inForce(each) && (row.scope === 'address' || each.scope !== 'address')),
      `${row.email} left the list`,
    ).toBe(true);
  }
  if (mailed)
    expect(
      [...still].filter((id) => mailed.has(id)),
      'on a sending list',
    ).toEqual([]);
}

/** No export for sending holds an address that no mail may reach. */
function judgeExport(folder: string, after: Book): void {
  const silent = refused(after);
  const addresses = new Set(
    after.contacts.flatMap((row) => (silent.has(row.contact_id ?? '') ? [key(row.email)] : [])),
  );
  const exported = readCsv(join(folder, 'exports'), 'newsletter-mailchimp').map((row) => key(row['Email Address']));
  expect(
    exported.filter((email) => addresses.has(email)),
    'in a sending export',
  ).toEqual([]);
}

const onSendingLists = (folder: string): Set<string> =>
  new Set(readCsv(folder, 'memberships').flatMap((row) => (sending.has(row.list ?? '') ? [row.contact_id ?? ''] : [])));

async function live(
  days: readonly Readonly<{
    happenings: readonly { what: string; person: number; pick: number }[];
    machine: string;
    pick: number;
  }>[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-law-'));
  const contacts = Array.from({ length: PERSONS }, (_, i) =>
    aContact({
      contact_id: `p${i}`,
      email: `p${i}@${i % 3 === 0 ? 'gmail.com' : 'example.com'}`,
      created_at: '2026-11-01T00:00:00Z',
    }),
  );
  let book: Book = { contacts, suppressions: [], bounces: [], events: [], purchases: [] };
  for (const [day, { happenings, machine, pick }] of days.entries()) {
    // To whoever was forgotten nothing happens any more.
    const isThere = (person: number) => contactOf({ book, day, person, pick }).contact_id !== undefined;
    for (const each of happenings) if (isThere(each.person)) people[each.what]?.({ book, day, ...each });
    writeWorkbook(folder, { ...book, ...(book.suppressions.length === 0 && { suppressions: [] }) });
    const jobs = machines[machine]?.(day, pick) ?? [];
    const { jobs: done } = await night(folder, { asOf: dayOf(day), jobs });
    expect(
      done
        .filter(({ status, job }) => status === 'failed' && job !== 'erase')
        .map(({ job, error }) => ({ job, error })),
    ).toEqual([]);
    const after = readBook(folder);
    const refreshed = done.some(({ job }) => job === 'list-refresh');
    judge(book, after, refreshed ? onSendingLists(folder) : null);
    if (done.some(({ job }) => job === 'exports')) judgeExport(folder, after);
    book = after;
  }
  rmSync(folder, { recursive: true });
}

describe('law 4', () => {
  const crowd = () =>
    Array.from({ length: 14 }, (_, i) => aContact({ contact_id: `h${i}`, created_at: '2026-11-01T00:00:00Z' }));
  const leave = (folder: string, most: number): void => {
    const contacts = readCsv(folder, 'contacts').map((row, i) => (i < most ? { ...row, status: 'unsubscribed' } : row));
    writeWorkbook(folder, { contacts });
  };
  const newsletter = (folder: string): string[] =>
    readCsv(folder, 'memberships')
      .flatMap(({ list, contact_id = '' }) => (list === 'Newsletter' ? [contact_id] : []))
      .sort();

  it('a list that is held for changing too much keeps nobody who left, and says that they left', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    await night(folder, { asOf: '2026-11-20' });
    expect(newsletter(folder)).toHaveLength(14);
    leave(folder, 11);
    const result = await night(folder, { asOf: '2026-11-21' });
    expect(Object.keys(jobOf(result, 'list-refresh').held)).toContain(
      'list "Newsletter" changes too much: 14 to 3 members',
    );
    expect(newsletter(folder)).toEqual(['h11', 'h12', 'h13']);
    const left = readCsv(folder, 'list_changes').filter(
      ({ list, change, period }) => list === 'Newsletter' && change === 'left' && period === '2026-11-21',
    );
    expect(left).toHaveLength(11);
  });

  it('a list whose rule is wrong keeps those whom it has, but nobody who left', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    await night(folder, { asOf: '2026-11-20' });
    leave(folder, 2);
    const wrong = lists.map((each) =>
      each.name === 'Newsletter' ? { ...each, where: text('no_such_column').is('x') } : each,
    );
    const result = await night(folder, {
      asOf: '2026-11-21',
      jobs: [{ job: listRefresh(wrong, listSizes), cadence: 'nightly' }],
    });
    expect(Object.keys(jobOf(result, 'list-refresh').held)).toEqual([expect.stringContaining('list is wrong')]);
    expect(newsletter(folder)).toHaveLength(12);
    expect(newsletter(folder)).not.toContain('h0');
  });

  it('a departure counts on the lists although a guard holds the job that writes it down', async () => {
    const folder = temporaryFolder();
    const contacts = crowd();
    writeWorkbook(folder, {
      contacts,
      bounces: contacts.slice(0, 12).map(({ email = '' }) => aBounce({ email, kind: 'unsubscribe', code: '' })),
    });
    const result = await night(folder);
    expect(jobOf(result, 'bounce-suppression').status).toBe('blocked');
    expect(newsletter(folder)).toEqual(['h12', 'h13']);
  });

  it('a report that can’t be read otherwise still counts, and a copy without a status is no departure', async () => {
    const folder = temporaryFolder();
    const [first = {}, second = {}, ...others] = crowd();
    writeWorkbook(folder, {
      contacts: [first, second, ...others, { ...second, status: '' }],
      bounces: [aBounce({ email: first.email ?? '', kind: 'complaint', code: '', occurred_at: 'last Tuesday' })],
    });
    await night(folder);
    expect(newsletter(folder)).not.toContain('h0');
    expect(newsletter(folder)).toContain('h1');
  });

  it(
    'no history of jobs, facts and edits makes anybody mailable whom no person released',
    async () => {
      await fc.assert(fc.asyncProperty(fc.array(aDay, { minLength: DAYS, maxLength: DAYS }), live), {
        numRuns: RUNS,
        endOnFailure: RUNS <= 5,
      });
    },
    60_000 + RUNS * 20_000,
  );
});
