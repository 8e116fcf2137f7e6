/**
 * What a column says of consent, by its header and its values: a no is never read as a yes, in any language and under
 * any header; what is not understood is asked about; and ordinary columns stop nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../lib/core/engine.ts';
import { quoteText, raw } from '../../lib/core/sql.ts';
import type { ConsentRules } from '../../lib/core/workbook-rules.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { readConsent } from '../../lib/snapshot/consent-reading.ts';
import { ConsentQuestion } from '../../lib/workbook/consent-question.ts';
import { consentHeaders } from '../../lib/workbook/contact-cells.ts';

let engine: Engine & { close: () => void };
beforeAll(async () => {
  engine = await openEngine({ spillFolder: 'unused', timeZone: 'UTC', threads: 1 });
});
afterAll(() => engine.close());

/** Of each value whether its row may be mailed: `yes` or `no`; `asked` where the column is asked about. */
async function read(header: string, values: readonly string[], rules: ConsentRules = {}): Promise<string> {
  const headers = ['email', 'first_name', header];
  const rows = values.map(
    (value, i) => `('p${i}@a.example', 'Ann', ${value === '' ? 'cast(null as varchar)' : quoteText(value)})`,
  );
  const scan = `(values ${rows.join(', ')}) as t(c0, c1, c2)`;
  try {
    const { status } = await readConsent(
      engine,
      { label: 'people.csv', headers },
      (statement) => engine.run(raw(statement(scan))),
      consentHeaders(headers, {}, rules),
      rules,
    );
    const found = await engine.rows(raw(`select ${status ?? 'null'} as status from ${scan}`));
    return found.map((row) => (['unsubscribed', 'suppressed'].includes(String(row.status)) ? 'no' : 'yes')).join(' ');
  } catch (error) {
    if (error instanceof ConsentQuestion) return 'asked';
    throw error;
  }
}

/** Header, the value of a person who may be mailed, and of a person who may not. */
const COLUMNS: readonly (readonly [string, string, string])[] = [
  ['unsubscribedAt', '', '2025-01-01T00:00:00Z'],
  ['double_opt_in_status', 'confirmed', 'pending'],
  ['DOI bestätigt', 'ja', 'nein'],
  ['confirmation_status', 'confirmed', 'unconfirmed'],
  ['GDPR consent', 'yes', 'no'],
  ['consentRevoked', 'false', 'true'],
  ['Right to object exercised', 'no', 'yes'],
  ['Requested removal', 'no', 'yes'],
  ['Left newsletter on', '', '2025-01-01'],
  ['Email me offers', 'on', 'off'],
  ['Would you like to hear from us?', 'Yes', 'No'],
  ['emailMarketingConsent.marketingState', 'SUBSCRIBED', 'PENDING'],
  ['Bulk email', 'Allow', 'Do Not Allow'],
  ['Contact preference', 'Any', 'No email'],
  ['Preferred contact method', 'Email', 'none'],
  ['SMS and email consent', 'yes', 'no'],
  ['Deceased', 'no', 'yes'],
  ['Werbewiderspruch am', '', '01.02.2025'],
  ['Kontaktverbot', 'nein', 'ja'],
  ['Darf angeschrieben werden', 'ja', 'nein'],
  ['Abo-Status', 'aktiv', 'gekündigt'],
  ['NL', 'ja', 'nein'],
  ['Ne souhaite pas être contacté', 'non', 'oui'],
  ['Refuse les emails', 'non', 'oui'],
  ['NPAI', '', 'x'],
  ['No desea recibir correos', 'no', 'sí'],
  ['Fecha de baja', '', '01/02/2025'],
  ['Data cancellazione', '', '01/02/2025'],
  ['Privacy', 'sì', 'no'],
  ['Mag gemaild worden', 'ja', 'nee'],
  ['Cancelou inscrição', 'não', 'sim'],
  ['Status subskrypcji', 'aktywny', 'wypisany'],
];

/** Columns whose headers say nothing, and one of whose values does. */
const BY_VALUES: readonly (readonly [string, string, string])[] = [
  ['Communication status', 'Opt-in', 'Opt-out'],
  ['Audience', 'main', 'Non-subscribed'],
  ['Lead Status', 'New', 'Do not contact'],
  ['Tags', 'vip', 'unsubscribed'],
  ['Bemerkung', 'mag Tee', 'keine Werbung'],
  ['Groupe', 'clients', 'Désabonné'],
  ['GDPR permission text', 'I agree to receive news', 'I do not agree'],
];

const ORDINARY: readonly (readonly [string, string, string])[] = [
  ['Newsletter name', 'Weekly', 'Daily'],
  ['Opt', '1', '0'],
  ['Subscription plan', 'Pro', 'Basic'],
  ['Kündigungsgrund eines Vertrags', 'zu teuer', ''],
  ['Widerrufsbelehrung akzeptiert', 'ja', 'ja'],
  ['Permission level', 'admin', 'editor'],
  ['Publicity agent', 'Ann', ''],
  ['Spam score', '0.1', '0.9'],
  ['Payment status', 'paid', 'pending'],
  ['Order status', 'completed', 'cancelled'],
  ['Preferred Method of Contact', 'Any', 'Phone'],
  ['Left company', 'no', 'yes'],
  ['Opt-in date', '2025-01-01', ''],
  ['Mailing street', 'Main St 1', 'Main St 2'],
  ['Notes', 'asked whether to unsubscribe', 'ok'],
  // Another way than e-mail.
  ['SMS consent', 'no', 'unsubscribed'],
  ['Phone opt-out', 'yes', 'no'],
  ['Post opt-in', 'no', 'yes'],
  ['Do not allow Phone Calls', 'Do Not Allow', 'Allow'],
];

