import type { JsonFormat } from './format.ts';
import { bounce, event, object, suppressed, text, word } from './json.ts';
import { people } from './people.ts';

const EVENTS: Readonly<Record<string, string>> = {
  'email.opened': 'open',
  'email.clicked': 'click',
  'email.delivered': 'delivered',
};

const webhook: JsonFormat = {
  kind: 'json',
  id: 'resend-events',
  tool: 'Resend',
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
    return to.map((email) => {
      const id = text(data.email_id);
      const about = { id: id && `${id}:${type}:${word(email)}`, email, at };
      const [code] = /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(text(found.message) ?? '') ?? [];
      if (type === 'email.complained') return bounce('resend', about, 'complaint');
      if (type === 'email.suppressed')
        return bounce('resend', about, 'hard', { code: '5.1.1', detail: 'on Resend’s suppression list' });
      if (type === 'email.bounced') {
        return bounce('resend', about, word(found.type) === 'permanent' ? 'hard' : 'soft', {
          code,
          detail: found.message,
        });
      }
      if (type === 'email.delivery_delayed') return bounce('resend', about, 'soft');
      const name = EVENTS[type];
      return name ? event('resend', about, name) : { ignored: type };
    });
  },
  sample: {
    name: 'resend.json',
    text: `[{"type":"email.bounced","created_at":"2026-11-20T10:00:00.000Z","data":{"email_id":"r1",\
"to":["dead@a.example"],"bounce":{"type":"Permanent","subType":"General","message":"550 5.1.1 no such user"}}},
{"type":"email.complained","created_at":"2026-11-20T10:00:00.000Z","data":{"email_id":"r2","to":["spam@b.example"]}},
{"type":"contact.updated","created_at":"2026-11-20T10:00:00.000Z","data":{"email":"gone@c.example","unsubscribed":true}}]`,
    gives: { refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' } },
  },
};

const contacts = people({
  id: 'resend',
  tool: 'Resend',
  label: 'a Resend contact export',
  page: 'https://resend.com/docs/dashboard/audiences/contacts',
  refuses: 'unsubscribed',
  fits: (file) => file.hasAll('id', 'email', 'unsubscribed', 'created_at'),
  shape: { source: 'resend', aliases: { id: 'contact_id' } },
  sample: {
    name: 'resend-contacts.csv',
    text:
      'id,created_at,first_name,last_name,email,unsubscribed\nresend-1,2026-01-01T10:00:00Z,Ann,Ash,' +
      'here@a.example,false\nresend-2,2026-01-01T10:00:00Z,Ben,Birch,gone@b.example,true\n',
    gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  },
});

export const resend = [webhook, contacts];
