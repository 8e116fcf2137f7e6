/** Nobody in a household or a firm is merged with somebody else, whatever they share. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventHouseholds } from '../../../bench/matching/households.ts';
import { loadInvented, measure } from '../../../bench/matching/run.ts';
import { matchTable } from '../../../lib/features/matching/match-table.ts';
import { readRows } from '../../../lib/features/matching/read-rows.ts';
import { casesOf } from '../../support/thorough.ts';

let instance: DuckDBInstance;
let db: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  db = await instance.connect();
});

afterAll(() => {
  db.closeSync();
  instance.closeSync();
});

/** Seeds for each language. */
const seeds = casesOf(2);

describe('invented households', () => {
  for (const language of ['English', 'German'] as const) {
    it(`${language}: relatives, twins, juniors and colleagues are never merged without asking, and most ` +
      'questions are about one person', async () => {
      let [certain, asked, right] = [0, 0, 0];
      for (let seed = 1; seed <= seeds; seed++) {
        await loadInvented(db, inventHouseholds(language, 120, seed));
        const found = await measure(db, 'truth', ['truth']);
        expect(found.wrong, `seed ${seed}`).toBe(0);
        asked += found.asked;
        right += found.askedRight;
        certain += found.certain;
      }
      expect(certain).toBeGreaterThan(seeds);
      expect(right / asked, 'questions about one person').toBeGreaterThanOrEqual(0.6);
    }, 600_000);
  }
});

interface Case {
  name: string;
  left: Record<string, string>;
  right: Record<string, string>;
  certain: boolean;
}

const home = { phone: '+496912345670', address: 'Amselweg 5', city: 'Sandfurt', postal_code: '60311' };
const cases: Case[] = [
  {
    name: 'a senior and a junior at one mailbox',
    left: { ...home, email: 'robert.stone@post.example', first_name: 'Robert', last_name: 'Stone' },
    right: { ...home, email: 'robert.stone@post.example', first_name: 'Robert', last_name: 'Stone Jr.' },
    certain: false,
  },
  {
    name: 'one initial at one mailbox',
    left: { ...home, email: 'm.stone@post.example', first_name: 'M.', last_name: 'Stone' },
    right: { ...home, email: 'm.stone@post.example', first_name: 'M.', last_name: 'Stone' },
    certain: false,
  },
  {
    name: 'one name at a family’s mailbox',
    left: { ...home, email: 'familie.stone@post.example', first_name: 'Josef', last_name: 'Stone' },
    right: {
      ...home,
      email: 'familie.stone@post.example',
      first_name: 'Josef',
      last_name: 'Stone',
      phone: '+491511234567',
    },
    certain: false,
  },
  {
    name: 'one name at a role mailbox with a word more',
    left: { ...home, email: 'info.nord@firm.example', first_name: 'Josef', last_name: 'Stone' },
    right: { email: 'info.nord@firm.example', first_name: 'Josef', last_name: 'Stone', phone: '+491511234567' },
    certain: false,
  },
  {
    name: 'one name and birth date with another middle suffix',
    left: { ...home, first_name: 'Josef', last_name: 'Stone sen.', birth_date: '1950-01-02' },
    right: { ...home, first_name: 'Josef', last_name: 'Stone jun.', birth_date: '1950-01-02' },
    certain: false,
  },
  {
    name: 'a copy with a mailbox of the person’s own',
    left: { ...home, email: 'josef.stone@post.example', first_name: 'Josef', last_name: 'Stone' },
    right: { ...home, email: 'josef.stone@post.example', first_name: 'Josef', last_name: 'Stone' },
    certain: true,
  },
  {
    name: 'one mailbox of the person’s own under one name, moved',
    left: { ...home, email: 'josef.stone@post.example', first_name: 'Josef', last_name: 'Stone' },
    right: {
      email: 'josef.stone@post.example',
      first_name: 'Josef',
      last_name: 'Stone',
      city: 'Altberg',
      postal_code: '30111',
    },
    certain: true,
  },
  {
    name: 'a mailbox passed on to a namesake with another phone elsewhere',
    left: { ...home, email: 'josef.stone@post.example', first_name: 'Josef', last_name: 'Stone' },
    right: {
      email: 'josef.stone@post.example',
      first_name: 'Josef',
      last_name: 'Stone',
      phone: '+491511234567',
      address: 'Ostring 9',
      city: 'Altberg',
      postal_code: '30111',
    },
    certain: false,
  },
  {
    name: 'one name, birth date and address',
    left: { ...home, first_name: 'Josef', last_name: 'Stone', birth_date: '1950-01-02' },
    right: { ...home, first_name: 'Josef', last_name: 'Stone', birth_date: '1950-01-02', email: 'js@post.example' },
    certain: true,
  },
];

describe('the certain band', () => {
  const columns = ['email', 'first_name', 'last_name', 'phone', 'birth_date', 'address', 'city', 'postal_code'];
  const others = inventHouseholds('German', 60, 99).rows.map((row) => [...row.slice(0, 5), ...row.slice(6)]);
  for (const { name, left, right, certain } of cases) {
    it(`${name}: ${certain ? 'merged' : 'never merged without asking'}`, async () => {
      const rows = [...[left, right].map((record) => columns.map((column) => record[column] ?? '')), ...others];
      await loadInvented(db, { name, header: columns, rows, truth: rows.map((_, index) => index) });
      await matchTable(db, { table: 'input', id: 'match_row', leaveOut: ['truth'] });
      const found = await readRows<{ certain: boolean }>(
        db,
        "select certain from match_pairs where left_id = '1' and right_id = '2'",
      );
      expect(found[0]?.certain ?? false).toBe(certain);
    }, 60_000);
  }
});
