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
  /** What BigQuery answered: nothing was done. Null where the run refused by itself. */
  readonly fault: Fault | null;
  override readonly outward: string;

  constructor(reason: string, message: string, fault: Fault | null = null) {
    super(message);
    this.reason = reason;
    this.fault = fault;
    this.outward = `BigQuery refused what the run asked for (${reason.replace(/[^A-Za-z ]/g, '')}).`;
  }
}

/** Catches an error of one reason alone. */
export const unlessReason =
  (reason: string) =>
  (error: unknown): undefined => {
    if (!(error instanceof BigQueryError && error.reason === reason)) throw error;
  };

/** An error of a request or a job, as BigQuery describes it. */
export interface Fault {
  readonly status?: number;
  readonly reason: string;
  readonly message: string;
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

/** The moment is before the table was made, or before the dataset's time travel window. */
const TOO_EARLY = /snapshot time|before the earliest|is not available at/i;
export const isTooEarly = ({ message }: Fault): boolean => TOO_EARLY.test(message);

/** What to tell a person. `what`: what the run was doing. */
export function errorOf(fault: Fault, place: Place, what: string): BigQueryError {
  // For a developer at their own machine who asked for it; it may quote cells.
  if (process.env.NIGHTSHIFT_DEBUG === '1' && process.env.GITHUB_ACTIONS !== 'true') console.error(fault);
  return new BigQueryError(fault.reason, `BigQuery, ${what}: ${sentence(fault, place)}`, fault);
}

type Sentence = (message: string, place: Place) => string;

/** By what stands in BigQuery's reason and message; the first that fits is meant. */
const SENTENCES: readonly (readonly [RegExp, string | Sentence])[] = [
  [
    /has not been used in project|SERVICE_DISABLED|accessNotConfigured/,
    (_, { project }) =>
      `the BigQuery API is not enabled in the project ${project}. Enable it at ` +
      'https://console.cloud.google.com/apis/library/bigquery.googleapis.com, wait two minutes, and run again.',
  ],
  [
    /billingNotEnabled|billing has not been enabled|billing.*(not|disabled)/i,
    (_, { project }) =>
      `billing is not set up for the project ${project}, and without it no row may be written. ` +
      'Link a billing account in the Google Cloud console.',
  ],
  [
    /free query bytes/i,
    (_, { project }) =>
      `the free queries of this month are used up, and no billing account is linked to the project ${project}. ` +
      'Link one in the Google Cloud console.',
  ],
  [
    /time travel on table|row access polic|overrideTimeTravel/i,
    'a table has row access policies, or had some: its rows may be hidden, and its past may not be read. ' +
      'Copy it to a table without (create table … as select), under the name that the workbook needs.',
  ],
  [
    /policy tag/i,
    'a column is protected by a policy tag. Give the account the role Fine-Grained Reader ' +
      '(roles/datacatalog.categoryFineGrainedReader), or take the tag off.',
  ],
  [
    /cryptoKey|Cloud KMS/i,
    'the dataset is encrypted by a key of your own, which BigQuery may not use. Give BigQuery’s service account ' +
      'the role Cloud KMS CryptoKey Encrypter/Decrypter on the key.',
  ],
  [
    /VPC Service Controls|organization.s policy/i,
    (_, { project }) =>
      `the service perimeter of the project ${project} (VPC Service Controls) keeps this machine out. ` +
      'Add the account to an access level of the perimeter.',
  ],
  [
    TOO_EARLY,
    (_, place) =>
      `the run took longer than the dataset's time travel window, so that its snapshot is gone. ` +
      `Set the window of ${addressOf(place)} to more hours (max_time_travel_hours), or run again.`,
  ],
  [
    /bytesBilledLimitExceeded|exceeded limit for bytes billed/i,
    'it would read more than the rules allow. ' +
      'Raise bigquery.gigabytesPerQuery in jobs/rules/workbook.ts if that is meant.',
  ],
  [
    /quotaExceeded/,
    (message, { project }) => {
      const quota = /exceeded (?:the )?quota for ([A-Za-z ]{3,60})/.exec(message)?.[1]?.trim();
      return (
        `a quota of the project ${project} is used up${quota ? ` (${quota})` : ''}. ` +
        'Run again tomorrow, or raise it under IAM & Admin, Quotas.'
      );
    },
  ],
  [/accessDenied|^403 /, forbidden],
  [/notFound|^404 /, missing],
  [
    /responseTooLarge|resourcesExceeded/,
    'a table is too large to be read in one piece (docs/bigquery.md, "Where contacts outgrow a machine").',
  ],
  [
    /streaming buffer/i,
    (message) =>
      `rows of ${tableIn(message)} arrived less than 90 minutes ago, and can’t be changed yet. ` +
      'Run again later, or write them there by load jobs.',
  ],
  [
    /without a filter over column/i,
    (message) =>
      `${tableIn(message)} takes no statement without a filter on its partitions. ` +
      'Set its require_partition_filter to false: jobs change rows of all days.',
  ],
  [
    /required field|cannot be null/i,
    (message) =>
      `the column ${/field ["`']?(\w+)/i.exec(message)?.[1] ?? 'of a table'} is REQUIRED, and a row has nothing ` +
      'for it. Make it NULLABLE, or give it a default value.',
  ],
  [
    /cannot be (modified|mutated)|is not allowed for this operation|\bview\b/i,
    'a table that the run writes is a view, or external. Make it a table, or keep it out of the dataset.',
  ],
  [
    /Bad (int64|double|float64|numeric|bool|date|timestamp)|could not cast|invalid (date|timestamp)/i,
    'a value does not fit the type of its column. "doctor" lists columns whose type can’t hold what jobs write.',
  ],
];

/** The name of the table that a message is about. */
const tableIn = (message: string): string => {
  const name = /table ['"`]?[\w.:-]*?(\w+)['"`]? (?:would affect|without)/i.exec(message)?.[1];
  return name === undefined ? 'a table' : `"${name}"`;
};

function sentence({ status, reason, message }: Fault, place: Place): string {
  const [, text] = SENTENCES.find(([pattern]) => pattern.test(`${status ?? ''} ${reason} ${message}`)) ?? [];
  return (
    (typeof text === 'function' ? text(message, place) : text) ??
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
