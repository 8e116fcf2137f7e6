/**
 * Law 4: no person is un-suppressed by a machine. Over generated histories of a small workbook, all jobs, imports,
 * erasures and undos in any order, and what people do meanwhile, no person who left, complained or stands suppressed
 * becomes mailable, or stands on a list or in an export meant for sending, until a person says so (consent-model.ts
 * judges).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allJobs, type ScheduledJob } from '../../lib/core/batch.ts';
import { periodOf } from '../../lib/core/calendar/period.ts';
import { eraseJob, type Person } from '../../lib/features/erasure/erase-job.ts';
import { clearRest } from '../../lib/features/erasure/files.ts';
import { text } from '../../lib/features/segments/build.ts';
import { importJob } from '../../lib/intake/import-job.ts';
import { undoJob } from '../../lib/run/undo.ts';
import { nightShift } from '../fixture/batches.ts';
import { listRefresh } from '../fixture/list-refresh.ts';
import { listSizes } from '../fixture/rules/guards.ts';
import { lists } from '../fixture/rules/segments.ts';
import { jobOf, night } from '../support/night.ts';
import { nightOnDataset } from '../support/night-on-dataset.ts';
import { casesOf, isThorough, seedOf } from '../support/thorough.ts';
import { aBounce, aContact, membersOf, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';
import {
  addressOf,
  type Book,
  chosen,
  contactOf,
  dayOf,
  firstBook,
  firstChanges,
  judge,
  judgeExports,
  key,
  PERSONS,
  people,
  readBook,
  refused,
} from './consent-model.ts';

const DAYS = 3;
/** Histories per run of the test. */
const RUNS = casesOf(1);
const sending = new Set(lists.filter((each) => each.sending).map(({ name }) => name));
const ERASE_KEY = 'a key of the tests, long enough';
const endOf = (day: number): Date => new Date(`${dayOf(day)}T23:59:59.999Z`);

/** Every third day a person is forgotten. */
const ERASES = 3;

/**
 * Forgets a person, as the command does: in a run of its own, and then the rows in quarantine, which no job sees.
 * Whoever was forgotten before is not there to be forgotten again.
 */
async function forget(folder: string, day: number, pick: number, nightOf: typeof night): Promise<void> {
  const forgotten: Person[] = [];
  const job = eraseJob(`p${pick % PERSONS}`, ERASE_KEY, (person) => forgotten.push(person));
  const jobs: ScheduledJob[] = [{ job, cadence: 'nightly', period: `${dayOf(day)}-${pick}` }];
  const { jobs: done } = await nightOf(folder, { asOf: dayOf(day), jobs });
  if (done[0]?.status !== 'applied') return;
  for (const person of forgotten) await clearRest(folder, person, join(folder, '.nightshift'));
}

/** Takes back what a job did on one of the days so far. */
function anUndo(day: number, pick: number, of: Pick<ScheduledJob, 'cadence'> & { name: string }): ScheduledJob {
  const then = Math.max(0, day - (pick % 3));
  const period = of.name === 'import' ? `${dayOf(then)}-00000001` : periodOf(of.cadence, endOf(then), 'UTC');
  return { job: undoJob(of.name, period), cadence: 'nightly', period: `${of.name}-${period}` };
}

/** A file through the reader of every door, as a job. */
function importOf(
  day: number,
  nth: number,
  file: { name: string; text: string },
  overwrite: readonly string[],
): ScheduledJob {
  const scratch = mkdtempSync(join(tmpdir(), 'nightshift-law-import-'));
  const path = join(scratch, file.name);
  writeFileSync(path, file.text);
  const feeds = new Set(['contacts', 'suppressions', 'bounces'] as const);
  const job = importJob(
    {
      ...{ name: 'import', paths: [path], feeds, scratch, map: {}, progress: () => {}, settings: { timeZone: 'UTC' } },
      ...{ overwrite: new Set(overwrite), asOf: endOf(day), eraseKey: ERASE_KEY },
    },
    async () => rmSync(scratch, { recursive: true, force: true }),
  );
  return { job, cadence: 'nightly', period: `${dayOf(day)}-${String(nth).padStart(8, '0')}` };
}

const everybody = (row: (email: string, i: number) => string, pick = 0): string =>
  Array.from({ length: PERSONS }, (_, i) => {
    const email = addressOf(i);
    return `${row(pick % 3 === 0 ? email.toUpperCase() : email, i)}\n`;
  }).join('');

/** A file of another tool that knows everybody, under both of their spellings, and knows of no person who left. */
const anImport = (day: number, pick: number): ScheduledJob =>
  importOf(
    day,
    1,
    {
      name: 'file.csv',
      text: `contact_id,email,first_name,status\n${everybody((email, i) => `${pick % 2 === 0 ? `p${i}` : ''},${email},Imported,subscribed`, pick)}`,
    },
    pick % 5 === 0 ? ['first_name', 'email'] : ['first_name'],
  );

