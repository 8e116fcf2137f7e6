import { type Tool, withColumns } from './format.ts';
import { bounce, isText, reported, suppressed, text, word } from './json.ts';

const MEANS: Readonly<Record<string, string>> = {
  spam: 'complaint',
  unsub: 'unsubscribe',
  open: 'open',
  click: 'click',
  sent: 'delivered',
};

/** Who is excluded, left, complained or has not confirmed, in contacts and in the members of a list. */
const REFUSALS = [
  'IsExcludedFromCampaigns',
  'IsUnsubscribed',
  'IsUnsub',
  'IsOptInPending',
  'IsSpamComplaining',
] as const;

export const mailjet: Tool = {
  tool: 'Mailjet',
  json: [
    {
      id: 'mailjet-events',
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
        if (name === 'bounce')
          return [bounce('mailjet', about, value.hard_bounce === true ? 'hard' : 'soft', { detail })];
        if (name === 'blocked') {
          if (word(value.error).startsWith('duplicate')) return [{ ignored: 'sent to the same address before' }];
          // Preblocked by Mailjet: its error says what it had against the address.
          const before = /user unknown|preblocked/.test(word(value.error)) ? 'hard' : 'block';
          return [bounce('mailjet', about, before, { detail })];
        }
        const source = name === 'spam' ? value.source : null;
        return reported('mailjet', about, name, MEANS, { detail: source, campaign: value.customcampaign });
      },
    },
    {
      id: 'mailjet-api',
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
    },
  ],
  csv: [
    {
      id: 'mailjet',
      label: 'a Mailjet contact export',
      page: 'https://documentation.mailjet.com/hc/en-us/articles/360042952613',
      refuses: 'unsubscribed, isExcludedFromCampaigns',
      fits: withColumns(
        'email|email_address',
        'isexcludedfromcampaigns|is_excluded_from_campaigns|isunsubscribed|isunsub',
      ),
      contacts: {
        source: 'mailjet',
        consent: {
          isexcludedfromcampaigns: { role: 'refuses' },
          is_excluded_from_campaigns: { role: 'refuses' },
          isunsub: { role: 'refuses' },
        },
      },
    },
  ],
};
