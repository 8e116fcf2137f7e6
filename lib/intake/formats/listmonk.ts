import type { JsonFormat } from './format.ts';
import { bounce, isText, items, suppressed, text, word } from './json.ts';
import { meanings, people } from './people.ts';

const STATUS = meanings({ enabled: 'yes', disabled: 'no', blocklisted: 'no' });

const subscribers = people({
  id: 'listmonk',
  tool: 'listmonk',
  label: 'a listmonk subscriber export',
  page: 'https://listmonk.app/docs/querying-and-segmentation/ and https://listmonk.app/docs/apis/subscribers/ (status)',
  refuses: 'disabled, blocklisted',
  fits: (file) => file.hasAll('uuid', 'email', 'status') && file.cells.has('attributes', 'attribs', 'name'),
  shape: {
    source: 'listmonk',
    aliases: { uuid: 'contact_id' },
    consent: { status: { role: 'status', known: STATUS } },
  },
  sample: {
    name: 'subscribers.csv',
    text:
      'uuid,email,name,attributes,status,created_at,updated_at\nlm-1,here@a.example,Ada Byron,{},enabled,' +
      '2026-01-01T10:00:00Z,2026-01-01T10:00:00Z\nlm-2,gone@b.example,Bob Curie,{},blocklisted,' +
      '2026-01-01T10:00:00Z,2026-01-01T10:00:00Z\n',
    gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  },
});

const KINDS: Readonly<Record<string, string>> = { hard: 'hard', soft: 'soft', complaint: 'complaint' };

const bounces: JsonFormat = {
  kind: 'json',
  id: 'listmonk-bounces',
  tool: 'listmonk',
  label: "listmonk's API list of bounces",
  page: 'https://listmonk.app/docs/apis/bounces/',
  becomes: 'bounces',
  refuses: 'complaint, hard',
  fits: (value) =>
    isText(value.email) && isText(value.type) && value.subscriber_uuid !== undefined && value.source !== undefined,
  read: (value) => {
    const kind = KINDS[word(value.type)] ?? word(value.type);
    return [bounce('listmonk', { id: text(value.id), email: value.email, at: value.created_at }, kind)];
  },
  sample: {
    name: 'bounces.json',
    text:
      '{"data":{"results":[{"id":839,"type":"complaint","source":"ses","created_at":"2026-11-20T10:00:00Z",' +
      '"email":"spam@a.example","subscriber_uuid":"u1","subscriber_id":1},{"id":840,"type":"soft",' +
      '"source":"ses","created_at":"2026-11-20T10:00:00Z","email":"full@b.example","subscriber_uuid":"u2"}]}}',
    gives: { refused: { 'spam@a.example': 'complaint' }, bounces: { 'full@b.example': 'soft' } },
  },
};

const api: JsonFormat = {
  kind: 'json',
  id: 'listmonk-api',
  tool: 'listmonk',
  label: "listmonk's API list of subscribers",
  page: 'https://listmonk.app/docs/apis/subscribers/',
  becomes: 'suppressions; who is enabled is ignored',
  refuses: 'disabled, blocklisted; unsubscribed from every list',
  fits: (value) => isText(value.email) && isText(value.uuid) && isText(value.status) && value.attribs !== undefined,
  read: (value) => {
    const lists = items(value.lists).map(({ subscription_status }) => word(subscription_status));
    const left =
      word(value.status) !== 'enabled' || (lists.length > 0 && lists.every((each) => each === 'unsubscribed'));
    return left
      ? [suppressed('listmonk', { email: value.email, at: value.updated_at }, 'unsubscribe', value.status)]
      : [{ ignored: 'subscribed' }];
  },
  sample: {
    name: 'subscribers.json',
    text:
      '{"data":{"results":[{"id":1,"uuid":"u1","email":"gone@a.example","name":"Ann","attribs":{},' +
      '"status":"blocklisted","lists":[],"updated_at":"2026-11-01T10:00:00Z"}],"total":1}}',
    gives: { refused: { 'gone@a.example': 'unsubscribe' } },
  },
};

export const listmonk = [subscribers, bounces, api];
