import type { JsonFormat } from './format.ts';
import { bounce, event, isText, suppressed, text, word } from './json.ts';
import { people } from './people.ts';

const webhook: JsonFormat = {
  kind: 'json',
  id: 'mailjet-events',
  tool: 'Mailjet',
  label: 'Mailjet events',
  page: 'https://dev.mailjet.com/email/guides/webhooks/',
  becomes: 'bounces; opens, clicks and deliveries as events',
  refuses: 'spam, unsub, hard bounces; blocked where the address bounced or complained before',
  fits: (value) => isText(value.email) && isText(value.event) && value.time !== undefined,
  read: (value) => {
    const name = word(value.event);
    const message = text(value.MessageID);
    const about = { id: message && `${message}:${name}:${word(value.email)}`, email: value.email, at: value.time };
    const detail = [text(value.error_related_to), text(value.error), text(value.comment)]
      .filter((each) => each !== null)
      .join(': ');
    switch (name) {
      case 'spam':
        return [bounce('mailjet', about, 'complaint', { detail: value.source })];
      case 'unsub':
        return [bounce('mailjet', about, 'unsubscribe')];
      case 'bounce':
        return [bounce('mailjet', about, value.hard_bounce === true ? 'hard' : 'soft', { detail })];
      case 'blocked': {
        if (word(value.error).startsWith('duplicate')) return [{ ignored: 'sent to the same address before' }];
        // Preblocked by Mailjet: its error says what it had against the address.
        const before = /user unknown|preblocked/.test(word(value.error)) ? 'hard' : 'block';
        return [bounce('mailjet', about, before, { detail })];
      }
      case 'open':
      case 'click':
        return [event('mailjet', about, name, value.customcampaign)];
      case 'sent':
        return [event('mailjet', about, 'delivered', value.customcampaign)];
      default:
        return [{ ignored: name }];
    }
  },
  sample: {
    name: 'mailjet.json',
    text: `[{"event":"bounce","time":1795168800,"MessageID":1,"email":"dead@a.example","hard_bounce":true,\
"error_related_to":"recipient","error":"550 5.1.1 user unknown"},
{"event":"spam","time":1795168800,"email":"spam@b.example","source":"JMRPP"},
{"event":"unsub","time":1795168800,"email":"gone@c.example","mj_list_id":1}]`,
    gives: { refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' } },
  },
};

/** Who is excluded, left, complained or has not confirmed, in contacts and in the members of a list. */
const REFUSALS = [
  'IsExcludedFromCampaigns',
  'IsUnsubscribed',
  'IsUnsub',
  'IsOptInPending',
  'IsSpamComplaining',
] as const;

const contact: JsonFormat = {
  kind: 'json',
  id: 'mailjet-api',
  tool: 'Mailjet',
  label: "Mailjet's API list of contacts",
  page: 'https://dev.mailjet.com/email/reference/contacts/contact/ (IsExcludedFromCampaigns), and contact lists (IsUnsubscribed)',
  becomes: 'suppressions; who is subscribed is ignored',
  refuses: 'IsExcludedFromCampaigns, IsUnsubscribed, IsOptInPending, IsSpamComplaining',
  fits: (value) => isText(value.Email) && REFUSALS.some((each) => value[each] !== undefined),
  read: (value) => {
    const at = value.UnsubscribedAt ?? value.ExclusionFromCampaignsUpdatedAt ?? value.LastUpdateAt;
    const about = { email: value.Email, at };
    if (value.IsSpamComplaining === true) return [suppressed('mailjet', about, 'complaint')];
    const refuses = REFUSALS.some((each) => value[each] === true);
    return [refuses ? suppressed('mailjet', about, 'unsubscribe') : { ignored: 'subscribed' }];
  },
  sample: {
    name: 'contacts.json',
    text:
      '{"Count":1,"Data":[{"Email":"gone@a.example","ID":1,"IsExcludedFromCampaigns":true,' +
      '"ExclusionFromCampaignsUpdatedAt":"2026-11-01T10:00:00Z","Name":"Ann"}],"Total":1}',
    gives: { refused: { 'gone@a.example': 'unsubscribe' } },
  },
};

const list = people({
  id: 'mailjet',
  tool: 'Mailjet',
  label: 'a Mailjet contact export',
  page: 'https://documentation.mailjet.com/hc/en-us/articles/360042952613',
  refuses: 'unsubscribed, isExcludedFromCampaigns',
  fits: ({ cells }) =>
    cells.has('email', 'email_address') &&
    cells.has('isexcludedfromcampaigns', 'is_excluded_from_campaigns', 'isunsubscribed', 'isunsub'),
  shape: {
    source: 'mailjet',
    consent: {
      isexcludedfromcampaigns: { role: 'refuses' },
      is_excluded_from_campaigns: { role: 'refuses' },
      isunsub: { role: 'refuses' },
    },
  },
  sample: {
    name: 'mailjet-contacts.csv',
    text:
      'Email,Name,IsExcludedFromCampaigns,CreatedAt\nhere@a.example,Ann Ash,false,' +
      '2026-01-01T10:00:00Z\ngone@b.example,Ben Birch,true,2026-01-01T10:00:00Z\n',
    gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  },
});

export const mailjet = [webhook, contact, list];
