import { byPattern, type CsvFormat, type JsonFormat, suppression } from './format.ts';
import { isText, items, object, suppressed, word } from './json.ts';
import { meanings, people } from './people.ts';

const CONSENT = meanings({ subscribed: 'yes', unsubscribed: 'no', never_subscribed: 'no', 'no consent': 'no' });

const profiles = people({
  id: 'klaviyo',
  tool: 'Klaviyo',
  label: 'a Klaviyo profile export',
  page: 'https://help.klaviyo.com/hc/en-us/articles/115005078627 (and consent: …/360043841811)',
  refuses:
    'UNSUBSCRIBED, NEVER_SUBSCRIBED and empty under "Email Marketing Consent"; anything under "Email Suppressions"',
  fits: ({ cells }) => cells.has('email') && cells.has('email_marketing_consent', 'email_suppressions', 'klaviyo_id'),
  shape: {
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
      accepts_marketing: { role: 'agrees', known: meanings({ true: 'yes', false: 'no', yes: 'yes', no: 'no' }) },
    },
  },
  sample: {
    name: 'klaviyo-profiles.csv',
    text: `Email,First Name,Last Name,Email Marketing Consent,Email Suppressions,Email Consent Timestamp
gone@a.example,Ann,Ash,UNSUBSCRIBED,UNSUBSCRIBE,2026-11-01
never@b.example,Ben,Birch,NEVER_SUBSCRIBED,,
dead@c.example,Cat,Cole,SUBSCRIBED,HARD_BOUNCE,2026-11-01
here@d.example,Dan,Dorn,SUBSCRIBED,,2026-11-01
`,
    gives: {
      mailable: ['here@d.example'],
      refused: { 'gone@a.example': 'status', 'never@b.example': 'status', 'dead@c.example': 'status' },
    },
  },
});

const REASONS = { bounce: 'hard_bounce', invalid: 'invalid', 'spam|complain': 'complaint', unsub: 'unsubscribe' };
const SUPPRESSED = 'https://help.klaviyo.com/hc/en-us/articles/115005246108';

const suppressedProfiles: CsvFormat = {
  kind: 'csv',
  id: 'klaviyo-suppressed',
  tool: 'Klaviyo',
  label: "Klaviyo's suppressed profiles",
  page: SUPPRESSED,
  becomes: 'suppressions',
  refuses: 'every row, by its reason',
  fits: ({ cells, name }) =>
    cells.has('email') &&
    (cells.has('suppression_reason', 'suppressed_on', 'reason_for_suppression', 'suppression_date') ||
      (/suppress/i.test(name) && cells.has('reason'))) &&
    !cells.has('email_marketing_consent', 'scope', 'created', 'status'),
  feeds: ({ cells }) => {
    const reason = cells.text('suppression_reason', 'reason_for_suppression', 'reason');
    return [
      suppression('klaviyo', {
        email: cells.text('email'),
        reason: byPattern(reason, REASONS, `'manual'`),
        at: cells.text('suppressed_on', 'suppression_date', 'timestamp', 'date', 'created'),
        note: reason,
      }),
    ];
  },
  sample: {
    name: 'suppressed-profiles.csv',
    text:
      'Email,Suppression Reason,Suppression Date\nspam@a.example,MARKED_AS_SPAM,2026-11-01\nuser@b.example,' +
      'USER_SUPPRESSED,2026-11-01\n',
    gives: { refused: { 'spam@a.example': 'complaint', 'user@b.example': 'unsubscribe' } },
  },
};

const api: JsonFormat = {
  kind: 'json',
  id: 'klaviyo-api',
  tool: 'Klaviyo',
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
      const found = Object.entries(REASONS).find(([pattern]) => new RegExp(pattern).test(reason))?.[1] ?? 'manual';
      return [suppressed('klaviyo', { email, at: suppression.timestamp }, found as 'manual', reason)];
    }
    const consent = word(marketing.consent);
    if (consent === 'subscribed') return [{ ignored: 'subscribed' }];
    return [
      suppressed(
        'klaviyo',
        { email, at: marketing.last_updated ?? attributes.updated },
        consent === 'unsubscribed' ? 'unsubscribe' : 'manual',
        consent,
      ),
    ];
  },
  sample: {
    name: 'profiles.json',
    text:
      '{"data":[{"type":"profile","id":"k1","attributes":{"email":"gone@a.example",' +
      '"subscriptions":{"email":{"marketing":{"consent":"UNSUBSCRIBED","suppression":[]}}}}},{"type":"profile",' +
      '"id":"k2","attributes":{"email":"dead@b.example",' +
      '"subscriptions":{"email":{"marketing":{"consent":"SUBSCRIBED","suppression":[{"reason":"HARD_BOUNCE",' +
      '"timestamp":"2026-11-01T10:00:00Z"}]}}}}}]}',
    gives: { refused: { 'gone@a.example': 'unsubscribe', 'dead@b.example': 'dead' } },
  },
};

export const klaviyo = [profiles, suppressedProfiles, api];
