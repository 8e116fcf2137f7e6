/**
 * Takes envelopes off what providers and their couriers wrap around records: SNS, SQS, Lambda and EventBridge of Amazon, pages of
 * API lists, bodies of webhooks. An object without any is its own only content.
 */
import { namesIn } from '../../workbook/headers.ts';
import type { Json } from './format.ts';
import { isText, items, object, text, word } from './json.ts';

/** Lists of records inside of pages and batches, by the name of their field. */
const LISTS = namesIn(`items Bounces Records events Messages Suppressions SuppressedDestinationSummaries suppressed
  results recipient_suppressions Data contacts unsubscribes abuse_reports members data objects statuses wideStatuses`);

function parsedObject(value: unknown): Json[] {
  try {
    const parsed: unknown = JSON.parse(text(value) ?? '');
    return Array.isArray(parsed) ? items(parsed) : [object(parsed)];
  } catch {
    return [{}];
  }
}

export function unwrap(value: Json): Json[] {
  if (word(value.Type) === 'notification' && isText(value.Message)) return parsedObject(value.Message).flatMap(unwrap);
  // SQS by Lambda and by receive-message.
  for (const body of [value.body, value.Body]) {
    if (typeof body === 'string' && /^\s*[{[]/.test(body)) return parsedObject(body).flatMap(unwrap);
  }
  if (typeof value.Sns === 'object') return unwrap(object(value.Sns));
  if (isText(value['detail-type']) && typeof value.detail === 'object') return unwrap(object(value.detail));
  if (typeof value['event-data'] === 'object') return [object(value['event-data'])];
  if (Array.isArray(object(value.data).results)) return items(object(value.data).results).flatMap(unwrap);
  for (const name of LISTS) {
    const list = value[name];
    if (Array.isArray(list) && list.every((each) => typeof each === 'object')) return items(list).flatMap(unwrap);
  }
  return [value];
}
