/** Forgetting a person: nothing of them stays but a keyed hash, and that still stops a later import. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../lib/cli/main.ts';
import { eraseJob } from '../../../lib/features/erasure/erase-job.ts';
import { ERASE_KEY, hashAddress } from '../../../lib/intake/forgotten.ts';
import { nightShift } from '../../fixture/batches.ts';
import { bringIn } from '../../support/import.ts';
import { night } from '../../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aPurchase,
  aSuppression,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../../support/workbook.ts';

const key = 'a key of the tests, long enough';
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
afterEach(() => void vi.restoreAllMocks());

/** Runs a command; its words, and what it ended with. */
async function command(...argv: string[]): Promise<{ code: number; output: string }> {
  const output: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(console, 'error').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv(ERASE_KEY, key);
  const code = await main(argv, nightShift);
  vi.unstubAllEnvs();
  return { code, output: output.join('\n') };
}

/** Every file below a folder that holds one of the texts. */
function holding(folder: string, ...texts: string[]): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith('.db'))
    .filter((name) => texts.some((text) => readFileSync(join(folder, name), 'utf8').toLowerCase().includes(text)));
}

function aWorkbook(): string {
  const folder = temporaryFolder();
  const person = { contact_id: 'p-forget-me', email: 'Forget.Me@example.com', phone: '(555) 555-0123', country: 'us' };
  writeWorkbook(folder, {
    contacts: [aContact(person), aContact({ contact_id: 'stays', email: 'stays@example.com' })],
    events: [
      anEvent({ contact_id: 'p-forget-me' }),
      anEvent({ email: 'forget.me@example.com' }),
      anEvent({ contact_id: 'stays' }),
    ],
    bounces: [
      aBounce({ email: 'forget.me@example.com', kind: 'soft' }),
      aBounce({ email: 'stays@example.com', kind: 'soft' }),
    ],
    purchases: [aPurchase({ contact_id: 'p-forget-me' }), aPurchase({ contact_id: 'stays' })],
    suppressions: [aSuppression({ email: 'old.me@example.com', contact_id: 'p-forget-me', scope: 'person' })],
    archive: [{ contact_id: 'old', email: 'forget.me@example.com', status: 'subscribed', archived_at: '2026-01-01' }],
    merges: [
      {
        duplicate_id: 'p-old',
        survivor_id: 'p-forget-me',
        probability: '1',
        evidence: '',
        merged_at: '',
        record: '{"email":"old.me@example.com"}',
      },
    ],
    review: [{ review_id: 'r1', subject: 'duplicate', left_id: 'p-forget-me', right_id: 'stays', decision: '' }],
  });
  mkdirSync(join(folder, 'inbox'));
  writeFileSync(
    join(folder, 'inbox', 'list.csv'),
    'email,kind,date\nforget.me@example.com,hard,2026-01-01\nother@example.com,hard,2026-01-01\n',
  );
  writeFileSync(
    join(folder, 'inbox', 'feed.json'),
    '[{"email":"forget.me@example.com"},{"email":"other@example.com"}]',
  );
  return folder;
}

