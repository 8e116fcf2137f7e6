/**
 * What can keep a run from its dataset, each with what to do about it. Errors are distinguished by the HTTP status and
 * BigQuery's `reason`; of a message only names of rights, datasets and locations are shown, for it may quote cells.
 */
import { NightshiftError } from '../../core/errors.ts';
import { addressOf, type Place } from './address.ts';

export class BigQueryError extends NightshiftError {
  override name = 'BigQueryError';
  /** BigQuery's word for what went wrong: `accessDenied`, `notFound`, `invalidQuery` … */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }

  override get outward(): string {
    return `BigQuery refused what the run asked for (${this.reason.replace(/[^A-Za-z ]/g, '')}).`;
  }
}

/** An error of a request or a job, as BigQuery describes it. */
export interface Fault {
  readonly status?: number;
  readonly reason: string;
  readonly message: string;
}

/** A job that ran and failed, or names a table that is gone: nothing of it was done. */
export class JobFailed extends BigQueryError {
  override name = 'JobFailed';
  readonly fault: Fault;

  constructor(fault: Fault, place: Place, what: string) {
    const { message } = errorOf(fault, place, what);
    super(fault.reason, message);
    this.fault = fault;
  }
}

/** Roles that hold the rights a run needs. */
const ROLE_OF: readonly (readonly [RegExp, string])[] = [
  [/^bigquery\.(jobs|readsessions)\./, 'BigQuery Job User (roles/bigquery.jobUser) on the project'],
  [/^bigquery\.(datasets\.get|tables\.(get|list|getData))$/, 'BigQuery Data Viewer (roles/bigquery.dataViewer)'],
  [/^bigquery\.datasets\.create$/, 'BigQuery User (roles/bigquery.user) on the project'],
  [/^bigquery\./, 'BigQuery Data Editor (roles/bigquery.dataEditor) on the dataset'],
];

/** Reasons that pass by themselves: the same is tried again. */
const PASSING = new Set([
  'backendError',
  'internalError',
  'rateLimitExceeded',
  'jobRateLimitExceeded',
  'tableUnavailable',
]);

export const isPassing = ({ status, reason }: Fault): boolean =>
  PASSING.has(reason) || status === 429 || status === 408 || (status !== undefined && status >= 500);

/** Two transactions changed one table: nothing of this one was done. */
export const isConflict = ({ message }: Fault): boolean =>
  /concurrent (update|transaction)|could not serialize/i.test(message);

/** A table or a column that a statement names is not there any more. */
export const isGone = ({ reason, message }: Fault): boolean =>
  reason === 'notFound' || /unrecognized name|not found inside/i.test(message);

/** What to tell a person. `what`: what the run was doing. */
export function errorOf(fault: Fault, place: Place, what: string): BigQueryError {
  // For a developer at their own machine who asked for it; it may quote cells.
  if (process.env.NIGHTSHIFT_DEBUG === '1' && process.env.GITHUB_ACTIONS !== 'true') console.error(fault);
  return new BigQueryError(fault.reason, `BigQuery, ${what}: ${sentence(fault, place)}`);
}

function sentence({ status, reason, message }: Fault, place: Place): string {
  const address = addressOf(place);
  if (/has not been used in project|SERVICE_DISABLED|accessNotConfigured/.test(`${message} ${reason}`))
    return (
      `the BigQuery API is not enabled in the project ${place.project}. Enable it at ` +
      'https://console.cloud.google.com/apis/library/bigquery.googleapis.com, wait two minutes, and run again.'
    );
  if (reason === 'billingNotEnabled' || /billing has not been enabled|billing.*(not|disabled)/i.test(message))
    return (
      `billing is not set up for the project ${place.project}, and without it no row may be written. ` +
      'Link a billing account in the Google Cloud console.'
    );
  if (/snapshot time|time travel|before the earliest|is not available at/i.test(message))
    return (
      `the run took longer than the dataset's time travel window, so that its snapshot is gone. ` +
      `Set the window of ${address} to more hours (max_time_travel_hours), or run again.`
    );
  if (reason === 'bytesBilledLimitExceeded' || /exceeded limit for bytes billed/i.test(message))
    return (
      'it would read more than the rules allow. ' +
      'Raise bigquery.gigabytesPerQuery in jobs/rules/workbook.ts if that is meant.'
    );
  if (reason === 'quotaExceeded')
    return (
      `a quota of the project ${place.project} is used up. ` +
      'Run again tomorrow, or raise it under IAM & Admin, Quotas.'
    );
  if (reason === 'accessDenied' || status === 403) return forbidden(message, place);
  if (reason === 'notFound' || status === 404) return missing(message, place);
  if (reason === 'responseTooLarge' || reason === 'resourcesExceeded')
    return 'a table is too large to be read in one piece (docs/bigquery.md, "Where contacts outgrow a machine").';
  if (/streaming buffer/i.test(message)) {
    const table = /table [\w.:-]*?(\w+) would affect/i.exec(message)?.[1];
    return (
      `rows of ${table ? `"${table}"` : 'a table'} arrived less than 90 minutes ago, and can’t be changed yet. ` +
      'Run again later, or write them there by load jobs.'
    );
  }
  if (/cannot be (modified|mutated)|is not allowed for this operation|\bview\b/i.test(message))
    return 'a table that the run writes is a view, or external. Make it a table, or keep it out of the dataset.';
  if (/Bad (int64|double|float64|numeric|bool|date|timestamp)|could not cast|invalid (date|timestamp)/i.test(message))
    return (
      'a value does not fit the type of its column. ' + '"doctor" lists columns whose type can’t hold what jobs write.'
    );
  return (
    `it was refused (${reason || `status ${status}`}). Nothing of it was done. ` +
    'NIGHTSHIFT_DEBUG=1 on your own machine shows more.'
  );
}

function forbidden(message: string, { project, dataset }: Place): string {
  const right = /\bbigquery\.[a-zA-Z]+\.[a-zA-Z]+\b/.exec(message)?.[0];
  const role = ROLE_OF.find(([pattern]) => right !== undefined && pattern.test(right))?.[1];
  if (right === undefined)
    return (
      `the account that runs the night shift has no access to the dataset ${dataset} of ${project}. ` +
      'Give it the roles BigQuery Job User on the project and BigQuery Data Editor on the dataset.'
    );
  return `the account that runs the night shift lacks the right ${right}. Give it the role ${role}.`;
}

function missing(message: string, place: Place): string {
  const { project, dataset, location } = place;
  const where = /location ([A-Za-z0-9-]+)/.exec(message)?.[1] ?? location;
  if (/project/i.test(message) && !/dataset|table|job/i.test(message))
    return `there is no project ${project}, or the account may not see it.`;
  if (/not found: table/i.test(message)) return 'a table was deleted while the run worked. Run again.';
  return (
    `there is no dataset ${dataset} in the project ${project}${where ? `, location ${where}` : ''}. ` +
    `Create it, or name its location: ${addressOf(place)}?location=EU.`
  );
}
