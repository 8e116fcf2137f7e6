/** Reading JSON of other tools: cells as text, and rows of bounces, events and suppressions. */
import type { Json, Read, Reason } from './format.ts';

export const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const items = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : []);
export const text = (value: unknown): string | null =>
  typeof value === 'string' ? value.trim() || null : typeof value === 'number' ? String(value) : null;
/** In lower case; '' for none. */
export const word = (value: unknown): string => (text(value) ?? '').toLowerCase();
export const isText = (value: unknown): boolean => text(value) !== null;

/** Seconds, milli- or nanoseconds since 1970 as ISO 8601; anything else stays the text that it is. */
export function moment(value: unknown): string | null {
  const number =
    typeof value === 'number' ? value : /^\d{9,13}(\.\d+)?$/.test(text(value) ?? '') ? Number(value) : null;
  if (number === null || !Number.isFinite(number)) return text(value);
  const ms = number > 1e17 ? number / 1e6 : number > 1e11 ? number : number * 1000;
  return Math.abs(ms) > 1e14 ? text(value) : new Date(Math.round(ms)).toISOString();
}

/** Whom a record is about, when, and by which id of the provider's. */
export interface About {
  readonly id?: string | null;
  readonly email: unknown;
  readonly at: unknown;
}

const idOf = (provider: string, { id }: About): string | null => (id ? `${provider}:${id}` : null);

/** @param kind one of the workbook's five words, or the provider's own where it is not known: such a row is rejected, never dropped */
export function bounce(
  provider: string,
  about: About,
  kind: string,
  more: { readonly code?: unknown; readonly detail?: unknown } = {},
): Read {
  return {
    table: 'bounces',
    cells: {
      bounce_id: idOf(provider, about),
      email: text(about.email),
      kind,
      code: text(more.code),
      detail: text(more.detail),
      provider,
      occurred_at: moment(about.at),
    },
  };
}

export const event = (provider: string, about: About, type: string, campaign: unknown = null): Read => ({
  table: 'events',
  cells: {
    event_id: idOf(provider, about),
    email: text(about.email),
    type,
    occurred_at: moment(about.at),
    campaign: text(campaign),
  },
});

const KINDS = ['hard', 'soft', 'block', 'complaint', 'unsubscribe'];

/**
 * What a provider reports by a word of its own: `means` gives the kind of a bounce or the type of an event for each word;
 * any other word is ignored, and counted.
 */
export function reported(
  provider: string,
  about: About,
  name: string,
  means: Readonly<Record<string, string>>,
  more: { readonly code?: unknown; readonly detail?: unknown; readonly campaign?: unknown } = {},
): Read[] {
  const meaning = Object.hasOwn(means, name) && means[name];
  if (!meaning) return [{ ignored: name }];
  return [
    KINDS.includes(meaning) ? bounce(provider, about, meaning, more) : event(provider, about, meaning, more.campaign),
  ];
}

/** An order, by what was paid of it and not returned. */
export const purchase = (provider: string, about: About, amount: number, currency: unknown): Read => ({
  table: 'purchases',
  cells: {
    order_id: idOf(provider, about),
    email: text(about.email),
    ordered_at: moment(about.at),
    amount: String(Math.max(0, Math.round(amount * 100) / 100)),
    currency: text(currency)?.toUpperCase() ?? null,
  },
});

/** An address on a provider's suppression list. */
export const suppressed = (provider: string, about: About, reason: Reason, note: unknown = null): Read => ({
  table: 'suppressions',
  cells: {
    email: text(about.email),
    scope: reason === 'hard_bounce' || reason === 'invalid' ? 'address' : 'person',
    reason,
    suppressed_at: moment(about.at),
    source: provider,
    note: text(note),
  },
});
