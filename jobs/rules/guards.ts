/**
 * How much may change in one night before a run stops and asks.
 */

/** A list that grows or shrinks by more is pointed out, or held; the other lists go on. */
export const listSizes = { warn: 0.1, stop: 0.3 };
