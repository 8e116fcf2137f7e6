/**
 * An enrichment in a process of its own that is ready to be killed: `enrich-child.ts RULES ARGS…` runs the
 * command line with one job, enrichment by the rules given as JSON.
 */

import { main } from '../../../lib/cli/main.ts';
import { enrichmentRules } from '../../../lib/features/enrichment/rules.ts';
import { nightShift } from '../../fixture/batches.ts';
import { enrichment } from '../../fixture/enrichment.ts';

const [rules = '', ...args] = process.argv.slice(2);
const job = enrichment(enrichmentRules.parse(JSON.parse(rules)));
const weekly = nightShift.batches.filter(({ name }) => name === 'weekly').map((batch) => ({ ...batch, jobs: [job] }));
process.exitCode = await main(args, { ...nightShift, batches: weekly });
