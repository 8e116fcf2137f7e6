/** Messages for a refusal by BigQuery, and for an address that is none. */
import { expect, it } from 'vitest';
import { placeOf } from '../../../lib/workbook/bigquery/address.ts';
import { errorOf } from '../../../lib/workbook/bigquery/errors.ts';
import { faultOf } from '../../../lib/workbook/bigquery/wire.ts';

it.each([
  [
    {
      status: 403,
      reason: 'accessDenied',
      message: 'User does not have bigquery.jobs.create permission in project p.',
    },
    'bigquery.jobs.create',
  ],
  [
    { status: 403, reason: 'accessDenied', message: 'Permission bigquery.tables.updateData denied on table' },
    'BigQuery Data Editor',
  ],
  [
    { status: 404, reason: 'notFound', message: 'Not found: Dataset p:marketing was not found in location US' },
    'location US',
  ],
  [{ status: 403, reason: 'quotaExceeded', message: 'Quota exceeded' }, 'a quota of the project example-project is'],
  [
    {
      status: 403,
      reason: 'quotaExceeded',
      message: 'Custom quota exceeded: your project exceeded quota for QueryUsage',
    },
    'used up (QueryUsage)',
  ],
  [
    { status: 403, reason: 'quotaExceeded', message: 'Your project exceeded quota for free query bytes scanned.' },
    'no billing account is linked',
  ],
  [
    {
      status: 403,
      reason: 'accessDenied',
      message: 'Access Denied: Time travel on table p:d.t is forbidden as it has (or has had) row access policies.',
    },
    'row access policies',
  ],
  [
    {
      status: 403,
      reason: 'accessDenied',
      message: 'User has neither fine-grained reader nor masked get permission to get data protected by policy tag "t"',
    },
    'Fine-Grained Reader',
  ],
  [
    { status: 403, reason: 'policyViolation', message: 'VPC Service Controls: Request is prohibited by policy.' },
    'access level of the perimeter',
  ],
  [
    { status: 400, reason: 'invalidQuery', message: 'Required field crm_id cannot be null' },
    'the column crm_id is REQUIRED',
  ],
  [
    {
      status: 400,
      reason: 'invalidQuery',
      message: "Cannot query over table 'p.d.events' without a filter over column(s) 'occurred_at'",
    },
    'require_partition_filter',
  ],
  [{ status: 403, reason: 'billingNotEnabled', message: 'Billing has not been enabled' }, 'billing'],
  [{ reason: 'invalidQuery', message: 'Invalid snapshot time 1 for table' }, 'max_time_travel_hours'],
  [
    {
      status: 400,
      reason: 'invalidQuery',
      message: 'UPDATE or DELETE statement over table p.d.review would affect rows in the streaming buffer',
    },
    'rows of "review" arrived less than 90 minutes ago',
  ],
  [{ status: 400, reason: 'invalidQuery', message: 'Bad double value in review' }, 'type of its column'],
  [{ status: 400, reason: 'invalidQuery', message: 'Bad double value: secret@example.com' }, 'type of its column'],
])('says in words what BigQuery refused, and quotes no cell: %j', (fault, words) => {
  const { message, outward } = errorOf(fault, placeOf('bigquery://example-project/marketing'), 'writing');
  expect(message).toContain(words);
  expect(message + outward).not.toContain('secret@example.com');
});

it.each([
  'bigquery://p/d',
  'bigquery://example-project',
  'bigquery://example-project/d?region=EU',
  'bigquery://example-project/d/t',
])('refuses what is no dataset’s address: %s', (address) =>
  expect(() => placeOf(address)).toThrow('Expected bigquery://PROJECT/DATASET'),
);

it('counts a request that took too long as one that is repeated', () =>
  expect(faultOf(Object.assign(new Error('aborted'), { cause: { name: 'AbortError' } }))).toMatchObject({
    status: 503,
  }));
