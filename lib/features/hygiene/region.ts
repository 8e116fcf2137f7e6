/**
 * States and provinces of the United States, Canada and Australia to their postal code. The country must be known:
 * "Georgia" alone is no state. Regions of other countries only get their spacing corrected.
 */

import { matches, textIsClean } from '../../core/recognise.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { cleanText } from '../../core/text/spacing.ts';

/** `CODE name, other name; …`, names folded as below. */
const REGIONS: Readonly<Record<string, string>> = {
  US: `AL alabama, ala; AK alaska; AZ arizona, ariz; AR arkansas, ark; CA california, calif; CO colorado, colo;
    CT connecticut, conn; DE delaware, del; DC district of columbia, washington dc; FL florida, fla; GA georgia;
    HI hawaii; ID idaho; IL illinois, ill; IN indiana, ind; IA iowa; KS kansas, kans; KY kentucky; LA louisiana;
    ME maine; MD maryland; MA massachusetts, mass; MI michigan, mich; MN minnesota, minn; MS mississippi, miss;
    MO missouri; MT montana, mont; NE nebraska, nebr; NV nevada, nev; NH new hampshire; NJ new jersey; NM new mexico;
    NY new york, new york state; NC north carolina; ND north dakota; OH ohio; OK oklahoma, okla; OR oregon, ore;
    PA pennsylvania, penn; RI rhode island; SC south carolina; SD south dakota; TN tennessee, tenn; TX texas, tex;
    UT utah; VT vermont; VA virginia; WA washington, wash, washington state; WV west virginia; WI wisconsin, wis;
    WY wyoming, wyo; PR puerto rico; GU guam; VI us virgin islands, virgin islands; AS american samoa;
    MP northern mariana islands; AA armed forces americas; AE armed forces europe; AP armed forces pacific`,
  CA: `AB alberta, alta; BC british columbia, colombie britannique; MB manitoba; NB new brunswick, nouveau brunswick;
    NL newfoundland and labrador, newfoundland, labrador, terre neuve et labrador; NS nova scotia, nouvelle ecosse;
    NT northwest territories, territoires du nord ouest; NU nunavut; ON ontario, ont;
    PE prince edward island, ile du prince edouard; QC quebec, que; SK saskatchewan, sask; YT yukon, yukon territory`,
  AU: `NSW new south wales; QLD queensland; SA south australia; TAS tasmania; VIC victoria; WA western australia;
    ACT australian capital territory; NT northern territory`,
};

const fold = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\./g, '')
    .replace(/&/g, ' and ')
    .replace(/[^a-z]+/g, ' ')
    .trim();

function readRegions(country: string, list: string): Map<string, string> {
  const codes = new Map<string, string>();
  for (const entry of list.split(';')) {
    const [code = '', ...words] = entry.trim().split(/\s+/);
    const names = words.join(' ').split(', ');
    for (const name of [code, `${country} ${code}`, ...names]) codes.set(fold(name), code);
  }
  return codes;
}

const CODES = new Map(Object.entries(REGIONS).map(([country, list]) => [country, readRegions(country, list)]));

/**
 * The region's postal code in a country (alpha-2, `null` where unknown) that has such codes; else the value, tidied.
 */
export function cleanRegion(value: string, country: string | null): string {
  const text = cleanText(value);
  return CODES.get(country ?? '')?.get(fold(text)) ?? text;
}

/** True where cleanRegion leaves the value as it is; both are texts of column expressions. */
export const regionIsClean = (x: Sql, country: Sql): Sql =>
  sql`(${matches(x, '^[A-Z][A-Z]$')} or (coalesce(${country}, '') not in ('US', 'CA', 'AU') and ${textIsClean(x)}))`;