/** Lists of other tools that say of everybody that they want mail. */
const AGREEING: readonly { name: string; header: string; row: (email: string) => string }[] = [
  {
    name: 'subscribed_x.csv',
    header: 'Email Address,First Name,OPTIN_TIME,LEID',
    row: (email) => `${email},A,2026-01-01 10:00:00,`,
  },
  { name: 'brevo.csv', header: 'EMAIL,FIRSTNAME,EMAIL_BLACKLISTED', row: (email) => `${email},A,false` },
  { name: 'klaviyo.csv', header: 'Email,First Name,Email Marketing Consent', row: (email) => `${email},A,SUBSCRIBED` },
  {
    name: 'kit.csv',
    header: 'first_name,email_address,state,created_at',
    row: (email) => `A,${email},active,2026-03-03`,
  },
  { name: 'list.csv', header: 'E-Mail,Vorname,Newsletter-Einwilligung', row: (email) => `${email},A,ja` },
];

const anAgreeingList = (day: number, pick: number): ScheduledJob => {
  const { name, header, row } = chosen(AGREEING, pick);
  return importOf(day, 2, { name, text: `${header}\n${everybody(row, pick)}` }, ['first_name']);
};

/** Files in which one person left or complained, with their moment on the day. */
const REFUSING: readonly { name: string; text: (email: string, day: string) => string }[] = [
  {
    name: 'suppression_unsubscribes.csv',
    text: (email, day) => `email,created\n${email},${Date.parse(`${day}T12:00:00Z`) / 1000}\n`,
  },
  {
    name: 'complaints.json',
    text: (email, day) => `{"items":[{"address":"${email}","created_at":"${day}T12:00:00Z"}]}`,
  },
  { name: 'activity.csv', text: (email, day) => `email,event,timestamp\n${email},spamreport,${day}T12:00:00Z\n` },
  { name: 'reports.csv', text: (email) => `email,kind,occurred_at\n${email},Marked as spam,some day\n` },
  { name: 'crm.csv', text: (email) => `Email;First Name;Status;City\n${email};"Ada;unsubscribed\n` },
  {
    name: 'leads.csv',
    text: (email) => `Email,First Name,Opted out of email: Marketing Information\n${email},Ada,true\n`,
  },
];

const REFUSAL = 'a file in which a person left';
const aRefusingFile = (day: number, pick: number): ScheduledJob => {
  const { name, text } = chosen(REFUSING, pick);
  return importOf(day, 3, { name, text: text(addressOf(pick % PERSONS), dayOf(day)) }, []);
};

const scheduled = allJobs(nightShift);
/** These end each night: what they write is judged. */
const LAST = ['list-refresh', 'exports'];
const LISTS = ['list-refresh'];
const last = scheduled.filter(({ job }) => LAST.includes(job.name));

/** All that a machine may do in a night, by name. Undo is among them, because it must not need a person to be safe. */
const machines: Readonly<Record<string, (day: number, pick: number) => ScheduledJob>> = {
  ...Object.fromEntries(
    scheduled.filter((each) => !last.includes(each)).map((each) => [each.job.name, () => each] as const),
  ),
  import: anImport,
  'a list of another tool that says yes of everybody': anAgreeingList,
  [REFUSAL]: aRefusingFile,
  'undo of an import': (day, pick) => anUndo(day, pick, { name: 'import', cadence: 'nightly' }),
  'undo of a job': (day, pick) => {
    const { job, cadence } = chosen(scheduled, pick);
    return anUndo(day, pick, { name: job.name, cadence });
  },
};

/** So many of the files above say when: those stand against any earlier release. */
const DATED = 3;

/** Whoever left by a file of the night gets no mail after it. */
function judgeFile(after: Book, working: readonly string[], pick: number): void {
  if (!working.includes(REFUSAL) || pick % REFUSING.length >= DATED) return;
  const silent = refused(after);
  const left = after.contacts.filter(({ email }) => key(email) === addressOf(pick % PERSONS));
  expect(
    left.filter(({ contact_id = '' }) => !silent.has(contact_id)),
    'left by a file, and mailable',
  ).toEqual([]);
}

const aDay = fc.record({
  happenings: fc.array(
    fc.record({ what: fc.constantFrom(...Object.keys(people)), person: fc.nat(PERSONS - 1), pick: fc.nat(99) }),
    { minLength: 4, maxLength: 14 },
  ),
  machines: fc.shuffledSubarray(Object.keys(machines), { minLength: 6, maxLength: 11 }),
  pick: fc.nat(99),
});

const onSendingLists = (folder: string): Set<string> =>
  new Set(readCsv(folder, 'memberships').flatMap((row) => (sending.has(row.list ?? '') ? [row.contact_id ?? ''] : [])));

