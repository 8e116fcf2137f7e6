/** What an import may do to a workbook, and what it never does. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { undoJob } from '../../lib/run/undo.ts';
import { bringIn, once } from '../support/import.ts';
import { jobOf, night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aSuppression,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

const by = (rows: readonly Row[], column = 'email') => Object.fromEntries(rows.map((row) => [row[column] ?? '', row]));

describe('an import', () => {
  it('takes an address out of what is around it, and knows it again', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'zoe', email: 'zoe@example.com' })] });
    const files = {
      'list.csv': 'email,scope,reason,suppressed_at\nZoe <Zoe@example.com>,person,unsubscribe,2026-01-01\n',
      'people.csv': 'email,first_name\nmailto:new@example.com,New\n\uFEFFodd@example.com,Odd\nno address,No\n',
    };
    const { rejects } = await bringIn(folder, files);
    expect(rejects.map(({ reason }) => reason)).toEqual(['no e-mail address']);
    expect(readCsv(folder, 'suppressions').map(({ email }) => email)).toEqual(['zoe@example.com']);
    expect(readCsv(folder, 'contacts').map(({ email, status }) => [email, status])).toEqual([
      ['zoe@example.com', 'unsubscribed'],
      ['new@example.com', ''],
      ['odd@example.com', ''],
    ]);
    expect((await bringIn(folder, files)).result.status).toBe('unchanged');
  });

  it('fills what is empty and adds what is new, and replaces only the columns that it is given', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        aContact({ contact_id: 'w1', email: 'Ada@example.com', first_name: 'Ada', company: '', city: 'Here' }),
      ],
    });
    const file = 'email,first_name,company,city\nada@EXAMPLE.com,Augusta,Sample Inc,There\nnew@example.com,New,,\n';
    await bringIn(folder, { 'a.csv': file });
    expect(by(readCsv(folder, 'contacts'))['Ada@example.com']).toMatchObject({
      first_name: 'Ada',
      company: 'Sample Inc',
      city: 'Here',
    });
    expect(readCsv(folder, 'contacts')).toHaveLength(2);
    await bringIn(folder, { 'a.csv': file }, { overwrite: new Set(['city']) });
    expect(by(readCsv(folder, 'contacts'))['Ada@example.com']).toMatchObject({ first_name: 'Ada', city: 'There' });
  });

  it('changes nothing the second time, and can be taken back whole', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'w1', email: 'ada@example.com', company: '' })] });
    const files = {
      'a.csv': 'email,first_name,company,status\nada@example.com,X,Sample Inc,\nbob@example.com,Bob,,subscribed\n',
      'b.csv': 'email,kind,date\nbob@example.com,soft,2026-10-01\n',
      'c.csv': 'email,event,date\nbob@example.com,click,2026-10-02\n',
      'd.csv': 'order,email,date,total\nO1,bob@example.com,2026-10-03,5\n',
    };
    const before = readCsv(folder, 'contacts');
    const { result } = await bringIn(folder, files);
    expect(result.changes).toMatchObject({
      contacts: { insert: 1, update: 1 },
      bounces: { insert: 1 },
      events: { insert: 1 },
      purchases: { insert: 1 },
    });
    expect((await bringIn(folder, files)).result.status).toBe('unchanged');
    const undone = await night(folder, {
      jobs: [{ job: undoJob('import', result.period), cadence: 'nightly', period: `import-${result.period}` }],
    });
    expect(jobOf(undone, 'undo').status).toBe('applied');
    expect(readCsv(folder, 'contacts')).toEqual(before);
    for (const table of ['bounces', 'events', 'purchases']) expect(readCsv(folder, table)).toEqual([]);
  });

  it('lets a person’s release stand against an older file, and not against a newer one', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'w1', email: 'ada@example.com' })],
      suppressions: [
        aSuppression({
          email: 'ada@example.com',
          suppressed_at: '2026-01-01T00:00:00Z',
          released_at: '2026-03-01T00:00:00Z',
        }),
      ],
    });
    const file = (day: string) => ({
      'unsubscribed.csv': `Email Address,UNSUB_TIME\nada@example.com,${day} 10:00:00\n`,
    });
    expect((await bringIn(folder, file('2026-02-01'))).result.status).toBe('unchanged');
    expect(readCsv(folder, 'contacts')[0]?.status).toBe('subscribed');
    await bringIn(folder, file('2026-04-01'));
    const left = { scope: 'person', reason: 'unsubscribe', suppressed_at: '2026-04-01T10:00:00Z' };
    expect(readCsv(folder, 'suppressions')[0]).toMatchObject(left);
    expect(readCsv(folder, 'contacts')[0]?.status).toBe('unsubscribed');
    // A dead address says nothing of the person, who left again since.
    const dead = 'Email Address,CLEAN_TIME\nada@example.com,2026-05-01 10:00:00\n';
    expect((await bringIn(folder, { 'cleaned.csv': dead })).result.status).toBe('applied');
    expect(readCsv(folder, 'suppressions')[0]).toMatchObject(left);
  });

  it('accounts for 3,000 broken rows of every kind', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact()] });
    const broken = [
      (i: number) => `no address ${i},A,2026-01-01,subscribed`,
      (i: number) => `x${i}@example.com,A`,
      (i: number) => `y${i}@example.com,A,2026-01-01,subscribed,too,many`,
      (i: number) => `z${i}@example.com,"A,2026-01-01,subscribed`,
      () => ',A,2026-01-01,subscribed',
      () => 'same@example.com,A,2026-01-01,subscribed',
    ];
    const lines = Array.from({ length: 3000 }, (_, i) => broken[i % broken.length]?.(i) ?? '');
    const good = Array.from({ length: 150 }, (_, i) => `good${i}@example.com,A,2026-01-01,subscribed`);
    const mixed = lines.flatMap((line, i) => (i % 20 === 0 ? [good[i / 20] ?? '', line] : [line]));
    const { report, rejects, result } = await bringIn(folder, {
      'a.csv': `email,first_name,created_at,status\n${mixed.join('\n')}\n`,
    });
    const taken = result.changes.contacts?.insert ?? 0;
    expect(taken).toBe(150 + 1);
    expect(report.files[0]?.rows).toBe(3150);
    expect(rejects.length + taken).toBe(3150);
    expect(new Set(rejects.map(({ row }) => row)).size).toBe(rejects.length);
    const firstGood = mixed.findIndex((line) => line.startsWith('good1@')) + 2;
    expect(rejects.some(({ row }) => row === String(firstGood))).toBe(false);
  });
});

describe('an import that may replace addresses and names', () => {
  const LEFT = [
    'LEFT@example.com',
    'dead@example.com',
    ' listed@example.com',
    'reported@example.com',
    'fine@example.com',
  ];
  const imported = once(async () => {
    const folder = temporaryFolder();
    const released = { scope: 'person', reason: 'complaint', suppressed_at: '2026-09-01', released_at: '2026-10-01' };
    writeWorkbook(folder, {
      contacts: [
        aContact({ contact_id: 'w1', email: 'left@example.com', status: 'unsubscribed' }),
        aContact({ contact_id: 'w2', email: 'dead@example.com', status: 'suppressed' }),
        ...['gone', 'spam', 'bounced'].map((contact_id) => aContact({ contact_id })),
        aContact({ contact_id: 'n0', email: 'old0@münchen.example.com' }),
        aContact({ contact_id: 'n1', email: 'old1@example.com' }),
        aContact({ contact_id: 'kim', email: 'kim@example.com' }),
        aContact({ contact_id: 'lea', email: 'lea@münchen.example.com' }),
      ],
      suppressions: [
        ...['dead', 'bounced'].map((name) => aSuppression({ email: `${name}@example.com` })),
        aSuppression({ email: 'listed@example.com', scope: 'person', reason: 'unsubscribe' }),
        ...['old0@xn--mnchen-3ya.example.com', 'Old <old1@example.com>'].map((email) =>
          aSuppression({ email, scope: 'person', contact_id: '', reason: 'unsubscribe' }),
        ),
        ...['Kim <kim@example.com>', 'lea@xn--mnchen-3ya.example.com'].map((email) =>
          aSuppression({ email, ...released }),
        ),
      ],
      bounces: [
        aBounce({ email: 'reported@example.com', kind: 'complaint', code: '' }),
        aBounce({ email: 'gone@example.com', kind: 'unsubscribe', code: '' }),
        aBounce({ email: 'spam@example.com', kind: 'complaint', code: '' }),
      ],
    });
    const before = readCsv(folder, 'suppressions');
    const moved = ['gone', 'spam', 'bounced'].map((id) => `${id},new.${id}@example.com,subscribed`);
    const files = {
      'people.csv': `email,first_name,status\n${LEFT.map((each) => `${each},X,subscribed`).join('\n')}\n`,
      'moved.csv': `contact_id,email,status\n${moved.join('\n')}\nn0,new0@example.com,\nn1,new1@example.com,\n`,
      'list.csv':
        'email,reason,suppressed_at\nKim <kim@example.com>,complaint,2026-09-01\nlea@münchen.example.com,complaint,2026-09-01\n',
    };
    await bringIn(folder, files, { overwrite: new Set(['email', 'first_name']) });
    const contacts = readCsv(folder, 'contacts');
    const statusOf = Object.fromEntries(contacts.map(({ email = '', status }) => [email.trim().toLowerCase(), status]));
    return { contacts: by(contacts, 'contact_id'), statusOf, before, after: readCsv(folder, 'suppressions') };
  });

  it('never makes anybody mailable who left or is suppressed, no matter what the file says', async () => {
    const { statusOf, after } = await imported();
    expect(statusOf).toMatchObject({
      'left@example.com': 'unsubscribed',
      'dead@example.com': 'suppressed',
      'listed@example.com': 'unsubscribed',
      'reported@example.com': 'suppressed',
      'fine@example.com': 'subscribed',
    });
    expect(after.slice(0, 3).map((row) => row.released_at)).toEqual(['', '', '']);
  });

  it('takes a departure along that only the replaced address knew of, and no dead mailbox', async () => {
    expect((await imported()).contacts).toMatchObject({
      gone: { email: 'new.gone@example.com', status: 'unsubscribed' },
      spam: { email: 'new.spam@example.com', status: 'suppressed' },
      bounced: { email: 'new.bounced@example.com', status: 'subscribed' },
    });
  });

  it('knows a person who left, and who was released, under another spelling of the address', async () => {
    const { contacts, before, after } = await imported();
    expect(contacts).toMatchObject({
      n0: { email: 'new0@example.com', status: 'unsubscribed' },
      n1: { email: 'new1@example.com', status: 'unsubscribed' },
      kim: { status: 'subscribed' },
      lea: { status: 'subscribed' },
    });
    expect(after).toEqual(before);
  });
});

describe('an import of rows that can’t all be taken', () => {
  const imported = once(async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        aContact({ contact_id: 'w1', email: 'ada@example.com' }),
        aContact({ contact_id: 'w2', email: 'ADA@example.com' }),
        aContact({ contact_id: 'w3', email: 'held@example.com', status: 'suppressed' }),
        aContact({ contact_id: '1', email: 'one@example.com', first_name: '' }),
        aContact({ contact_id: 't1', email: 'first@example.com' }),
        aContact({ contact_id: 't1', email: 'twice@example.com' }),
      ],
      archive: [{ contact_id: 'a1', email: 'gone@example.com', status: 'subscribed', archived_at: '2026-01-01' }],
    });
    const { rejects } = await bringIn(folder, {
      'status.csv':
        'email,status\nada@example.com,subscribed\nada@example.com,opted out\nnew@example.com,subscribed\nNEW@example.com,unsubscribed\nheld@example.com,unsubscribed\n',
      'left.csv':
        'contact_id,email,status\n,Gone@example.com,unsubscribed\n,twice@example.com,unsubscribed\nt1,other@example.com,cleaned\n',
      'other.csv': 'contact_id,email,first_name\n1,bob@example.com,Bob\n',
      'dates.csv': 'email,first_name,created_at\ncy@example.com,Cy,31.02.2026\n',
      'events.csv': 'email,event,date\none@example.com,click,31.02.2026\none@example.com,click,2031-01-01\n',
    });
    const tables = { contacts: by(readCsv(folder, 'contacts')), events: readCsv(folder, 'events') };
    return { rejects, ...tables, suppressions: readCsv(folder, 'suppressions') };
  });
  const rejected = async (name: string): Promise<string[]> =>
    (await imported()).rejects.flatMap(({ file, row, column, reason }) =>
      file === name ? [`${row} ${column}: ${reason}`] : [],
    );

  it('takes a departure from any file, also from one of two rows about a person', async () => {
    const { contacts } = await imported();
    const left = ['ada', 'ADA', 'new', 'held'].map((name) => contacts[`${name}@example.com`]?.status);
    expect(left).toEqual(left.map(() => 'unsubscribed'));
  });

  it('reads who left also in rows that it can’t take: of people in the archive, in quarantine, or under another’s id', async () => {
    expect((await rejected('left.csv')).map((each) => each.split(':')[0])).toEqual([
      '2 email',
      '3 email',
      '4 contact_id',
    ]);
    const { suppressions } = await imported();
    expect(suppressions.map((row) => `${row.email} ${row.scope} ${row.reason}`)).toEqual(
      expect.arrayContaining([
        'gone@example.com person unsubscribe',
        'other@example.com address manual',
        'twice@example.com person unsubscribe',
      ]),
    );
  });

  it('never takes two people for one because their tools count alike', async () => {
    expect(await rejected('other.csv')).toEqual([expect.stringMatching(/^2 contact_id: /)]);
    const { contacts } = await imported();
    expect(contacts).not.toHaveProperty(['bob@example.com']);
    expect(contacts['one@example.com']).toMatchObject({ contact_id: '1', first_name: '' });
  });

  it('lets an unreadable cell cost itself alone, and a fact its row', async () => {
    expect(await rejected('dates.csv')).toEqual(['2 created_at: not a date or time; the cell was ignored']);
    expect(await rejected('events.csv')).toEqual(['2 occurred_at: not a date or time', '3 occurred_at: in the future']);
    const { contacts, events } = await imported();
    expect(contacts).toHaveProperty(['cy@example.com']);
    expect(events).toEqual([]);
  });
});

describe('facts that are there', () => {
  it('are neither written again nor moved when an import adds to them, nor are those of other files', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        { ...aContact({ contact_id: 'w1', email: 'ada@example.com' }), 'Email hard bounce reason': 'UNKNOWN_USER' },
      ],
      bounces: [aBounce({ bounce_id: 'b1' }), aBounce({ bounce_id: 'b2' })],
      events: [anEvent({ event_id: 'e1', contact_id: 'w1' })],
    });
    writeFileSync(join(folder, 'unsubscribed.csv'), 'Email Address,UNSUB_TIME\nzed@example.com,2026-01-01 10:00:00\n');
    const before = readFileSync(join(folder, 'bounces.csv'), 'utf8');
    await bringIn(folder, {
      'b.csv': 'bounce_id,email,kind,date\nb2,x@example.com,hard,2026-01-01\nb3,x@example.com,hard,2026-01-01\n',
    });
    expect(readFileSync(join(folder, 'bounces.csv'), 'utf8')).toBe(
      `${before}b3,x@example.com,hard,,,,2026-01-01T00:00:00Z\n`,
    );
    expect(readCsv(folder, 'events').map((row) => row.event_id)).toEqual(['e1']);
  });
});
