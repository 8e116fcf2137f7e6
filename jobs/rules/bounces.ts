/**
 * When a bounce suppresses an address. Change a number here, in a pull request; never in the job.
 */
import { bounceRules, eventNames } from 'nightshift';
import { scoring } from './scoring.ts';

export const bounces = bounceRules({
  // 550 5.1.x, bad domain: the address is dead. (Amazon SES, Postmark, Mailgun, listmonk)
  dead: { bounces: 1 },
  // Other permanent faults: two within a year, a day apart. (Mozilla accounts)
  unclear: { bounces: 2, withinDays: 365, daysApart: 1 },
  // Nobody answered, DNS failed. (Engaging Networks)
  noAnswer: { bounces: 3, withinDays: 90 },
  // Full mailbox: on three different days; seven for someone who clicked or bought lately. (Engaging Networks,
  // Mailchimp)
  mailboxFull: { bounces: 3, withinDays: 90, bouncesIfEngaged: 7, engagedWithinDays: 180 },
  // Routing and relaying. (Engaging Networks)
  routing: { bounces: 4, withinDays: 90 },
  // Any other soft bounce: as patient as Mailchimp is.
  otherSoft: { bounces: 7, withinDays: 90 },
  // What proves that mail arrives; soft bounces before it are forgotten. (Mailman)
  activityEvents: eventNames(scoring, ['delivered', 'open', 'click']),
  // Events by which people sign up. One after an unsubscribe is put to a person in the table review; it never releases
  // by itself.
  signUps: ['subscribe', 'subscribed', 'resubscribe', 'signup', 'sign_up', 'opt_in', 'double_opt_in'],
  // So many at once, for one reason, at one domain: a fault of the receiver or the sender, and no address is
  // suppressed.
  burst: { shareOfTheDay: 0.05, bounces: 20, shareOfTheDomain: 0.4, contacts: 5 },
  // Rates of the last 7 days. (SES 5 and 10 %, 0.1 and 0.5 %; Gmail and Yahoo 0.1 and 0.3 %)
  rates: {
    withinDays: 7,
    bounces: { warn: 0.02, error: 0.05, stop: 0.1 },
    complaints: { warn: 0.001, error: 0.003, stop: 0.005 },
  },
  // Providers that deliver a.b+c@ and ab@ to one mailbox.
  sameMailbox: [
    { domain: 'gmail.com', ignoresDots: true, ignoresTags: true },
    { domain: 'googlemail.com', ignoresDots: true, ignoresTags: true },
  ],
  // A night that would suppress more than this stops and asks. (2 % is the bounce norm; 500 is Entra's limit)
  mostSuppressed: { share: 0.02, count: 500, from: 1000 },
});
