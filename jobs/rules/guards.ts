/**
 * How much may change in one night before a run stops and asks.
 */

/** How much the cleaning may change of what it cleaned before; the first cleaning of a contact counts in neither. */
export const mostCleaned = {
  /** Addresses that were valid or risky, and would be invalid. */
  turnedInvalid: { share: 0.02, count: 500, from: 1000 },
  /** Contacts with a name, phone, country or other cell that would be written in another form. */
  rewritten: { share: 0.2, from: 1000 },
};

/**
 * A list that grows or shrinks by more is pointed out, or held; the other lists go on. In a Google Sheet a row of
 * memberships takes 3 cells of 10 million: `mostMembers: 300_000` holds the lists for which the table has no room.
 */
export const listSizes = { warn: 0.1, stop: 0.3 };