describe('a column', () => {
  it.each(COLUMNS)('"%s" says no by its header: "%s" may be mailed, "%s" may not', async (header, yes, no) =>
    expect(await read(header, [yes, no])).toBe('yes no'),
  );

  it.each(BY_VALUES)('"%s" is about consent by a value of it, and never read as a yes', async (header, yes, no) =>
    expect(await read(header, [yes, no])).toMatch(/^(?:asked|yes no)$/),
  );

  it.each(ORDINARY)('"%s" of something else stops nothing and refuses no person', async (header, ...values) =>
    expect(await read(header, values)).toBe('yes yes'),
  );

  it('of notes counts where a whole note refuses, is answered where it has few values, and ignored where the team says so', async () => {
    const notes = Array.from({ length: 30 }, (_, i) => `note ${i}`);
    expect(await read('Notes', ['unsubscribed', ...notes])).toBe(['no', ...notes.map(() => 'yes')].join(' '));
    expect(await read('Tags', ['vip', 'unsubscribed'], { Tags: { yes: ['vip'], no: ['unsubscribed'] } })).toBe(
      'yes no',
    );
    expect(await read('Tags', ['vip', 'unsubscribed'], { Tags: 'ignore' })).toBe('yes yes');
  });

  it.each([
    ...['Keine Werbung bitte', 'Nicht mehr kontaktieren', 'no mail', 'Unsubscribed (2024)', 'unsubscribed 2024-03-01'],
    ...['dont email', 'Ne plus contacter', '* Do not contact *', 'no more emails', 'No newsletters, please'],
    ...[
      'keine mails mehr',
      'bitte nicht anschreiben',
      'hat widersprochen',
      'Werbesperre',
      'non inviare',
      'no molestar',
    ],
    ...['niet meer mailen', 'DO  NOT\u00a0CONTACT', '\tunsubscribed', 'opted out of SMS and email', '"unsubscribed"'],
  ])('refuses by a whole note "%s" among many', async (refusal) => {
    const notes = Array.from({ length: 14 }, (_, i) => `note ${i}`);
    expect(await read('Notes', [refusal, ...notes])).toBe(['no', ...notes.map(() => 'yes')].join(' '));
  });

  it.each([
    ...['No contact', 'Opted out (SMS)', 'unsubscribed from SMS', 'opt out of phone calls', 'do not contact by phone'],
    ...['do not send invoices by post', 'I do not want to change supplier', 'unsubscribing is explained in the footer'],
  ])('refuses no person by a note "%s" of something else', async (note) => {
    const notes = Array.from({ length: 14 }, (_, i) => `note ${i}`);
    expect(await read('Notes', ['unsubscribed', note, ...notes])).toMatch(/^no yes/);
  });

  it('of notes counts each refusal, however many different ones there are, and no other note', async () => {
    const refusals = Array.from({ length: 230 }, (_, i) => `Unsubscribed on day ${i}`);
    const notes = Array.from({ length: 30 }, (_, i) => `note ${i}`);
    expect(await read('Notes', [...refusals, ...notes])).toBe(
      [...refusals.map(() => 'no'), ...notes.map(() => 'yes')].join(' '),
    );
  });

  it('that the rules give a yes of is asked about where it has other values, however many', async () => {
    const values = ['ja', 'nein', 'gar nicht', 'lieber nicht', ...Array.from({ length: 12 }, (_, i) => `wort ${i}`)];
    expect(await read('Kontaktwunsch', values, { Kontaktwunsch: { yes: ['ja'], no: ['nein'] } })).toBe('asked');
  });

  it('of names or companies refuses where such a cell does, with few people as with many', async () => {
    expect(await read('Last name', ['Byron', 'DO NOT CONTACT'])).toBe('yes no');
    expect(await read('Company', ['Acme', 'do not mail', 'Unsub Ltd'])).toMatch(/^yes no/);
    expect(await read('Call notes', ['unsubscribed', ...Array.from({ length: 14 }, (_, i) => `n${i}`)])).toMatch(
      /^no yes/,
    );
  });

  it('of free texts is asked about without showing one', async () => {
    const headers = ['email', 'Notes'];
    const scan = "(values ('a@a.example', 'unsubscribed'), ('b@a.example', 'wife is jane doe')) as t(c0, c1)";
    const asked = readConsent(
      engine,
      { label: 'people.csv', headers },
      (statement) => engine.run(raw(statement(scan))),
      consentHeaders(headers, {}, {}),
    );
    await expect(asked).rejects.toThrow('2 different values');
    await expect(asked).rejects.not.toThrow('jane');
  });
});
