/**
 * Files in which a "no" is easy to miss: it counts by import and beside the contacts alike, and no person in them becomes one who
 * may be mailed.
 */
import { describe, expect, it } from 'vitest';
import { byFolder, byImport, type State, through } from '../support/doors.ts';

const FILES: readonly { readonly name: string; readonly text: string }[] = [
  // A list that is called unsubscribed, in a CRM's shape for people, without a column that says so.
  {
    name: 'unsubscribed contacts.csv',
    text: 'Record ID,Email,First Name,Create Date,Lifecycle Stage\n1,crm@a.example,Ann,2024-01-02,lead\n',
  },
  // More than an address in a cell.
  { name: 'unsubscribed.csv', text: 'Email,Date\n"one@b.example, two@b.example",2026-01-01\n' },
  {
    name: 'people.csv',
    text: 'Email,First Name,Status\nin@c.example,Cat,subscribed\none@d.example; two@d.example,Dan,unsubscribed\n',
  },
  // Types that are no events.
  {
    name: 'suppressions.sparkpost.csv',
    text: 'recipient,type,source,description,created\nspark@e.example,non_transactional,Spam Complaint,,2026-01-01T10:00:00Z\n',
  },
  // A record that was cut off, in a file with no other.
  {
    name: 'ses.json',
    text: '{"notificationType":"Complaint","mail":{"source":"news@us.example"},"complaint":{"complainedRecipients":[{"emailAddress":"cut@f.example"}],"timest',
  },
  // A tool that no person knows.
  {
    name: 'activity.json',
    text: '[{"kind":"Unsubscribe","person":{"mail":"json@k.example"},"sender":"news@us.example"},{"kind":"visit","person":{"mail":"in@c.example"}}]',
  },
  // The header once more, and a total, in a column of consent.
  {
    name: 'merged.csv',
    text: 'Email,First Name,Newsletter\nyes@g.example,Gus,yes\nEmail,First Name,Newsletter\nno@h.example,Hal,no\nTotal,2,\n',
  },
  // Empty cells beyond the header in every row.
  {
    name: 'trailing.csv',
    text: 'Email,First Name,Do not allow Bulk Emails\nja@i.example,Ida,Allow,\nnein@j.example,Jon,Do Not Allow,\n',
  },
];
const GONE = [
  ...['crm@a.example', 'cut@f.example', 'json@k.example', 'nein@j.example', 'no@h.example'],
  ...['one@b.example', 'one@d.example', 'spark@e.example', 'two@b.example', 'two@d.example'],
];
const STAY = ['in@c.example', 'ja@i.example', 'yes@g.example'];

describe.each([
  ['by import', byImport],
  ['beside the contacts', byFolder],
])('%s', (_, door) => {
  it('each "no" counts, and no one else loses mail', async () => {
    const state: State = await through(door, FILES, [...GONE, ...STAY], false);
    expect(Object.keys(state.refused).sort()).toEqual(GONE);
    expect(state.mailable).toEqual(STAY);
  }, 60_000);
});

describe('as the contacts of a folder', () => {
  it('the header once more and a total are no people', async () => {
    const merged = FILES.filter(({ name }) => name === 'merged.csv');
    const state = await through(byFolder, merged, [], false);
    expect(state.mailable).toEqual(['yes@g.example']);
    expect(Object.keys(state.refused)).toEqual(['no@h.example']);
  });
});
