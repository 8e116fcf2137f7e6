/**
 * Invented companies, as many as asked for: a name made of words, a domain of its own under the top-level domain
 * `.example` (RFC 2606: nobody's, ever), a country, and what a company register would say of them.
 */
import { type Country, countries } from './people.ts';
import { Random, scatter } from './random.ts';

const purpose = 11;

const first =
  'Alder Amber Anvil Aspen Beacon Birch Bluebell Bramble Bright Cedar Cinder Clover Cobalt Copper Coral Crane Drift Dune Elm Ember Falcon Fern Flint Forge Gable Glen Granite Harbor Haven Heron Hollow Ivory Juniper Keel Kestrel Lantern Larch Linden Lumen Maple Marsh Meadow Mill Moss North Oak Orchard Osprey Otter Pebble Pine Quill Raven Ridge Rowan Sable Slate Spruce Tallow Thistle Timber Vale Walnut Willow Wren'.split(
    ' ',
  );
const second =
  'Bay Bank Bridge Brook Cliff Cross Dale Field Ford Gate Grove Hill House Lake Land Lane Light Line Mark Moor Path Point Port Press Reach River Road Shore Side Spring Square Stone Street Stream Tower Town Trail View Water Way Well Wharf Wick Wood Works Yard'.split(
    ' ',
  );
const trades = [
  { word: 'Logistics', industry: 'Logistics' },
  { word: 'Software', industry: 'Software' },
  { word: 'Analytics', industry: 'Software' },
  { word: 'Foods', industry: 'Food production' },
  { word: 'Textiles', industry: 'Manufacturing' },
  { word: 'Instruments', industry: 'Manufacturing' },
  { word: 'Media', industry: 'Media' },
  { word: 'Energy', industry: 'Utilities' },
  { word: 'Clinics', industry: 'Health care' },
  { word: 'Outfitters', industry: 'Retail' },
  { word: 'Learning', industry: 'Education' },
  { word: 'Insurance', industry: 'Insurance' },
] as const;

const legal: Readonly<Record<string, string>> = {
  DE: 'GmbH',
  FR: 'SARL',
  NL: 'B.V.',
  SE: 'AB',
  GB: 'Ltd',
  AU: 'Pty Ltd',
};

export interface Company {
  readonly name: string;
  readonly domain: string;
  readonly country: Country;
  readonly industry: string;
  readonly employees: number;
  /** In USD. */
  readonly revenue: number;
}

/** How many companies there can be before names repeat. */
export const mostCompanies = first.length * second.length * trades.length;

/** Company number `index`; the same for the same seed, whatever else there is. */
export function companyAt(seed: number, index: number): Company {
  const random = new Random(seed, purpose, index);
  const place = (index * 7919 + (scatter(seed) % mostCompanies)) % mostCompanies;
  const one = first[place % first.length] as string;
  const two = second[Math.floor(place / first.length) % second.length] as string;
  const trade = trades[Math.floor(place / (first.length * second.length))] as (typeof trades)[number];
  const country = random.pick(countries);
  const suffix = legal[country.code] ?? random.pick(['Inc.', 'LLC', '']);
  const label = `${one}${two}-${trade.word}`.toLowerCase();
  const employees = Math.round(6 * random.factor(1.3) ** 2) + 2;
  return {
    name: `${one}${two.toLowerCase()} ${trade.word} ${suffix}`.trim(),
    domain: `${label}.example`,
    country,
    industry: trade.industry,
    employees,
    revenue: Math.round((employees * 95 * random.factor(0.5)) / 5) * 5000,
  };
}

/** Domains that play the free mail providers' part: many people, nobody's company. */
export const freeMail = [
  'mail.example.com',
  'post.example.com',
  'inbox.example.com',
  'webmail.example.com',
  'mail.example.net',
  'home.example.net',
  'letters.example.net',
  'mailbox.example.org',
  'post.example.org',
  'example.com',
] as const;

/** Job titles, the wanted functions first and the ones that buy nothing last. */
export const jobTitles = [
  'Head of Marketing',
  'Marketing Director',
  'VP Marketing',
  'Chief Marketing Officer',
  'Marketing Operations Manager',
  'CRM Manager',
  'Demand Generation Manager',
  'Sales Director',
  'Sales Manager',
  'Head of Sales',
  'Managing Director',
  'Founder',
  'IT Manager',
  'Software Engineer',
  'Data Analyst',
  'Office Manager',
  'Accountant',
  'HR Manager',
  'Purchasing Assistant',
  'Intern',
  'Student',
] as const;
