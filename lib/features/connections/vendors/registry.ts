/** All vendors, in the order of docs/connections.md. */

import { sendgrid } from './sendgrid.ts';
import type { Vendor } from './vendor.ts';

export const vendors: readonly Vendor[] = [sendgrid];

export const vendorOf = (id: string): Vendor => {
  const found = vendors.find((each) => each.id === id);
  if (!found) throw new Error(`There is no vendor ${id}.`);
  return found;
};
