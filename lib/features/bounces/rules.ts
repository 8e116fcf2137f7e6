/**
 * What a team may decide about bounces: how many of which kind suppress an address, when they are forgotten, and
 * when so many come at once that the fault is not the people's. Defaults and sources: jobs/rules/bounces.ts.
 */
import * as z from 'zod';
import { checkRules } from '../../core/rules.ts';

const count = z.int().min(1);
const days = z.int().min(1);

const schema = z.strictObject({
  /** The address is dead: no such user, no such domain. */
  dead: z.strictObject({ bounces: count }),
  /** A permanent fault that doesn't say whose it is. */
  unclear: z.strictObject({ bounces: count, withinDays: days, daysApart: z.int().min(0) }),
  /** Nobody answered, or the domain's DNS failed. */
  noAnswer: z.strictObject({ bounces: count, withinDays: days }),
  /** The mailbox is full. Someone who clicked or bought lately gets more patience. */
  mailboxFull: z.strictObject({ bounces: count, withinDays: days, bouncesIfEngaged: count, engagedWithinDays: days }),
  /** Mail could not find its way. */
  routing: z.strictObject({ bounces: count, withinDays: days }),
  /** Any other soft bounce. */
  otherSoft: z.strictObject({ bounces: count, withinDays: days }),
  /** Events that show that mail arrives: soft bounces before them don't count. */
  activityEvents: z.array(z.string().min(1).toLowerCase()).min(1),
  /** Events by which people sign up: after an unsubscribe, the review asks a person whether to release them. */
  signUps: z
    .array(z.string().min(1).toLowerCase())
    .default(['subscribe', 'subscribed', 'resubscribe', 'signup', 'sign_up', 'opt_in', 'double_opt_in']),
  /** So many bounces for one reason at one domain on one day that the receiver or the sender broke. */
  burst: z.strictObject({
    shareOfTheDay: z.number().gt(0).max(1),
    bounces: count,
    shareOfTheDomain: z.number().gt(0).max(1),
    contacts: count,
  }),
  /** Rates over the last days that a person must hear of. */
  rates: z.strictObject({
    withinDays: days,
    bounces: z.strictObject({ warn: z.number(), error: z.number(), stop: z.number() }),
    complaints: z.strictObject({ warn: z.number(), error: z.number(), stop: z.number() }),
  }),
  /** Domains whose mailboxes are the same with and without dots or a +tag. */
  sameMailbox: z.array(
    z.strictObject({ domain: z.string().regex(/^[a-z0-9.-]+$/), ignoresDots: z.boolean(), ignoresTags: z.boolean() }),
  ),
  /** The most contacts that one run may newly mark as suppressed. */
  mostSuppressed: z.strictObject({ share: z.number(), count, from: count }),
});

export type BounceRules = z.infer<typeof schema>;

export const bounceRules = (rules: z.input<typeof schema>): BounceRules =>
  checkRules('jobs/rules/bounces.ts', schema, rules);
