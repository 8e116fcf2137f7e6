/** What marketers tune about lifetime value. What it doesn't know is refused: no typo passes as a default. */
import * as z from 'zod';

const share = z.number().min(0, 'a share is between 0 and 1').max(1, 'a share is between 0 and 1');
const currency = z.string().regex(/^[A-Z]{3}$/, 'a currency is three capital letters, such as EUR');

const currencies = z
  .strictObject({
    /** All values are in this currency; an order without a currency counts as in it. */
    base: currency,
    /** What one unit of a currency is worth in the base currency. */
    rates: z.record(currency, z.number().positive('a rate is above 0')).default({}),
  })
  .transform(({ base, rates }) => ({ base, rates: { ...rates, [base]: 1 } as Readonly<Record<string, number>> }));

const bands = z.strictObject({
  /** Best first: each takes the next share of buyers, by lifetime value. Whoever is left over is in `rest`. */
  ranked: z
    .array(z.strictObject({ name: z.string().min(1), share }))
    .min(1)
    .refine(
      (list) => list.reduce((sum, band) => sum + band.share, 0) <= 1,
      'the shares of the bands come to more than 1',
    ),
  rest: z.string().min(1),
  /** Was valuable (among the first `ofBest` by what they spent), and is now probably gone. */
  lapsing: z.strictObject({ name: z.string().min(1), ofBest: share, aliveBelow: share }),
});

export const valueRules = z.strictObject({
  /** How far ahead orders and their margin are counted. */
  horizonWeeks: z.number().int().min(1).max(260).default(52),
  /** A year's discount: 0.1 makes next year's 110 worth 100 today. */
  discountRate: z.number().min(0).max(1).default(0.1),
  /** The part of an order's value that stays as margin. */
  margin: share.default(0.4),
  currencies: currencies.prefault({ base: 'EUR' }),
  bands: bands.prefault({
    ranked: [
      { name: 'vip', share: 0.05 },
      { name: 'high', share: 0.15 },
      { name: 'medium', share: 0.3 },
    ],
    rest: 'low',
    lapsing: { name: 'lapsing', ofBest: 0.2, aliveBelow: 0.35 },
  }),
  /** With less history than this a model would be fitted to noise: a simpler estimate stands in, and says so. */
  fitFrom: z
    .strictObject({
      customers: z.number().int().min(2).default(100),
      repeatBuyers: z.number().int().min(2).default(30),
      weeks: z.number().min(1).default(13),
    })
    .prefault({}),
  /** A month-on-month change of a model's mean rates beyond this share is worth a warning. */
  jump: z.number().positive().default(0.3),
});

export type ValueRules = z.output<typeof valueRules>;
