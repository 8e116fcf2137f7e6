import { type Tool, withColumns } from './format.ts';
import { bounce, object, reported, suppressed, text, word } from './json.ts';

const MEANS: Readonly<Record<string, string>> = {
  'email.complained': 'complaint',
  'email.delivery_delayed': 'soft',
  'email.opened': 'open',
  'email.clicked': 'click',
  'email.delivered': 'delivered',
};

export const resend: Tool = {
  tool: 'Resend',
  json: [
    {
      id: 'resend-events',
      label: 'Resend webhooks',
      page: 'https://resend.com/docs/dashboard/webhooks/event-types',
      becomes: 'bounces; opens, clicks and deliveries as events',
      refuses: 'email.complained, email.bounced (Permanent), email.suppressed, contact.updated with unsubscribed',
      fits: (value) => /^(email|contact)\./.test(word(value.type)) && typeof value.data === 'object',
      read: (value) => {
        const type = word(value.type);
        const data = object(value.data);
        const at = value.created_at ?? data.created_at;
        if (type.startsWith('contact.')) {
          const refuses = data.unsubscribed === true;
          return refuses ? [suppressed('resend', { email: data.email, at }, 'unsubscribe')] : [{ ignored: type }];
        }
        const to: unknown[] = Array.isArray(data.to) ? data.to : [data.to];
        const found = object(data.bounce);
        return to.flatMap((email) => {
          const id = text(data.email_id);
          const about = { id: id && `${id}:${type}:${word(email)}`, email, at };
          const detail = found.message;
          const [code] = /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(text(detail) ?? '') ?? [];
          if (type === 'email.suppressed')
            return bounce('resend', about, 'hard', { code: '5.1.1', detail: 'on Resend’s suppression list' });
          if (type === 'email.bounced')
            return bounce('resend', about, word(found.type) === 'permanent' ? 'hard' : 'soft', { code, detail });
          return reported('resend', about, type, MEANS);
        });
      },
    },
  ],
  csv: [
    {
      id: 'resend',
      label: 'a Resend contact export',
      page: 'https://resend.com/docs/dashboard/audiences/contacts',
      refuses: 'unsubscribed',
      fits: withColumns('id', 'email', 'unsubscribed', 'created_at'),
      contacts: { source: 'resend', aliases: { id: 'contact_id' } },
    },
  ],
};
