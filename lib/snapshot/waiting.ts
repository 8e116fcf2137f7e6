/**
 * Contacts that a waiting plan would suppress: nothing is decided about them, and meanwhile no list for sending is
 * exported with them. Filled by the run, read by exports.
 */

import type { Engine } from '../core/engine.ts';
import { type Sql, sql } from '../core/sql.ts';

/** `waiting_people(contact_id)`. */
export const waitingPeople: Sql = sql`waiting_people`;

export const createWaiting = (engine: Engine): Promise<void> =>
  engine.run(sql`create or replace table waiting_people (contact_id varchar)`);
