/**
 * Bounces: from reports of mail providers to the verdict on an address. Scoring uses the verdict through this file,
 * never the provider's own word.
 */
export { type BounceRules, bounceRules } from './rules.ts';
export { countedBounceSteps, undeliverable } from './verdicts.ts';
