/** No person in a household or a firm is merged with another person, no matter what they share. */
import { describe, expect, it } from 'vitest';
import { inventHouseholds, languages } from '../../../bench/matching/households.ts';
import { loadInvented, measure } from '../../../bench/matching/run.ts';
import { Random } from '../../../data/generator/random.ts';
import { matchTable } from '../../../lib/features/matching/match-table.ts';
import { readRows } from '../../../lib/features/matching/read-rows.ts';
import { openDatabase } from '../../support/database.ts';
import { casesOf } from '../../support/thorough.ts';

const db = await openDatabase();

/** Seeds for each language. */
const seeds = casesOf(1);

describe('invented households', () => {
  let [asked, right] = [0, 0];
  for (const language of languages) {
    it(
      `${language}: relatives, twins, juniors and colleagues are never merged without asking`,
      async () => {
        let certain = 0;
        for (let seed = 1; seed <= seeds; seed++) {
          await loadInvented(db, inventHouseholds(language, 120, seed));
          const found = await measure(db, 'truth', ['truth']);
          expect(found.wrong, `seed ${seed}`).toBe(0);
          asked += found.asked;
          right += found.askedRight;
          certain += found.certain;
        }
        expect(certain).toBeGreaterThan(0);
      },
      60_000 * seeds,
    );
  }

  it('namesakes in a long list without duplicates are not taken for one person', async () => {
    const random = new Random(3, 7, 0);
    const pick = (from: readonly string[]): string => from[Math.floor(random.fraction() * from.length)] ?? '';
    const lands = [
      { given: 'Amy Beth Carl Dean Ella Fred Gina Hugh', ends: 'ton ley worth', towns: ['Leeds', 'York', 'Hull'] },
      {
        given: 'Anke Bernd Curt Doris Egon Frauke Gerd Heike',
        ends: 'mann bach feld',
        towns: ['Mainz', 'Fulda', 'Trier'],
      },
    ];
    const rows = Array.from({ length: 1600 }, (_, nth) => {
      const { given, ends, towns } = lands[nth % 2] ?? { given: '', ends: '', towns: [] };
      const first = pick(given.split(' '));
      const last = `${pick('Ash Bark Cold Dorn Elm Fox Grey Horn Ing Kirch'.split(' '))}${pick(ends.split(' '))}`;
      const email = `${first}.${last}${nth}@${pick(['post', 'mail', 'web'])}.example`.toLowerCase();
      return [email, first, last, random.fraction() < 0.5 ? '' : `0${2000000 + nth * 4157}`, pick(towns)];
    });
    const header = ['email', 'first_name', 'last_name', 'phone', 'city'];
    await loadInvented(db, { name: 'namesakes', header, rows, truth: [...rows.keys()] });
    const found = await measure(db, 'truth', ['truth']);
    expect(found.certain).toBe(0);
    expect(found.asked).toBeLessThan(10);
  }, 120_000);

  it('people whose first names each stand in a mailbox of their own are two, and not asked about', async () => {
    const { header, rows, truth } = inventHouseholds('English', 150, 2);
    const twins = 'Joan John Quillon,Mary Marie Barrow,Anna Anne Dunmore,Daniel Danielle Esterly,Tim Tom Garnett';
    const pairs = twins.split(',').flatMap((names, nth) => {
      const [one = '', other = '', last = ''] = names.split(' ');
      const home = [
        `+49695${nth}7${nth}010${nth}`,
        /Anna|Mary/.test(one) ? '' : `19${nth + 61}-0${nth + 2}-1${nth}`,
        '',
        `Long Row ${7 * nth + 3}`,
        last,
        '',
      ];
      return [one, other].map((first) => [`${first}.${last}@post.example`.toLowerCase(), first, last, ...home]);
    });
    const all = [...rows, ...pairs];
    await loadInvented(db, {
      name: 'twins',
      header,
      rows: all,
      truth: all.map((_, row) => truth[row] ?? 10_000 + row),
    });
    await matchTable(db, { table: 'input', id: 'match_row', leaveOut: ['truth'] });
    const found = await readRows<{ pair: string }>(
      db,
      `select left_id || ' ' || right_id as pair from match_pairs where left_id::integer > ${rows.length}`,
    );
    expect(found).toEqual([]);
  }, 120_000);

  it('most questions in all of them are about one person', () => {
    expect(right / asked).toBeGreaterThanOrEqual(0.6);
  });
});
