/**
 * Segments: which contacts a rule means, as conditions that compile to SQL. Scoring and exports use them through this
 * file. It decides nothing about consent: who may be mailed is the snapshot's (lib/snapshot/consent.ts).
 */
export { lastSeen } from './activity.ts';
export { type Columns, checkCondition } from './check.ts';
export { compile } from './compile.ts';
export { type Condition, testsIn, words } from './condition.ts';
export { segmentInputQuery } from './input.ts';
export { ageOf, dayOf, daysAgo, parseAge } from './when.ts';
