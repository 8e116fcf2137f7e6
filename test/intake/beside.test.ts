/** Files and tabs beside the contacts: what may refuse mail is read or asked about, and nothing of it is passed over in silence. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recogniseWith } from '../../lib/intake/formats/registry.ts';
import { layOutJson } from '../../lib/intake/json-as-csv.ts';
import { openCsvStore } from '../../lib/workbook/csv/store.ts';
import { stateOf } from '../support/doors.ts';
import { aSheet } from '../support/store-bench.ts';
import { aContact, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const CONTACTS = [
  ['contact_id', 'email', 'status'],
  ['k1', 'ann@a.example', 'subscribed'],
];

describe('a tab of a sheet', () => {
  const withTab = (title: string, ...rows: string[][]) => aSheet({ contacts: CONTACTS, [title]: rows });

  it.each([
    ['Complaints 2026', ['Who', 'When'], ['ann@a.example', '2026-11-01']],
    ['Blocked people', ['Kontakt', 'Grund'], ['ann@a.example', 'mag nicht']],
    ['List', ['Email', 'Reason'], ['ann@a.example', 'x']],
  ])('%s that may refuse mail and is not known is asked about', async (title, headers, row) => {
    const bench = await withTab(title, headers, row);
    const store = await bench.open();
    await expect(store.read()).rejects.toThrow(`tab "${title}" may hold people who want no mail`);
    await store.close();
  });

  it.each([
    ['Cleaning plan', ['Task', 'Owner'], ['sweep', 'Ann']],
    ['Blocked days', ['Day', 'Reason'], ['2026-12-24', 'holiday']],
    ['Our notes', ['Who', 'What'], ['ann@a.example', 'called']],
  ])('%s that is about no person, or not about mail, is no question', async (title, headers, row) => {
    const bench = await withTab(title, headers, row);
    const store = await bench.open();
    expect((await store.read()).foreign).toEqual([]);
    await store.close();
  });

  it('called contacts that is a list of who left is never taken for people', async () => {
    const bench = await aSheet({
      contacts: [
        ['Email', 'UNSUB_TIME', 'LEID'],
        ['ann@a.example', '2026-11-01', '1'],
      ],
    });
    const store = await bench.open();
    await expect(store.read()).rejects.toThrow(/tab "contacts" looks like .* and not like contacts/);
    await store.close();
  });

  it('of people who never agreed to mail refuses it for them', async () => {
    const bench = await withTab(
      'nonsubscribed_email_audience_export_1',
      ['Email Address', 'First Name', 'MEMBER_RATING', 'OPTIN_TIME', 'LEID', 'EUID'],
      ['ann@a.example', 'Ann', '2', '2026-11-01 10:00:00', '1', 'x'],
    );
    expect((await stateOf('', () => bench.open())).mailable).toEqual([]);
  });
});

describe('a file beside the contacts', () => {
  const aFolder = (): string => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        aContact({ contact_id: 'k1', email: 'ann@a.example' }),
        aContact({ contact_id: 'k2', email: 'ben@b.example' }),
      ],
    });
    return folder;
  };
  const readingOf = async (folder: string) => {
    const given = { folder, aliases: {}, recognise: recogniseWith(), layOutJson, command: 'test', run: 'r' };
    const store = await openCsvStore(given);
    const { leftAlone, notTaken } = await store.read();
    await store.close();
    return { leftAlone, notTaken };
  };

  it('of another tool’s events refuses mail for who left by it, also by contact_id alone, and is named', async () => {
    const folder = aFolder();
    writeFileSync(
      join(folder, 'activity.csv'),
      'contact_id,event,timestamp\nk1,unsubscribe,2026-11-20T10:00:00Z\nk2,click,2026-11-20T10:00:00Z\n',
    );
    expect(await stateOf(folder)).toMatchObject({
      mailable: ['ben@b.example'],
      refused: { 'ann@a.example': 'unsubscribe' },
    });
    expect((await readingOf(folder)).notTaken).toEqual([{ label: 'activity.csv', looksLike: 'a list of events' }]);
  });

  it('of events refuses mail for who left by it, also in a batch that asks for no events', async () => {
    const folder = aFolder();
    writeFileSync(
      join(folder, 'events.csv'),
      'event_id,contact_id,type,occurred_at\n1,k1,Unsubscribe,2026-11-20T10:00:00Z\n2,k2,click,2026-11-20T10:00:00Z\n',
    );
    expect((await stateOf(folder, undefined, ['purchases'])).mailable).toEqual(['ben@b.example']);
  });

  it('of another tool’s orders is named', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'shop.csv'), 'order_id,email,order_date,amount\n1,ann@a.example,2026-11-01,5\n');
    expect((await readingOf(folder)).notTaken).toEqual([{ label: 'shop.csv', looksLike: 'a list of purchases' }]);
  });

  it('that an import wrote, or that is about no person, is no question', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'list.csv.rejects.csv'), 'row,column,reason,value\n2,email,missing,x@y.example\n');
    writeFileSync(join(folder, 'cleaning plan.csv'), 'Task,Owner\nsweep,Ann\n');
    expect((await readingOf(folder)).leftAlone).toEqual(['cleaning plan.csv']);
  });

  it('that lists people refuses mail for who says no in it, and adds no person', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'crm.csv'), 'Email,First Name,emailOptOut\nann@a.example,Ann,1\nnew@c.example,New,0\n');
    expect(await stateOf(folder)).toMatchObject({
      mailable: ['ben@b.example'],
      refused: { 'ann@a.example': 'unsubscribe' },
    });
  });

  it('that lists people with a column of consent that is not understood is a question', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'crm.csv'), 'Email,First Name,Newsletter\nann@a.example,Ann,green\n');
    await expect(stateOf(folder)).rejects.toThrow('crm.csv: the column "Newsletter" may say who wants no mail');
  });

  it('of JSON is read as by import, its events are named, and a record that was cut off still refuses mail', async () => {
    const folder = aFolder();
    const events = [
      '{"email":"ann@a.example","event":"click","timestamp":1763632800,"sg_event_id":"1"}',
      '{"email":"ben@b.example","event":"spamreport","timestamp":1763632800,"sg_ev',
    ];
    writeFileSync(join(folder, 'sendgrid.json'), `\uFEFF${events.join('\n')}\n`, 'utf16le');
    expect(await stateOf(folder)).toMatchObject({
      mailable: ['ann@a.example'],
      refused: { 'ben@b.example': 'complaint' },
    });
    expect((await readingOf(folder)).notTaken).toEqual([
      { label: 'sendgrid.json', looksLike: 'SendGrid event webhook and JSON that was cut off' },
    ]);
  });

  it('of JSON that may refuse mail and is of no known tool is a question; other JSON is ignored', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'settings.json'), '{"theme":"dark"}');
    expect((await readingOf(folder)).leftAlone).toEqual(['settings.json']);
    writeFileSync(join(folder, 'unsubscribes.json'), '[{"who":"ann@a.example"}]');
    await expect(readingOf(folder)).rejects.toThrow('unsubscribes.json may hold people who want no mail');
  });
});
