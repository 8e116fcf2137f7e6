import { describe, expect, it } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { cleanName, nameIsClean } from '../../../lib/features/hygiene/name.ts';
import { expectLawful, hostile, recogniserFaults } from './recognised.ts';

const RIGHT = [
  "O'Brien", 'McDonald', 'MacDonald', 'Macy', 'Mack', 'Machado', 'van der Berg', 'von Trapp', 'de la Cruz', 'de los Santos',
  'Van',
  'Jean-Luc', "d'Angelo", "D'Souza", "N'Diaye", "Dell'Orto", "Sa'ad", "van 't Hoff", 'Ortega y Gasset', 'St. Clair',
  'J. R. Smith', 'J.R.R. Tolkien', 'John Smith III', 'John Smith Jr.', 'Smith, Jr.', 'Dr. Ng', 'Li', 'Wu', 'La Rocca', 'Di Marco',
  'IJsbrand', 'Ijaz', 'Élodie', 'Óscar', 'Müller', 'Łukasz', 'Иванов', 'Παπαδόπουλος', 'Çığdem', 'María del Carmen', 'Anne (Annie)',
]; // biome-ignore format: a list of words

const values = hostile(
  ...RIGHT,
  'AJ',
  'jp',
  'III',
  'van',
  'de',
  'la',
  'mc',
  'IŞIK',
  'ışık',
  'İBRAHİM',
  'ß',
  'გიორგი',
  '山田',
  'R2',
);

describe('cleanName', () => {
  it.each(RIGHT)('writes %s, typed all in capitals or all in small letters', (name) => {
    expect(cleanName(name.toLocaleUpperCase(name.includes('ğ') ? 'tr' : 'en'))).toBe(name);
    expect(cleanName(name.toLocaleLowerCase(name.includes('ğ') ? 'tr' : 'en'))).toBe(name);
  });

  it("never touches a name in mixed case: it is its owner's", () => {
    for (const name of ['McDONALD', 'deShawn', 'Van Der Berg', 'bell Hooks', 'iPhone', 'LeBron'])
      expect(cleanName(name)).toBe(name);
  });

  it('leaves what may be initials, and still corrects the rest', () => {
    expect(cleanName('AJ SMITH')).toBe('AJ Smith');
    expect(cleanName('JP')).toBe('JP');
    expect(cleanName('aj smith')).toBe('aj smith');
    expect(cleanName('ŉ\ufe0f')).toBe('ŉ\ufe0f');
  });

  it.each([
    ['YILDIZ', 'TR', 'Yıldız'],
    ['ilker', 'TR', 'İlker'],
    ['AYDIN', 'TR', 'Aydın'],
    ['AYDIN', 'US', 'Aydin'],
    ["D'ANGELO", 'IT', "D'Angelo"],
    ["D'AMICO", 'US', "D'Amico"],
    ["D'ESTAING", 'FR', "d'Estaing"],
    ['DE LUCA', 'IT', 'De Luca'],
    ['VAN DER BERG', 'NL', 'van der Berg'],
    ['VON STEIN', 'DE', 'von Stein'],
    ['DEL RIO', 'ES', 'del Rio'],
    ['DA SILVA', 'BR', 'da Silva'],
  ])('writes the family name %s of %s as %s', (typed, country, written) => {
    expect(cleanName(typed, 'family', country)).toBe(written);
  });

  it.each([
    ['VAN DAMME', 'BE'],
    ['VAN HALEN', 'US'],
    ['DE NIRO', 'US'],
    ['DE LUCA', null],
    ["D'ANGELO", null],
  ])('leaves the family name %s of %s alone, whose small words only its owner knows', (typed, country) => {
    expect(cleanName(typed, 'family', country)).toBe(typed);
  });

  it('leaves names with digits, signs or letters of another script alone', () => {
    for (const name of ['R2D2', 'ANN@EXAMPLE', 'ANN/BOB', 'გიორგი', '山田 太郎', 'עמית'])
      expect(cleanName(name)).toBe(name);
  });

  it('does not break Turkish and German letters', () => {
    expect(cleanName('İBRAHİM')).toBe('İbrahim');
    expect(cleanName('ışıl')).toBe('Işıl');
    expect(cleanName('IŞIL')).toBe('IŞIL');
    expect(cleanName('AYŞE')).toBe('Ayşe');
    expect(cleanName('GROßMANN')).toBe('Großmann');
    expect(cleanName('ISMAIL')).toBe('Ismail');
  });

  it('begins a given name with a capital, where a family name would begin small', () => {
    expect(cleanName('VAN ANH', 'given')).toBe('Van Anh');
    expect(cleanName('de andre', 'given')).toBe('De Andre');
    expect(cleanName('MARIA DEL CARMEN', 'given')).toBe('Maria del Carmen');
  });

  it('corrects the spacing of any name', () => expect(cleanName(' Ann\u00a0 Lee ')).toBe('Ann Lee'));

  it('is lawful on hostile values', () => {
    expectLawful(cleanName, values);
    expectLawful((value) => cleanName(value, 'given'), values);
  });
});

describe('nameIsClean', () => {
  it('never calls a name clean that cleanName would change, and knows ordinary ones', async () => {
    const typical = [
      'Ann',
      "O'Brien",
      'van der Berg',
      'Jean-Luc',
      'Élodie',
      'Müller',
      'AJ Smith',
      '山田 太郎',
      '김철수',
      'دانش',
    ];
    const { wrong, missed, known } = await recogniserFaults(nameIsClean(sql`x`), cleanName, values, typical);
    expect({ wrong, missed }).toEqual({ wrong: [], missed: [] });
    expect(known).toBeGreaterThan(100);
    expect((await recogniserFaults(nameIsClean(sql`x`), (name) => cleanName(name, 'given'), values, [])).wrong).toEqual(
      [],
    );
    expect(nameIsClean(sql`x`).text).not.toContain('\\');
  });
});
