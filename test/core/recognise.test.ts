import { describe, expect, it } from 'vitest';
import { matches, textIsClean } from '../../lib/core/recognise.ts';
import { sql } from '../../lib/core/sql.ts';
import { cleanLines, cleanText } from '../../lib/core/text/spacing.ts';
import { hostile, recogniserFaults } from '../features/hygiene/recognised.ts';

const values = hostile(
  'Ann',
  'Müller',
  'Zoë',
  '山田',
  'می\u200cخواهم',
  'क्\u200dष',
  '👩\u200d💻',
  '❤\ufe0f\u200d🔥',
  '\u200d',
);

describe('textIsClean', () => {
  const typical = [
    'Ann',
    'Ann Lee',
    "O'Brien & Sons, Inc. (UK)",
    'Zoë Müller',
    '山田 太郎',
    'Иванов',
    'שלום',
    'دانش',
    '김 철수',
  ];

  it('never calls a value clean that cleanText would change, and knows ordinary ones', async () => {
    const { wrong, missed, known } = await recogniserFaults(textIsClean(sql`x`), cleanText, values, typical);
    expect({ wrong, missed }).toEqual({ wrong: [], missed: [] });
    expect(known).toBeGreaterThan(200);
  });

  it('leaves lines to cleanLines as well', async () => {
    expect((await recogniserFaults(textIsClean(sql`x`), cleanLines, values, [])).wrong).toEqual([]);
  });

  it('holds no backslash, which BigQuery would read as an escape', () => {
    expect(textIsClean(sql`x`).text).not.toContain('\\');
    expect(() => matches(sql`x`, '\\d')).toThrow();
  });
});
