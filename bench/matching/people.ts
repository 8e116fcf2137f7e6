/** Invented people: names, homes, firms and mailboxes from a seed, with relatives and twins; and slips of a typist. */

import { dice } from '../../lib/features/matching/dice.ts';

export type Dice = () => number;

export const pick = <T>(random: Dice, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
/** Common things first: names follow a power law. */
const pickCommon = <T>(random: Dice, from: readonly T[]): T => from[Math.floor(from.length * random() ** 2.5)] as T;

export const givenEnglish = (
  'james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica thomas sarah ' +
  'christopher karen charles lisa daniel nancy matthew betty anthony sandra mark ashley donald emily steven kimberly andrew margaret ' +
  'paul donna joshua michelle kenneth carol kevin amanda brian melissa george deborah timothy stephanie ronald rebecca jason laura ' +
  'edward helen jeffrey sharon ryan cynthia jacob kathleen gary amy nicholas angela eric shirley jonathan brenda stephen emma larry ' +
  'olivia justin anna scott nicole brandon samantha benjamin katherine samuel christine gregory frank rachel alexander carolyn ' +
  'raymond janet patrick maria jack heather dennis diane jerry virginia tyler julie aaron joyce jose victoria adam kelly nathan ' +
  'priya wei fatima kofi yuki ingrid sven aoife siobhan imogen keira harley tahlia jayden brodie'
).split(' ');
export const givenGerman = (
  'peter ursula wolfgang maria michael andrea werner monika klaus petra thomas sabine manfred renate helmut helga jürgen karin heinz ' +
  'brigitte gerhard ingrid andreas erika hans christa josef gisela günter claudia dieter susanne horst gabriele walter christine frank ' +
  'birgit bernd barbara karl angelika franz heike martin elke uwe martina stefan anke jörg silke björn anna lukas leonie jonas mia'
).split(' ');
export const givenSpanish = (
  'maría carmen josé antonio ana manuel isabel francisco laura juan lucía david marta javier paula daniel elena carlos sara jesús ' +
  'raquel alejandro cristina miguel pilar rafael rosa pedro teresa ángel silvia pablo irene sergio julia fernando inés jorge nuria'
).split(' ');
const syllables =
  'ba ber bo cal car da den der dor el fen far gar gran hal har hol is jan kel kir lan lin lor mar mer mil mor nel nor pen per ra ren ros sal san sel ta ter tor val ver vin wal wen wil wor zan'.split(
    ' ',
  );
const endings = 'son ton ley field man er s ford ham well by berg mann stein ez ini ski ova sen ard'.split(' ');
const domains = 'example.com example.org example.net mail.example.com post.example.org web.example.net'.split(' ');
const trades = 'bakery steel software logistics media foods consulting garden print energy optics travel'.split(' ');
export const roads = 'street road avenue lane drive close crescent court'.split(' ');

function inventWords(random: Dice, count: number): string[] {
  const words = new Set<string>();
  while (words.size < count) {
    const middle = random() < 0.5 ? pick(random, syllables) : '';
    words.add(pick(random, syllables) + middle + pick(random, endings));
  }
  return [...words];
}

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** One slip of a typist: a letter lost, doubled, changed, or two turned round. */
export function slip(random: Dice, text: string): string {
  if (text.length < 2) return text;
  const at = Math.floor(random() * (text.length - 1));
  const other = /[0-9]/.test(text[at] ?? '') ? String(Math.floor(random() * 10)) : letters[Math.floor(random() * 26)];
  const kinds = [
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + text[at] + text.slice(at),
    text.slice(0, at) + other + text.slice(at + 1),
    text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2),
  ];
  return pick(random, kinds);
}

export interface Person {
  given: string;
  surname: string;
  birth: [year: number, month: number, day: number];
  street: string;
  number: number;
  city: string;
  postcode: string;
  phone: string;
  email: string;
  company: string;
  site: string;
}

export interface World {
  random: Dice;
  given: readonly string[];
  surnames: string[];
  streets: string[];
  cities: { name: string; postcode: string }[];
  companies: { name: string; site: string }[];
}

export function world(seed: number, given: readonly string[], size: number): World {
  const random = dice(seed);
  const surnames = inventWords(random, Math.max(150, Math.min(8000, Math.floor(size / 3))));
  const cities = inventWords(random, Math.max(25, Math.min(3000, Math.floor(size / 25)))).map((name) => ({
    name,
    postcode: String(10_000 + Math.floor(random() * 89_000)),
  }));
  const streets = inventWords(random, Math.max(100, Math.min(6000, Math.floor(size / 4))));
  const companies = inventWords(random, Math.max(20, Math.min(5000, Math.floor(size / 8)))).map((name) => ({
    name: `${name} ${pick(random, trades)} ${pick(random, ['ltd', 'gmbh', 'inc', 'llc'])}`,
    site: `www.${name}.example.com`,
  }));
  return { random, given, surnames, streets, cities, companies };
}

const digits = (random: Dice, count: number): string =>
  Array.from({ length: count }, () => Math.floor(random() * 10)).join('');

export function person(w: World): Person {
  const { random } = w;
  const city = pickCommon(random, w.cities);
  const company = pickCommon(random, w.companies);
  const [given, surname] = [pick(random, w.given), pickCommon(random, w.surnames)];
  const mailbox = pick(random, [
    `${given}.${surname}`,
    `${given[0]}${surname}`,
    `${given}${digits(random, 2)}`,
    `${surname}.${given[0]}`,
  ]);
  return {
    given,
    surname,
    birth: [1935 + Math.floor(random() * 70), 1 + Math.floor(random() * 12), 1 + Math.floor(random() * 28)],
    street: pick(random, w.streets),
    number: 1 + Math.floor(random() * 150),
    city: city.name,
    postcode: city.postcode,
    phone: `0${2 + Math.floor(random() * 7)}${digits(random, 8)}`,
    email: `${mailbox.normalize('NFD').replace(/[^a-z0-9.]/g, '')}${random() < 0.5 ? digits(random, 2) : ''}@${pick(random, domains)}`,
    company: company.name,
    site: company.site,
  };
}

/** People with relatives at the same address, twins among them. */
export function people(w: World, count: number, families: number): Person[] {
  const all: Person[] = [];
  while (all.length < count) {
    const head = person(w);
    all.push(head);
    if (w.random() >= families) continue;
    for (let members = 1 + Math.floor(w.random() * 3); members > 0; members--) {
      const twin = w.random() < 0.1 ? all[all.length - 1] : undefined;
      const other = person(w);
      if (all.slice(-members - 4).some((p) => p.surname === head.surname && p.given === other.given)) continue;
      all.push({
        ...other,
        surname: head.surname,
        street: head.street,
        number: head.number,
        city: head.city,
        postcode: head.postcode,
        birth: twin?.birth ?? other.birth,
        phone: w.random() < 0.6 ? head.phone : other.phone,
      });
    }
  }
  return all.slice(0, count);
}
