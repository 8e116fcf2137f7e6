/**
 * Contacts whom a plan would suppress that waits for approval: nothing is decided about them, and meanwhile no list that is meant
 * for sending leaves the workbook with them on it. Filled by the run, read by exports.
 */

import type { Engine } from '../core/engine.ts';
import { raw, type Sql } from '../core/sql.ts';

/** `waiting_people(contact_id)`. */
export const waitingPeople: Sql = raw('waiting_people');

export const createWaiting = (engine: Engine): Promise<void> =>
  engine.run(raw('create or replace table waiting_people (contact_id varchar)'));
