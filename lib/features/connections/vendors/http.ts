/**
 * Any other tool with an API: an address, a key, and pages of JSON or CSV by link, cursor or offset. Its records are
 * of a known format (docs/import.md), or are mapped to the columns of bounces, events or purchases.
 */
import * as z from 'zod';
import { byCursor, byLink, byOffset, iso, object, records } from './pages.ts';
import type { At, Json, Vendor } from './vendor.ts';

export const httpOptions = {};
export const httpVendor = (_: never): Vendor => {
  throw new Error('not yet');
};
void [z, object, records, byCursor, byLink, byOffset, iso];

export type { At, Json };