/** Of rows with one id the first counts; a dataset has no first, so no person can judge which it is to be. */
const mayHappen = (what: string, nightOf: typeof night): boolean => nightOf === night || what !== 'is pasted in again';

async function live(
  days: readonly Readonly<{
    happenings: readonly { what: string; person: number; pick: number }[];
    machines: readonly string[];
    pick: number;
  }>[],
  nightOf = night,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-law-'));
  let book = firstBook();
  writeWorkbook(folder, { changes: firstChanges() });
  for (const [day, { happenings, machines: working, pick }] of days.entries()) {
    // To those who were forgotten, merged away or archived nothing happens any more.
    const isThere = (person: number) => contactOf({ book, person }).contact_id !== undefined;
    for (const each of happenings)
      if (isThere(each.person) && mayHappen(each.what, nightOf)) people[each.what]?.({ book, day, ...each });
    writeWorkbook(folder, Object.fromEntries(Object.entries(book).filter(([, rows]) => rows.length > 0)));
    // Of two nights one exports what the lists were: people may have left since.
    const ending = pick % 2 === 0 ? last : [...last].reverse();
    const jobs = [...working.flatMap((name) => machines[name]?.(day, pick) ?? []), ...ending];
    const { jobs: done } = await nightOf(folder, { asOf: dayOf(day), jobs });
    expect(done.filter(({ status }) => status === 'failed').map(({ job, error }) => ({ job, error }))).toEqual([]);
    if (pick % ERASES === 0) await forget(folder, day, pick, nightOf);
    const after = readBook(folder);
    judge(book, after, onSendingLists(folder), ERASE_KEY);
    judgeExports(join(folder, 'exports'), after);
    judgeFile(after, working, pick);
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
  const newsletter = (folder: string): string[] => membersOf(folder, 'Newsletter');

  it('a list that is held for changing too much keeps no person who left, and says that they left', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    await night(folder, { asOf: '2026-11-20', jobs: LISTS });
    expect(newsletter(folder)).toHaveLength(14);
    leave(folder, 12);
    writeWorkbook(folder, {
      contacts: [...readCsv(folder, 'contacts'), aContact({ created_at: '2026-11-20T00:00:00Z' })],
    });
    const result = await night(folder, { asOf: '2026-11-21', jobs: LISTS });
    expect(Object.keys(jobOf(result, 'list-refresh').held)).toContain(
      'list "Newsletter" changes too much: 14 to 3 members',
    );
    expect(newsletter(folder)).toEqual(['h12', 'h13']);
    const left = readCsv(folder, 'list_changes').filter(
      ({ list, change, period }) => list === 'Newsletter' && change === 'left' && period === '2026-11-21',
    );
    expect(left).toHaveLength(12);
  });

  it('a list whose rule is wrong keeps those whom it has, but no person who left', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: crowd() });
    await night(folder, { asOf: '2026-11-20', jobs: LISTS });
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

  const both = [
    ['a folder', night],
    ['a dataset', nightOnDataset],
  ] as const;

  it.each(both)(
    'a departure counts on the lists of %s although a guard holds the job that writes it down',
    async (_, nightOf) => {
      const folder = temporaryFolder();
      const contacts = crowd();
      writeWorkbook(folder, {
        contacts,
        bounces: contacts.slice(0, 12).map(({ email = '' }) => aBounce({ email, kind: 'unsubscribe', code: '' })),
      });
      const result = await nightOf(folder, { jobs: ['bounce-suppression', ...LISTS] });
      expect(jobOf(result, 'bounce-suppression').status).toBe('blocked');
      expect(newsletter(folder)).toEqual(['h12', 'h13']);
    },
  );

  it.each(both)(
    'a report that can’t be read otherwise still counts in %s, and a copy without a status is no departure',
    async (_, nightOf) => {
      const folder = temporaryFolder();
      const [first = {}, second = {}, ...others] = crowd();
      writeWorkbook(folder, {
        contacts: [first, second, ...others, { ...second, status: '' }],
        bounces: [aBounce({ email: first.email ?? '', kind: 'complaint', code: '', occurred_at: 'last Tuesday' })],
      });
      await nightOf(folder, { jobs: LISTS });
      expect(newsletter(folder)).not.toContain('h0');
      expect(newsletter(folder)).toContain('h1');
    },
  );

  // On a dataset where every case is played: its nights take several times as long.
  it.each(isThorough ? both : both.slice(0, 1))(
    'no history of jobs, facts and edits in %s makes anybody mailable whom no person released',
    async (_, nightOf) => {
      const days = fc.array(aDay, { minLength: DAYS, maxLength: DAYS });
      await fc.assert(
        fc.asyncProperty(days, (history) => live(history, nightOf)),
        {
          numRuns: RUNS,
          endOnFailure: true,
          ...seedOf(),
        },
      );
    },
    60_000 + RUNS * 60_000,
  );
});
