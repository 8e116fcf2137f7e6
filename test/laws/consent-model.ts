/**
 * The judge of law 4: a model in plain TypeScript that shares nothing with the jobs. It knows what each person wanted
 * and what stood, and says who must get no mail; `people` is what happens in the world and what people do to the
 * workbook. Only a person releases, in the list or by a "yes" in `review`.
 */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { hashAddress } from '../../lib/intake/forgotten.ts';
import { aBounce, aContact, anEvent, aPurchase, aSuppression, type Row, readCsv } from '../support/workbook.ts';

export const PERSONS = 12;
/** Some of these people were last active years ago. */
const SILENT_PERSONS = 4;
/** Days of a history lie so far apart that a few are in different months. */
export const dayOf = (day: number): string => new Date(Date.UTC(2026, 10, 10 + day * 12)).toISOString().slice(0, 10);
export const key = (address = ''): string => address.trim().toLowerCase();
export const addressOf = (person: number): string => `p${person}@${person % 3 === 0 ? 'gmail.com' : 'example.com'}`;

const TABLES = ['contacts', 'suppressions', 'bounces', 'events', 'purchases', 'review', 'merges', 'archive'] as const;

/** The workbook between two nights, as people see it: rows that they may change, move, add and take away. */
export type Book = Record<(typeof TABLES)[number], Row[]>;

export const readBook = (folder: string): Book =>
  Object.fromEntries(TABLES.map((table) => [table, readCsv(folder, table)])) as Book;

const onePerson = (i: number): Row =>
  aContact({
    contact_id: `p${i}`,
    email: addressOf(i),
    first_name: `Person${i}`,
    phone: `+1555555010${i % 10}`,
    status: { 4: 'unsubscribed', 7: 'suppressed', 9: 'unsubscribed' }[i] ?? 'subscribed',
    ...(i < SILENT_PERSONS
      ? { created_at: '2023-01-01T00:00:00Z', archive_note: 'inactive' }
      : { created_at: '2026-11-01T00:00:00Z' }),
  });

/**
 * The workbook at first: people, some noted as inactive; some in the archive; and pairs that a person was asked about,
 * or has answered.
 */
export const firstBook = (): Book => ({
  ...(Object.fromEntries(TABLES.map((table) => [table, []])) as unknown as Book),
  contacts: Array.from({ length: PERSONS }, (_, i) => onePerson(i)),
  archive: ['subscribed', 'unsubscribed', 'suppressed'].map((status, i) => ({
    ...aContact({ contact_id: `a${i}`, status, created_at: '2023-01-01T00:00:00Z' }),
    ...{ archived_at: '2026-10-01T00:00:00Z', archive_reason: '', record: '' },
  })),
  review: [4, 6, 8].map((i) => ({
    ...{ review_id: `asked-${i}`, subject: 'duplicate', left_id: `p${i}`, right_id: `p${i + 1}` },
    ...{ probability: '0.9', evidence: '', decision: i === 8 ? '' : 'yes' },
  })),
});

/** Where the notes come from. */
export const firstChanges = (): Row[] =>
  Array.from({ length: SILENT_PERSONS }, (_, i) => ({
    ...{
      change_id: `m${i}`,
      job: 'archive-stale',
      period: '2026-10',
      run: 'r',
      at: '2026-10-01T00:00:00Z',
      table: 'contacts',
    },
    ...{ row_key: `p${i}`, column: 'archive_note', before: '', after: 'inactive', reason: '' },
  }));

export interface Happening {
  readonly book: Book;
  readonly day: number;
  readonly person: number;
  readonly pick: number;
}

