/** The parts of the matching that decide by themselves: headers, kinds, linkage, the certain band, rules. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certain } from '../../lib/match/evidence.ts';
import { headerHint, headerWords } from '../../lib/match/headers.ts';
import { averageLinkage } from '../../lib/match/linkage.ts';
import { matchCommand } from '../../lib/match/match-file.ts';
import { defaultMatchingRules, readMatchingRules } from '../../lib/match/rules.ts';

describe('headers', () => {
  it('reads a header the same however it is written', () => {
    for (const header of ['FirstName', 'first_name', 'First-Name', ' first name '])
      expect(headerWords(header)).toBe('first name');
    expect(headerWords('Straße')).toBe('strasse');
  });

  it('knows the words of several languages, and an earlier answer is no evidence', () => {
    expect(['Vorname', 'prénom', 'имя', 'nombre'].map(headerHint)).toEqual(['given', 'given', 'given', 'given']);
    expect(['Nachname', 'apellidos', 'фамилия'].map(headerHint)).toEqual(['surname', 'surname', 'surname']);
    expect(headerHint('cluster_id')).toBe('answer');
    expect(headerHint('created_at')).toBe('record');
    expect(headerHint('c1')).toBeUndefined();
  });
});

describe('average linkage', () => {
  it('breaks a chain instead of joining two people by one link', () => {
    const links = [
      { l: 1, r: 2, probability: 0.99 },
      { l: 2, r: 3, probability: 0.6 },
      { l: 3, r: 4, probability: 0.99 },
      { l: 1, r: 3, probability: 0.02 },
    ];
    expect(averageLinkage(links, 0.5)).toEqual(
      new Map([
        [1, 1],
        [2, 1],
        [3, 3],
        [4, 3],
      ]),
    );
  });

  it('never puts two records together that a veto keeps apart', () => {
    const links = [
      { l: 1, r: 2, probability: 1 },
      { l: 2, r: 3, probability: 0.9 },
      { l: 1, r: 3, probability: 1 },
    ];
    const clusters = averageLinkage(links, 0.5, (l, r) => l === 1 && r === 3);
    expect(clusters.get(1)).not.toBe(clusters.get(3));
  });

  it('gives the same clusters whatever the order of the links', () => {
    const links = [
      { l: 1, r: 2, probability: 0.8 },
      { l: 2, r: 3, probability: 0.8 },
      { l: 1, r: 3, probability: 0.1 },
    ];
    expect(averageLinkage([...links].reverse(), 0.5)).toEqual(averageLinkage(links, 0.5));
  });
});

describe('certain', () => {
  const pair = { probability: 0.995, strongIdentifiers: 2, conflict: false, clusterRows: 2 };
  it('needs the probability, two strong identifiers, no conflict and a small cluster, all of them', () => {
    expect(certain(pair, defaultMatchingRules)).toBe(true);
    expect(certain({ ...pair, probability: 0.98 }, defaultMatchingRules)).toBe(false);
    expect(certain({ ...pair, strongIdentifiers: 1 }, defaultMatchingRules)).toBe(false);
    expect(certain({ ...pair, conflict: true }, defaultMatchingRules)).toBe(false);
    expect(certain({ ...pair, clusterRows: 5 }, defaultMatchingRules)).toBe(false);
  });
});

describe('rules', () => {
  it('name every fault at once, with the place', () => {
    const wrong = { bands: { certain: 2 }, columns: { city: 'town' } };
    expect(() => readMatchingRules(wrong, 'matching.json')).toThrow(
      /^matching\.json: [\s\S]*columns\.city: [\s\S]*bands\.certain: /,
    );
  });
});

describe('the command', () => {
  it('writes every row as it was with its cluster, and the pairs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'match-test-'));
    const file = join(folder, 'people.csv');
    const noise = Array.from({ length: 40 }, (_, n) => `${n + 10},Name${n},Stone${n},n${n}@example.net,1`);
    const rows = [
      '1,Robert,Marlow,robert.marlow@example.com,a',
      '2,Bob,Marlow,robert.marlow@example.com,"b, c"',
      ...noise,
    ];
    await writeFile(file, `${['nr,first_name,last_name,email,cluster_id', ...rows].join('\n')}\n`);
    const pairs = join(folder, 'pairs.csv');
    const text = await matchCommand([file, '--id', 'nr', '--pairs', pairs]);
    expect(text).toContain('42 rows: 1 are duplicates, in 1 clusters.');
    expect(text).toContain('Left out: cluster_id holds the result of an earlier matching.');
    const written = (await readFile(join(folder, 'people.matches.csv'), 'utf8')).trim().split('\n');
    expect(written[0]).toBe('nr,first_name,last_name,email,cluster_id,cluster_id_2,match_probability');
    expect(written.length).toBe(43);
    expect(written[2]).toMatch(/^2,Bob,Marlow,robert\.marlow@example\.com,"b, c",c[0-9a-f]{16},[01]\.\d+$/);
    expect(await readFile(pairs, 'utf8')).toMatch(
      /^left_id,right_id,probability,evidence\n1,2,[01]\.[0-9]+,first name: another form; last name: same; email: same\n$/,
    );
  }, 60_000);

  it('says what a wrong call should have been', async () => {
    await expect(matchCommand([])).rejects.toThrow('match takes one file. Usage: match FILE.csv');
    await expect(matchCommand(['a.csv', '--threshold', 'high'])).rejects.toThrow('--threshold high is no probability');
  });
});
