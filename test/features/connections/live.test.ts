/**
 * Connections to real accounts, by `npm run test:live`: each is skipped where its secret isn't set. A vendor's options
 * stand in NIGHTSHIFT_LIVE_VENDOR as JSON: NIGHTSHIFT_LIVE_MAILCHIMP='{"server":"us6","audience":"a1b2c3d4e5"}'. Reads alone.
 */
import { expect, it } from 'vitest';
import { checkConnection, connectionRules } from '../../../lib/features/connections/index.ts';
import { vendors } from '../../../lib/features/connections/vendors/registry.ts';
import { temporaryFolder } from '../../support/workbook.ts';

const secret = (name: string): string | undefined => process.env[name];

const real = vendors.filter(({ id }) => id !== 'sample');

for (const { id, secrets, suppressions } of real) {
  const names = Object.values(secrets);
  const isSet = names.every((name) => secret(name));
  it.skipIf(!isSet)(`${id} signs in with ${names.join(' and ')}, and may be read`, { timeout: 60_000 }, async () => {
    const options = process.env[`NIGHTSHIFT_LIVE_${id.toUpperCase()}`] ?? '{}';
    const rules = {
      connections: [
        { name: id, vendor: id, ...(suppressions && { suppress: true }), ...(JSON.parse(options) as object) },
      ],
    };
    const [connection] = connectionRules(rules, []).connections;
    const checked = connection ? await checkConnection(connection, { secret }, new Date(), temporaryFolder()) : [];
    expect(checked.filter(({ isFine }) => !isFine)).toEqual([]);
  });
}
