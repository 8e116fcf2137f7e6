import { meanings, type Reasons, reasonOf, suppressionList, type Tool, withColumns } from './format.ts';
import { isText, items, object, suppressed, word } from './json.ts';

const CONSENT = meanings({ yes: ['subscribed'], no: ['unsubscribed', 'never_subscribed', 'no consent'] });

const REASON = 'suppression_reason|reason_for_suppression|reason';
const REASONS: Reasons = {
  bounce: 'hard_bounce',
  invalid: 'invalid',
  'spam|complain': 'complaint',
  unsub: 'unsubscribe',
};

export const klaviyo: Tool = {
  tool: 'Klaviyo',
  csv: [
    {
      id: 'klaviyo',
      label: 'a Klaviyo profile export',
      page: 'https://help.klaviyo.com/hc/en-us/articles/115005078627 (and consent: …/360043841811)',
      refuses:
        'UNSUBSCRIBED, NEVER_SUBSCRIBED and empty under "Email Marketing Consent"; anything under "Email Suppressions"',
      fits: withColumns('email', 'email_marketing_consent|email_suppressions|klaviyo_id'),
      contacts: {
        source: 'klaviyo',
        aliases: {
          klaviyo_id: 'contact_id',
          organization: 'company',
          profile_created_on: 'created_at',
          date_added: 'created_at',
        },
        consent: {
          email_marketing_consent: { role: 'status', known: CONSENT, empty: 'no' },
          email_suppressions: { role: 'refuses' },
          consent: 'ignore',
          // Of the shop's customers; who is no customer has an empty cell.
          accepts_marketing: { role: 'agrees', known: meanings({ yes: ['true', 'yes'], no: ['false', 'no'] }) },
        },
      },
    },
    {
      id: 'klaviyo-suppressed',
      label: "Klaviyo's suppressed profiles",
      page: 'https://help.klaviyo.com/hc/en-us/articles/115005246108',
      becomes: 'suppressions',
      refuses: 'every row, by its reason',
      fits: ({ cells, name }) =>
        cells.has('email') &&
        (cells.has('suppression_reason', 'suppressed_on', 'reason_for_suppression', 'suppression_date') ||
          (/suppress/i.test(name) && cells.has('reason'))) &&
        !cells.has('email_marketing_consent', 'scope', 'created', 'status'),
      feeds: suppressionList('klaviyo', {
        email: 'email',
        reason: [REASON, REASONS],
        at: 'suppressed_on|suppression_date|timestamp|date|created',
        note: REASON,
      }),
    },
  ],
  json: [
    {
      id: 'klaviyo-api',
      label: "Klaviyo's API list of profiles",
      page: 'https://developers.klaviyo.com/en/reference/get_profiles (additional-fields[profile]=subscriptions)',
      becomes: 'suppressions; who is subscribed is ignored: export the profiles',
      refuses: 'consent UNSUBSCRIBED and NEVER_SUBSCRIBED, any suppression',
      fits: (value) => word(value.type) === 'profile' && isText(object(value.attributes).email),
      read: (value) => {
        const attributes = object(value.attributes);
        const marketing = object(object(object(attributes.subscriptions).email).marketing);
        const [suppression] = items(marketing.suppression);
        const email = attributes.email;
        if (suppression) {
          const reason = word(suppression.reason);
          return [suppressed('klaviyo', { email, at: suppression.timestamp }, reasonOf(reason, REASONS), reason)];
        }
        const consent = word(marketing.consent);
        if (consent === 'subscribed') return [{ ignored: 'subscribed' }];
        const about = { email, at: marketing.last_updated ?? attributes.updated };
        return [suppressed('klaviyo', about, consent === 'unsubscribed' ? 'unsubscribe' : 'manual', consent)];
      },
    },
  ],
};