export const chosen = <T>(of: readonly T[], pick: number): T => of[pick % of.length] as T;
export const contactOf = ({ book, person }: Pick<Happening, 'book' | 'person'>): Row =>
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
export const people: Readonly<Record<string, (happening: Happening) => void>> = {
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
  'spells the address again': (h) => {
    const contact = contactOf(h);
    contact.email = chosen([key(contact.email), ` ${contact.email?.toUpperCase()}`], h.pick);
  },
  'comes in twice': (h) => {
    const { email = '', first_name = '', phone = '' } = contactOf(h);
    const contact_id = `p${h.person}.${h.book.contacts.length}`;
    h.book.contacts.push(
      aContact({ contact_id, email, first_name, phone, status: chosen(['subscribed', ''], h.pick) }),
    );
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
  'shows life in the archive': ({ book, day, pick }) => {
    const { contact_id = '' } = chosen(book.archive, pick) ?? {};
    if (contact_id === '') return;
    book.events.push(
      anEvent({ event_id: `e${book.events.length}`, contact_id, occurred_at: `${dayOf(day)}T07:00:00Z` }),
    );
  },
  'answers what the night shift asked': ({ book, pick }) => {
    for (const row of book.review) if (row.decision === '') row.decision = chosen(['yes', ' Yes', 'no', ''], pick);
  },
  'moves rows': ({ book }) => {
    book.contacts.reverse();
    book.suppressions.sort((a, b) => key(a.email).localeCompare(key(b.email)));
  },
};

const marked = ({ status = '' }: Row): boolean => !['', 'subscribed'].includes(key(status));
/** A release answers what stood before it; a suppression of "some day" stood before it. */
const inForce = ({ released_at = '', suppressed_at = '' }: Row): boolean =>
  released_at === '' || (/^\d/.test(suppressed_at) && suppressed_at > released_at);
const departure = ({ kind = '' }: Row): boolean => ['complaint', 'spamreport', 'unsubscribe'].includes(kind);

/** Departures that no release has answered. */
function unanswered({ suppressions, bounces }: Book): Row[] {
  const released = new Map(suppressions.map((row) => [key(row.email), row.released_at ?? '']));
  return bounces.filter((row) => departure(row) && (row.occurred_at ?? '') > (released.get(key(row.email)) ?? ''));
}

/** The addresses that no mail may reach, no matter who has them. */
const refusedAddresses = (book: Book): Set<string> =>
  new Set([...book.suppressions.filter(inForce), ...unanswered(book)].map(({ email }) => key(email)));

/** The contacts whom no mail may reach, in the table or in the archive, by all that the workbook says of them. */
export function refused(book: Book): Set<string> {
  const standing = book.suppressions.filter(inForce);
  const addresses = refusedAddresses(book);
  const persons = new Set(standing.filter(({ scope }) => scope !== 'address').map(({ contact_id }) => contact_id));
  const silent = [...book.contacts, ...book.archive].filter(
    (each) => marked(each) || addresses.has(key(each.email)) || persons.has(each.contact_id),
  );
  // What was recorded of a person under an address from before a merge counts for whom they were merged into.
  const lasting = [...standing.filter(({ scope }) => scope !== 'address'), ...unanswered(book)];
  const ofPersons = new Set(lasting.map(({ email }) => key(email)));
  const survivor = survivorIn(book);
  const merged = book.merges.filter(
    ({ record = '{}', duplicate_id }) => ofPersons.has(key(JSON.parse(record).email)) || persons.has(duplicate_id),
  );
  return new Set([
    ...silent.map(({ contact_id = '' }) => contact_id),
    ...merged.map(({ duplicate_id = '' }) => survivor(duplicate_id)),
  ]);
}

/** The addresses that a person's "yes" may release: suppressed for their mailbox alone, and no person of them left. */
function answeredYes(book: Book): Set<string> {
  const left = new Set([
    ...book.bounces.filter(departure).map(({ email }) => key(email)),
    ...book.contacts.filter(({ status }) => key(status) === 'unsubscribed').map(({ email }) => key(email)),
  ]);
  const mailboxes = book.suppressions.filter(
    ({ scope, reason = '' }) => scope === 'address' && ['hard_bounce', 'soft_bounces', 'invalid'].includes(reason),
  );
  const standing = new Set(book.suppressions.filter(inForce).map(({ email }) => key(email)));
  const marks = book.contacts.filter(({ status }) => key(status) === 'suppressed').map(({ email }) => key(email));
  const mayBe = [...mailboxes.map(({ email }) => key(email)), ...marks.filter((email) => !standing.has(email))];
  const may = new Set(mayBe.filter((email) => !left.has(email)));
  const yes = book.review.filter(({ subject, decision }) => subject === 'release' && key(decision) === 'yes');
  return new Set(yes.map(({ left_id }) => key(left_id)).filter((email) => may.has(email)));
}

/** Who a person is after merges. */
function survivorIn({ merges }: Book): (id: string) => string {
  const into = new Map(merges.map((row) => [row.duplicate_id, row.survivor_id ?? '']));
  return (id) => {
    let now = id;
    for (let i = 0; i <= merges.length; i++) now = into.get(now) ?? now;
    return now;
  };
}

const byId = ({ contacts, archive }: Book): Map<string, Row> =>
  new Map([...archive, ...[...contacts].reverse()].map((row) => [row.contact_id ?? '', row]));

/** What must hold between the workbook before a night and after it. `eraseKey` is that of the forgotten. */
export function judge(before: Book, after: Book, mailed: ReadonlySet<string> | null, eraseKey: string): void {
  const hashes = new Set(after.suppressions.map(({ email }) => email));
  const isForgotten = ({ email = '' }: Row): boolean => hashes.has(hashAddress(email, eraseKey));
  const there = new Set(before.contacts.map(({ email }) => key(email)));
  const back = after.contacts.filter((row) => isForgotten(row) && !there.has(key(row.email)));
  expect(back, 'forgotten, and back').toEqual([]);

  const [rows, now, survivor, yes] = [byId(before), byId(after), survivorIn(after), answeredYes(before)];
  const [still, addresses] = [refused(after), refusedAddresses(after)];
  const stays = (id: string): boolean => {
    const row = rows.get(id) ?? {};
    // Whom an import put in its undo takes out; their address stays refused.
    const isGone = !now.has(survivor(id)) && (isForgotten(row) || addresses.has(key(row.email)));
    return !isGone && !yes.has(key(row.email));
  };
  // A mailbox that is dead, or suppressed alone, says nothing of the person who has another one too: a merge leaves it
  // behind.
  const lasting = refused({ ...before, suppressions: before.suppressions.filter(({ scope }) => scope !== 'address') });
  const follows = (id: string): boolean => survivor(id) === id || lasting.has(id);
  expect(
    [...refused(before)].filter((id) => stays(id) && follows(id) && !still.has(survivor(id))),
    'mailable again',
  ).toEqual([]);
  const lifted = [...rows].filter(
    ([id, row]) => marked(row) && stays(id) && now.has(survivor(id)) && !marked(now.get(survivor(id)) ?? {}),
  );
  expect(lifted, 'status lifted').toEqual([]);
  for (const row of before.suppressions.filter(inForce)) {
    if (isForgotten(row) || yes.has(key(row.email))) continue;
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

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** No export for sending names an address that no mail may reach, and every suppression export names them all. */
export function judgeExports(folder: string, after: Book): void {
  const silent = refused(after);
  const people = after.contacts.filter((row) => silent.has(row.contact_id ?? '') && key(row.email) !== '');
  const addresses = new Set(people.map(({ email }) => key(email)));
  const hashes = new Set([...addresses].flatMap((email) => [sha(email), sha(email.replaceAll(/\.(?=.*@gmail)/g, ''))]));
  const read = (name: string, column: string): string[] => readCsv(folder, name).map((row) => key(row[column]));
  const sent = {
    mailchimp: read('newsletter-mailchimp', 'Email Address'),
    hubspot: read('hot-leads-hubspot', 'Email'),
    google: read('engaged-google-ads', 'Email'),
    meta: read('engaged-meta', 'email'),
  };
  for (const [tool, named] of Object.entries(sent))
    expect(
      named.filter((cell) => addresses.has(cell) || hashes.has(cell)),
      `in a sending export for ${tool}`,
    ).toEqual([]);
  const suppressed = new Set(read('suppressions-sendgrid', 'email'));
  expect(
    [...addresses].filter((email) => !suppressed.has(email)),
    'missing in a suppression export',
  ).toEqual([]);
}
