/**
 * The few rows of a world that nobody can read, one of each kind, for the quarantine: they look like their neighbours
 * but for one cell. Spread among the good rows, never instead of them.
 */
import { timeText } from './days.ts';

export interface FlawedRow {
  readonly table: 'contacts' | 'events' | 'bounces' | 'purchases';
  /** The row's primary key as it stands in the file. */
  readonly key: string;
  readonly column: string;
  readonly reason: string;
  /** The cells by column; the others are empty. */
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * @param known the id of a contact that is in the table
 * @param address the address of one
 * @param end the world's last moment, in seconds since 1970
 */
export function flawedRows(known: string, address: string, end: number): FlawedRow[] {
  const day = timeText(end - 9 * 86_400);
  const event = { contact_id: known, type: 'click', occurred_at: day };
  const flaw = (
    table: FlawedRow['table'],
    key: string,
    column: string,
    reason: string,
    cells: Readonly<Record<string, string>>,
  ): FlawedRow => ({ table, key, column, reason, cells });
  return [
    flaw('contacts', 'c900001', 'created_at', 'no date', {
      contact_id: 'c900001',
      email: 'unreadable.date@mail.example.com',
      first_name: 'Unity',
      last_name: 'Readable',
      created_at: '31.02.2026',
      status: 'subscribed',
    }),
    flaw('contacts', known, 'contact_id', 'second row with one key', {
      contact_id: known,
      email: 'second.row@mail.example.com',
      first_name: 'Second',
      last_name: 'Row',
      created_at: day,
      status: 'subscribed',
    }),
    flaw('events', 'e900001', 'contact_id', 'about nobody', { ...event, event_id: 'e900001', contact_id: 'c999999' }),
    flaw('events', 'e900002', 'email', 'about nobody', {
      ...event,
      event_id: 'e900002',
      contact_id: '',
      email: 'nobody.here@mail.example.com',
    }),
    flaw('events', 'e900003', 'occurred_at', 'in the future', {
      ...event,
      event_id: 'e900003',
      occurred_at: timeText(end + 1500 * 86_400),
    }),
    flaw('events', 'e900004', 'value', 'no number', {
      ...event,
      event_id: 'e900004',
      type: 'product_use',
      value: '12 min',
    }),
    flaw('events', '', 'event_id', 'no key', event),
    flaw('bounces', 'b900001', 'occurred_at', 'no date', {
      bounce_id: 'b900001',
      email: address,
      kind: 'soft',
      code: '4.2.2',
      detail: 'mailbox full',
      provider: 'ses',
      occurred_at: 'yesterday',
    }),
    flaw('purchases', 'o900001', 'amount', 'no number', {
      order_id: 'o900001',
      contact_id: known,
      ordered_at: day,
      amount: 'twelve',
      currency: 'USD',
    }),
    flaw('purchases', 'o900002', 'contact_id', 'about nobody', {
      order_id: 'o900002',
      contact_id: 'c999998',
      ordered_at: day,
      amount: '25.00',
      currency: 'USD',
    }),
  ];
}