describe('erase', () => {
  it('takes a person out of everything, keeps a keyed hash, and gives a receipt without names', async () => {
    const folder = aWorkbook();
    await night(folder);
    expect(holding(folder, 'forget.me@', 'p-forget-me').length).toBeGreaterThan(5);
    const ledger = temporaryFolder();
    const where = ['--workbook', folder, '--ledger', ledger];
    const refused = await command('erase', 'forget.me@example.com', ...where);
    expect(refused.code).toBe(3);
    const { code, output } = await command('erase', 'forget.me@example.com', '--yes', ...where);
    expect(output).not.toMatch(/forget|p-forget-me|old\.me/i);
    expect(output).toContain('inbox/feed.json, lines 1');
    expect(code).toBe(1);
    expect(holding(folder, 'forget.me@', 'old.me@', 'p-forget-me')).toEqual(['inbox/feed.json']);
    expect(holding(ledger, 'forget.me', 'p-forget-me')).toEqual([]);
    const hashes = ['forget.me@example.com', 'old.me@example.com'].map((address) => hashAddress(address, key));
    expect(
      readCsv(folder, 'suppressions')
        .map((row) => row.email)
        .sort(),
    ).toEqual(hashes.sort());
    expect(readCsv(folder, 'contacts').map((row) => row.contact_id)).toEqual(['stays']);
    for (const table of ['events', 'bounces', 'purchases']) expect(readCsv(folder, table)).toHaveLength(1);
    expect(readFileSync(join(folder, 'inbox', 'list.csv'), 'utf8')).toBe(
      'email,kind,date\nother@example.com,hard,2026-01-01\n',
    );
  });

  it('touches no other person whose address contains their own, and finds them by id, by hash, in Mailchimp’s files and in rows that no job reads', async () => {
    const folder = temporaryFolder();
    const me = { contact_id: 'p7', email: 'a.b+x@gmail.com' };
    const other = { contact_id: 'p77', email: 'na.b+x@gmail.com', company: 'wrote to a.b+x@gmail.com.au' };
    writeWorkbook(folder, {
      contacts: [aContact(me), aContact(other), aContact({ ...me, email: 'A.B+X@gmail.com', status: 'unsubscribed' })],
      events: [anEvent({ contact_id: 'p7', occurred_at: 'some day' }), anEvent({ contact_id: 'p77' })],
    });
    mkdirSync(join(folder, 'exports'));
    const google = sha('ab@gmail.com');
    const files = {
      'ids.csv': ['id,score', 'p7,3', 'p77,4', '5,"p7"'],
      'ads.csv': ['Email,Phone', `${google},`, `${sha('nab@gmail.com')},`],
      'list.csv': ['Email Address', 'na.b+x@gmail.com', 'a.b+x@gmail.com', '"A.B+x@gmail.com"', 'a.b+x@gmail.com.au'],
    };
    for (const [name, lines] of Object.entries(files))
      writeFileSync(join(folder, 'exports', name), `${lines.join('\n')}\n`);
    const unsubscribed = (...people: string[]) =>
      Buffer.from(`Email Address,Name,UNSUB_TIME\r\n${people.join('')}`, 'latin1');
    const [mine, others] = ['a.b+x@gmail.com,Mé,2026-01-01\r\n', 'o@example.com,Zoë "Z",2026-01-01\r\n'] as const;
    writeFileSync(join(folder, 'unsubscribed.csv'), unsubscribed(mine, others));
    const { code, output } = await command('erase', 'p7', '--yes', '--workbook', folder, '--ledger', temporaryFolder());
    expect([code, output]).toEqual([0, expect.stringContaining('Removed from events.csv: 1 line')]);
    expect(output).toContain('Removed from unsubscribed.csv: 1 line');
    expect(readFileSync(join(folder, 'unsubscribed.csv'))).toEqual(unsubscribed(others));
    const left = (name: string) =>
      readFileSync(join(folder, 'exports', name), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(1);
    expect([left('ids.csv'), left('ads.csv'), left('list.csv')]).toEqual([
      ['p77,4'],
      [`${sha('nab@gmail.com')},`],
      ['na.b+x@gmail.com', 'a.b+x@gmail.com.au'],
    ]);
    expect(readCsv(folder, 'contacts')).toEqual([expect.objectContaining(other)]);
    expect(readCsv(folder, 'events').map((row) => row.contact_id)).toEqual(['p77']);
  });

  it('ends what a run began that was stopped before the files were looked through', async () => {
    const folder = aWorkbook();
    const erased = eraseJob('p-forget-me', key, () => {});
    await night(folder, { jobs: [{ job: erased, cadence: 'nightly', period: 'p' }] });
    expect(holding(join(folder, 'inbox'), 'forget.me@')).toEqual(['feed.json', 'list.csv']);
    const where = ['--workbook', folder, '--ledger', temporaryFolder()];
    await command('erase', 'forget.me@example.com', '--yes', ...where);
    expect(holding(folder, 'forget.me@', 'p-forget-me')).toEqual(['inbox/feed.json']);
  });

  it('stops a later import of the person, and imports no contact while the key is not known', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'stays' })],
      suppressions: [aSuppression({ email: hashAddress('me@example.com', key), scope: 'person', reason: 'manual' })],
    });
    const files = { 'a.csv': 'email,first_name\nME@example.com,Me\nyou@example.com,You\n' };
    await expect(bringIn(folder, files)).rejects.toThrow(ERASE_KEY);
    const { rejects } = await bringIn(folder, files, { eraseKey: key });
    expect(rejects).toMatchObject([{ row: '2', value: '' }]);
    expect(readCsv(folder, 'contacts').map((row) => row.email)).toEqual(['stays@example.com', 'you@example.com']);
  });

  it('keeps the hash of an address, too, that only the suppression list still knows', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'moved', email: 'new.me@example.com' }), aContact({ contact_id: 'stays' })],
      bounces: [aBounce({ email: 'before.me@example.com', kind: 'complaint', code: '' })],
      suppressions: [
        aSuppression({ email: 'Before.Me@example.com', contact_id: 'moved', scope: 'person', reason: 'complaint' }),
      ],
    });
    expect((await command('erase', 'moved', '--yes', '--workbook', folder, '--ledger', temporaryFolder())).code).toBe(
      0,
    );
    expect(readCsv(folder, 'suppressions').map(({ email }) => email)).toEqual(
      ['before.me@example.com', 'new.me@example.com'].map((email) => hashAddress(email, key)).sort(),
    );
    expect(holding(folder, 'before.me@', 'new.me@')).toEqual([]);
  });

  it('is looked after by doctor', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'me', email: 'Me@example.com' })],
      suppressions: [aSuppression({ email: hashAddress('me@example.com', key), scope: 'person', reason: 'manual' })],
    });
    mkdirSync(join(folder, 'inbox'));
    writeFileSync(join(folder, 'inbox', 'late.csv'), 'email,kind\n"Me@Example.com",hard\nyou@example.com,hard\n');
    writeFileSync(join(folder, 'left.csv'), 'Email Address,UNSUB_TIME\nme@example.com,2026-01-01 10:00:00\n');
    const { output } = await command('doctor', '--workbook', folder, '--ledger', temporaryFolder());
    for (const place of ['contacts', 'inbox/late.csv', 'left.csv'])
      expect(output).toContain(`${place}: 1 addresses of people who were erased`);
  });

  it('forgets every spelling of an address, whichever is named, and knows each of them again', async () => {
    const spelt = ['bob@xn--mnchen-3ya.example.com', 'bob@münchen.example.com', 'Bob <bob@münchen.example.com>'];
    let folder = '';
    const hashes: unknown[] = [];
    for (const named of spelt) {
      folder = temporaryFolder();
      writeWorkbook(folder, {
        contacts: [aContact({ contact_id: 'bob', email: spelt[0] ?? '' }), aContact({ contact_id: 'stays' })],
        suppressions: [aSuppression({ email: spelt[1] ?? '', scope: 'person', contact_id: '' })],
        bounces: [aBounce({ email: spelt[2] ?? '', kind: 'soft' })],
      });
      const { code } = await command('erase', named, '--yes', '--workbook', folder, '--ledger', join(folder, 'l'));
      expect({ named, code, left: holding(folder, 'nchen') }).toEqual({ named, code: 0, left: [] });
      hashes.push(readCsv(folder, 'suppressions').map(({ email }) => email));
    }
    expect(hashes).toEqual(spelt.map(() => hashes[0]));
    const again = `email,status\n${spelt[0]},\n${spelt[1]},\nnew@example.com,\n`;
    await bringIn(folder, { 'again.csv': again }, { eraseKey: key });
    expect(readCsv(folder, 'contacts').map(({ email }) => email)).toEqual([expect.any(String), 'new@example.com']);
  });

  it('waits for no table to be whole', async () => {
    const folder = temporaryFolder();
    const places = ['--workbook', folder, '--ledger', join(folder, 'l')];
    writeWorkbook(folder, {
      contacts: ['a', 'b', 'c'].map((id) => aContact({ contact_id: id })),
      purchases: [aPurchase()],
    });
    expect((await command('erase', 'a', '--yes', ...places)).code).toBe(0);
    writeWorkbook(folder, { purchases: [] });
    expect((await command('erase', 'b', '--yes', ...places)).code).toBe(0);
    expect(readCsv(folder, 'contacts').map(({ contact_id }) => contact_id)).toEqual(['c']);
  });
});
