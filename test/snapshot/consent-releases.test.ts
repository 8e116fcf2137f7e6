/** A release by a person, and addresses that are written in another way, as consent reads them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crowd, newsletter, nightly, refreshed } from '../support/consent-night.ts';
import { aBounce, aContact, aSuppression, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

describe('a release', () => {
  it('that was planned holds from its day on, also where a bounce came before it', async () => {
    const folder = temporaryFolder();
    const email = 'h0@example.com';
    writeWorkbook(folder, {
      contacts: crowd(),
      suppressions: [aSuppression({ email, scope: 'address', reason: 'hard_bounce', released_at: '2026-12-01' })],
      bounces: [aBounce({ email, occurred_at: '2026-11-10T00:00:00Z' })],
    });
    await nightly(folder);
    expect(newsletter(folder)).not.toContain('h0');
    expect(readCsv(folder, 'suppressions')).toHaveLength(1);
    const contacts = readCsv(folder, 'contacts').map((row) => ({ ...row, status: 'subscribed' }));
    writeWorkbook(folder, { contacts });
    await nightly(folder, { asOf: '2026-12-05' });
    expect(readCsv(folder, 'suppressions')).toHaveLength(1);
    expect(newsletter(folder)).toContain('h0');
  });

  it.each(['2026-11-23T12:00:00Z', '2031-01-01'])(
    'that is in the future (%s) releases no person yet',
    async (released) => {
      const folder = temporaryFolder();
      writeWorkbook(folder, {
        contacts: crowd(),
        suppressions: [
          aSuppression({ email: 'h0@example.com', scope: 'person', reason: 'unsubscribe', released_at: released }),
          aSuppression({ email: 'h1@example.com', scope: 'person', reason: 'unsubscribe', released_at: '2026-11-20' }),
        ],
      });
      await refreshed(folder);
      expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
      expect(readFileSync(join(folder, 'suppressions.csv'), 'utf8')).toContain(released);
    },
  );
});

describe('an address that is written in another way', () => {
  const spelt = [
    ['h0@example.com', 'H Zero <H0@example.com>'],
    ['h1@example.com', 'mailto:h1@example.com'],
    ['h2@example.com', '\u200Bh2@example.com'],
    ['h3@example.com', 'h3@example.com.'],
    ['h4@münchen.example.com', 'h4@xn--mnchen-3ya.example.com'],
    ['h5@xn--mnchen-3ya.example.com', 'h5@münchen.example.com'],
  ];
  const contacts = spelt.map(([email = ''], i) =>
    aContact({ contact_id: `h${i}`, email, created_at: '2026-11-01T00:00:00Z' }),
  );

  it('is suppressed, in the list and on the contact', async () => {
    const folder = temporaryFolder();
    const suppressions = spelt.map(([, email = '']) =>
      aSuppression({ email, scope: 'person', contact_id: '', reason: 'unsubscribe', suppressed_at: '2026-11-10' }),
    );
    writeWorkbook(folder, {
      contacts: [
        ...contacts,
        ...crowd().map((row) => ({ ...row, contact_id: `${row.contact_id}x`, email: `x${row.email}` })),
      ],
      suppressions,
    });
    const cells = readFileSync(join(folder, 'suppressions.csv'), 'utf8')
      .split('\n')
      .map((line) => line.split(',')[0]);
    const { jobs } = await nightly(folder);
    expect(jobs.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(newsletter(folder)).toEqual(['h0x', 'h1x', 'h2x', 'h3x', 'h4x', 'h5x']);
    expect(
      readCsv(folder, 'contacts')
        .slice(0, 6)
        .map(({ status }) => status),
    ).toEqual(Array(6).fill('unsubscribed'));
    const after = readFileSync(join(folder, 'suppressions.csv'), 'utf8')
      .split('\n')
      .map((line) => line.split(',')[0]);
    expect(after.slice(0, cells.length)).toEqual(cells);
  });

  it('is reported by a complaint, and the list names it as the contact does', async () => {
    const folder = temporaryFolder();
    const bounces = spelt.map(([, email = '']) => aBounce({ email, kind: 'complaint', code: '' }));
    bounces.push(aBounce({ email: '\uFEFFh0@example.com', kind: 'complaint', code: '' }));
    writeWorkbook(folder, { contacts, bounces });
    await nightly(folder);
    expect(
      readCsv(folder, 'suppressions')
        .map(({ email }) => email)
        .sort(),
    ).toEqual(spelt.map(([email]) => email));
    expect(newsletter(folder)).toEqual([]);
  });

  it('counts as one address on both sides, also before any job has cleaned it', async () => {
    const folder = temporaryFolder();
    const suppressions = spelt.map(([email = '']) => aSuppression({ email, scope: 'address', reason: 'hard_bounce' }));
    writeWorkbook(folder, {
      contacts: spelt.map(([, email = ''], i) =>
        aContact({ contact_id: `h${i}`, email, created_at: '2026-11-01T00:00:00Z' }),
      ),
      suppressions,
    });
    await refreshed(folder);
    expect(newsletter(folder)).toEqual([]);
  });

  it('is released under every spelling', async () => {
    const folder = temporaryFolder();
    const releases = spelt.map(([, email = '']) =>
      aSuppression({
        email,
        scope: 'person',
        contact_id: '',
        reason: 'complaint',
        suppressed_at: '2026-09-01',
        released_at: '2026-10-01',
      }),
    );
    const bounces = spelt.map(([email = ''], i) =>
      aBounce({ email: i % 2 ? (spelt[i]?.[1] ?? '') : email, kind: 'complaint', code: '', occurred_at: '2026-09-01' }),
    );
    writeWorkbook(folder, { contacts, suppressions: releases, bounces });
    await nightly(folder);
    expect(newsletter(folder)).toEqual(contacts.map(({ contact_id }) => contact_id));
    expect(readCsv(folder, 'suppressions')).toHaveLength(releases.length);
  });

  it('follows a person over a merge', async () => {
    const folder = temporaryFolder();
    const merges = spelt.map(([email], i) => ({
      duplicate_id: `old${i}`,
      survivor_id: `h${i}`,
      probability: '1',
      evidence: '',
      merged_at: '2026-11-01',
      record: JSON.stringify({ contact_id: `old${i}`, email }),
    }));
    const suppressions = spelt.map(([, email = '']) =>
      aSuppression({ email, scope: 'person', contact_id: '', reason: 'unsubscribe' }),
    );
    const now = crowd().map((row, i) => ({ ...row, email: `now${i}@example.com` }));
    writeWorkbook(folder, { contacts: now, merges, suppressions });
    await refreshed(folder);
    expect(newsletter(folder)).toEqual([]);
  });

  it('follows a person over a merge by the id that they had', async () => {
    const folder = temporaryFolder();
    const merge = { duplicate_id: 'old0', survivor_id: 'h0', probability: '1', evidence: '', merged_at: '2026-11-01' };
    const listed = { scope: 'person', contact_id: 'old0', reason: 'unsubscribe' };
    writeWorkbook(folder, {
      contacts: crowd(),
      merges: [{ ...merge, record: '' }],
      suppressions: [aSuppression({ email: 'long-gone@example.com', ...listed })],
    });
    await refreshed(folder);
    expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
  });

  it('names its person, who is followed to another address', async () => {
    const folder = temporaryFolder();
    const bounces = spelt.map(([, email = '']) => aBounce({ email, kind: 'complaint', code: '' }));
    writeWorkbook(folder, { contacts, bounces });
    await nightly(folder);
    const moved = contacts.map((row, i) => ({ ...row, email: `moved${i}@example.com`, status: 'subscribed' }));
    writeWorkbook(folder, { contacts: moved });
    await nightly(folder, { asOf: '2026-11-23' });
    expect(newsletter(folder)).toEqual([]);
  });

  it('refuses mail to each that may be meant, where a cell of the list holds more than one', async () => {
    const folder = temporaryFolder();
    const suppressions = ["'h0@example.com'", 'h1@example.com;h2@example.com', 'h3@example.com..'].map((email) =>
      aSuppression({ email, scope: 'address', reason: 'manual' }),
    );
    writeWorkbook(folder, { contacts: crowd(), suppressions });
    await refreshed(folder);
    expect(newsletter(folder)).toEqual(['h4', 'h5']);
  });

  it('marks every contact that has it, however each of them writes it', async () => {
    const folder = temporaryFolder();
    const twins = [
      'dora@example.com.',
      'dora@example.com',
      'eve@münchen.example.com',
      'eve@xn--mnchen-3ya.example.com',
    ];
    writeWorkbook(folder, {
      contacts: twins.map((email, i) => aContact({ contact_id: `t${i}`, email })),
      suppressions: [
        aSuppression({ email: 'dora@example.com', scope: 'person', contact_id: '', reason: 'unsubscribe' }),
      ],
      bounces: [
        aBounce({ email: 'Dora <dora@example.com>', kind: 'soft', code: '4.2.2' }),
        aBounce({ email: 'Eve <eve@münchen.example.com>', kind: 'complaint', code: '' }),
      ],
    });
    await nightly(folder);
    expect(readCsv(folder, 'contacts').map(({ status }) => status)).toEqual([
      'unsubscribed',
      'unsubscribed',
      'suppressed',
      'suppressed',
    ]);
    const list = readCsv(folder, 'suppressions').map(({ email }) => email);
    expect(list).toEqual(['dora@example.com', 'eve@münchen.example.com']);
    expect((await nightly(folder)).jobs.map(({ status }) => status)).toEqual(Array(2).fill('unchanged'));
  });

  it('is one suppression still, where both spellings stand on the list', async () => {
    const folder = temporaryFolder();
    const suppressions = ['h0@example.com', 'H <h0@example.com>', 'HO <h0@example.com>'].map((email) =>
      aSuppression({ email, scope: 'address', reason: 'hard_bounce' }),
    );
    writeWorkbook(folder, { contacts: crowd(), suppressions });
    const { jobs } = await nightly(folder);
    expect(jobs.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(newsletter(folder)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
    expect((await nightly(folder)).jobs.map(({ status }) => status)).toEqual(jobs.map(() => 'unchanged'));
  });
});
