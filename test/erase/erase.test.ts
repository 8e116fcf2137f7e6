/** Forgetting a person: nothing of them stays but a keyed hash, and that still stops a later import. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { main } from '../../lib/cli/main.ts';
import { ERASE_KEY, hashAddress } from '../../lib/import/forgotten.ts';
import { bringIn } from '../support/import.ts';
import { night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aPurchase,
  aSuppression,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

const key = 'a key of the tests, long enough';
afterEach(() => void vi.restoreAllMocks());

/** Runs a command; its words, and what it ended with. */
async function command(...argv: string[]): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
  vi.spyOn(console, 'error').mockImplementation((text) => void said.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv(ERASE_KEY, key);
  const code = await main(argv, nightShift);
  vi.unstubAllEnvs();
  return { code, said: said.join('\n') };
}

/** Every file below a folder that holds one of the texts. */
function holding(folder: string, ...texts: string[]): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith('.db'))
    .filter((name) => texts.some((text) => readFileSync(join(folder, name), 'utf8').toLowerCase().includes(text)));
}

async function aWorkbook(): Promise<string> {
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
  await night(folder);
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
  it('takes a person out of everything, keeps a keyed hash, and gives a receipt that names nobody', async () => {
    const folder = await aWorkbook();
    expect(holding(folder, 'forget.me@', 'p-forget-me').length).toBeGreaterThan(5);
    const ledger = temporaryFolder();
    const where = ['--workbook', folder, '--ledger', ledger];
    const refused = await command('erase', 'forget.me@example.com', ...where);
    expect(refused.code).toBe(3);
    const { code, said } = await command('erase', 'forget.me@example.com', '--yes', ...where);
    expect(said).not.toMatch(/forget|p-forget-me|old\.me/i);
    expect(said).toContain('inbox/feed.json, lines 1');
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

  it('is cut out of Mailchimp’s files beside the audience, and every other byte stays', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'me', email: 'me@example.com' }), aContact()] });
    const left = (...people: string[]) => Buffer.from(`Email Address,Name,UNSUB_TIME\r\n${people.join('')}`, 'latin1');
    const [me, other] = ['me@example.com,Mé,2026-01-01\r\n', 'o@example.com,Zoë "Z",2026-01-01\r\n'] as const;
    writeFileSync(join(folder, 'unsubscribed.csv'), left(me, other));
    const erased = await command('erase', 'me', '--yes', '--workbook', folder, '--ledger', temporaryFolder());
    expect(erased.said).toContain('Cut out of unsubscribed.csv: 1 lines');
    expect(erased.code).toBe(0);
    expect(readFileSync(join(folder, 'unsubscribed.csv'))).toEqual(left(other));
  });

  it('stops a later import of the person, and lets nobody in while the key is not known', async () => {
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

  it('is looked after by doctor', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'me', email: 'Me@example.com' })],
      suppressions: [aSuppression({ email: hashAddress('me@example.com', key), scope: 'person', reason: 'manual' })],
    });
    const { said } = await command('doctor', '--workbook', folder, '--ledger', temporaryFolder());
    expect(said).toContain('contacts: 1 addresses of people who were forgotten');
  });
});
