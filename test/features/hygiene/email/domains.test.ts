import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { isDisposable } from '../../../../lib/features/hygiene/email/disposable.ts';
import { isFreeMail, isRelay } from '../../../../lib/features/hygiene/email/domains.ts';
import { suffixOf } from '../../../../lib/features/hygiene/email/suffix.ts';
import { hasData, readData, unlessData } from './shared-data.ts';

const load = createRequire(import.meta.url);

describe('isDisposable', () => {
  it.each(['index', 'wildcard'])('can search the text of %s.json as it is: sorted, a name a line', (file) => {
    const path = load.resolve(`disposable-email-domains/${file}.json`);
    const list: string[] = load(path);
    expect(list.length).toBeGreaterThan(300);
    expect(list.findIndex((domain, i) => i > 0 && (list[i - 1] ?? '') >= domain)).toBe(-1);
    expect(readFileSync(path, 'utf8').trim()).toBe(JSON.stringify(list, null, 2));
    for (const domain of [list.at(0), list.at(1), list.at(150), list.at(-2), list.at(-1)])
      expect(isDisposable(domain ?? ''), domain).toBe(true);
    expect(['0', '0-180.co', '0-180.comm', 'zzzz1717.con', 'zzzzzz.example'].filter(isDisposable)).toEqual([]);
  });

  it('finds the domain that a subdomain stands under, but never a registry ending that the list names', () => {
    expect(isDisposable('a.b.mailinator.com')).toBe(true);
    for (const domain of [
      'example.com',
      'uni.edu.pl',
      'toko.my.id',
      'gmail.com',
      'fastmail.com',
      'privaterelay.appleid.com',
      'anonaddy.com',
    ])
      expect([domain, isDisposable(domain)]).toEqual([domain, false]);
  });

  it.skipIf(!hasData)(`knows a good part of another list${unlessData}`, () => {
    const others = readData('disposable_domains.txt').trim().split('\n');
    const known = others.filter(isDisposable).length;
    expect(known / others.length).toBeGreaterThan(0.3);
    expect(others.filter(isFreeMail)).toEqual([]);
  });
});

describe('isFreeMail and isRelay', () => {
  it('tell free mail and relays from all others', () => {
    const domains = [
      'gmail.com',
      'yahoo.co.uk',
      'web.de',
      'duck.com',
      'x.anonaddy.com',
      'yopmail.com',
      'example.com',
      'appleid.com',
    ];
    expect(domains.filter(isFreeMail)).toEqual(['gmail.com', 'yahoo.co.uk', 'web.de']);
    expect(domains.filter(isRelay)).toEqual(['duck.com', 'x.anonaddy.com']);
  });
});

describe('suffixOf', () => {
  it('knows the reserved names that invented people live at', () => {
    expect(['example.com', 'a.example', 'a.test', 'müller.de', 'пример.рф', 'a.xn--p1ai'].map(suffixOf)).toEqual(
      Array(6).fill('known'),
    );
    expect(['a.invalid', 'a.local', 'a.con'].map(suffixOf)).toEqual(Array(3).fill('unknown'));
    expect(['co.uk', 'com'].map(suffixOf)).toEqual(['registry', 'registry']);
  });
});
