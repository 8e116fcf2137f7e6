/**
 * What can keep a run from its spreadsheet, each with what to do, in order. Failures are distinguished by what was
 * asked, the HTTP status and the error's status code, never by a sentence: Google's come in the account's language, and
 * may quote cells, so that none of them is shown.
 */
import { GoogleError, notSignedIn, withSteps } from '../google/errors.ts';

export class SheetsError extends GoogleError {
  constructor(message: string) {
    super(message, new.target.name);
  }
}

/** 429, 5xx or a broken connection, for longer than the budget allows. */
export class GaveUp extends SheetsError {
  override name = 'GaveUp';
  override readonly outward = 'Google Sheets did not answer in time, or the quota is used up.';

  constructor(what: string, seconds: number) {
    super(`Google Sheets did not answer in time: ${what}, tried for ${seconds} s. Nothing is lost; run again later.`);
  }
}

/** 400: the service refuses a request. */
export class Refused extends SheetsError {
  constructor(message: string) {
    const kind = /requests\[\d+\]\.([A-Za-z]+)/.exec(message)?.[1];
    const why = REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? 'it asks for something that can’t be done';
    super(`Google Sheets refused a request${kind ? ` (${kind})` : ''}: ${why}.`);
  }
}

/** Only ever used to say more: what is done about a refusal does not depend on its text. */
const REASONS: [RegExp, string][] = [
  [
    /10,?000,?000|\b10 mill/,
    'the spreadsheet would have more than 10 million cells; delete empty rows and columns, or unused tabs',
  ],
  [/50,?000/, 'a cell would hold more than 50,000 characters'],
  [/protected|protegid|geschützt|protégé/i, 'a range is protected; let the account that runs the jobs edit it'],
];

/** Sent, and it is not known whether it was done: 5xx after a write, a broken connection, half an answer, a time-out. */
export class UnknownOutcome extends SheetsError {}

/** A read that does not hold together; never to be taken for rows that are gone. */
export class IncompleteRead extends SheetsError {}

const scopeOf = (name: string): string => `https://www.googleapis.com/auth/${name}`;
/** What a run asks of Google. */
export const SCOPES = ['spreadsheets', 'drive.metadata.readonly'].map(scopeOf);

/** How to sign in on one's own machine, since gcloud's own client is refused for the scopes of Drive (2025-06-23). */
export const SIGN_IN =
  `gcloud auth application-default login --client-id-file=CLIENT.json --scopes=${[...SCOPES, scopeOf('cloud-platform')]} ` +
  '(CLIENT.json: an OAuth client of type "Desktop app" of your project), ' +
  'then gcloud auth application-default set-quota-project PROJECT; ' +
  'or gcloud auth application-default login --impersonate-service-account=ACCOUNT, ' +
  'for an account that the sheet is shared with';

/** What passes by itself. `wait`: the quota is used up. `again`: the work may or may not be done. */
interface Passing {
  readonly kind: 'wait' | 'again';
  readonly what: string;
  readonly retryAfterMs: number;
  /** Nothing of the service was reached: the connection's word for it. */
  readonly noNetwork?: string;
}

/** What was asked: Drive and the Sheets API answer differently to the same mistake. */
export interface Asked {
  readonly kind: 'reads' | 'writes' | 'drive';
  readonly spreadsheetId: string;
  /** The e-mail address that the spreadsheet has to be shared with. */
  readonly account: () => Promise<string | undefined>;
}

interface Thrown {
  status?: number;
  code?: number | string;
  response?: { status?: number; headers?: Headers; data?: { error?: ErrorBody } };
}
interface ErrorBody {
  status?: string;
  message?: string;
  /** Drive's older form. */
  errors?: { reason?: string }[];
  details?: { reason?: string; metadata?: { service?: string; activationUrl?: string; consumer?: string } }[];
}

/** A quota or a rate limit, of a person or a project, in any service's way of writing. */
const LIMITED = /rate_?limit|quota_?exceeded|daily_?limit/i;

/** No address, no answer from it, or a proxy that answers in its place: hardly ever a fault that passes. */
const UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$|CERT|SIGNATURE/;

/** From what the HTTP client throws to what a run can do about it. Drops the request, which may hold cells. */
export async function failureOf(thrown: unknown, asked: Asked): Promise<Passing | GoogleError> {
  if (thrown instanceof IncompleteRead) return { kind: 'again', what: 'half an answer', retryAfterMs: 0 };
  if (thrown instanceof GoogleError) return thrown;
  const { response, code } = thrown as Thrown;
  const status = response?.status ?? (typeof code === 'number' ? code : undefined);
  const body = response?.data?.error ?? {};
  const retryAfterMs = Number(response?.headers?.get?.('retry-after') ?? 0) * 1000 || 0;
  if (status === undefined) {
    const name = typeof code === 'string' ? code : 'no code';
    const noNetwork = UNREACHABLE.test(name) ? { noNetwork: name } : {};
    return { kind: 'again', what: `connection failed (${name})`, retryAfterMs, ...noNetwork };
  }
  // Drive answers 403 where its limits are meant ("Resolve errors" of its documentation), newer services name a reason.
  const isRate = [...(body.errors ?? []), ...(body.details ?? [])].some(({ reason }) => LIMITED.test(reason ?? ''));
  if (status === 429 || (status === 403 && (isRate || body.status === 'RESOURCE_EXHAUSTED')))
    return { kind: 'wait', what: `quota used up (${status})`, retryAfterMs };
  // 409: aborted, for others wrote at the same time; 499: cancelled (google.rpc.Code).
  if ([408, 409, 499].includes(status) || (status >= 500 && status !== 501))
    return { kind: 'again', what: `status ${status}`, retryAfterMs };
  return finalError(status, body, asked);
}

/** gcloud's own project: a person's sign-in that names none counts there, where no API is on. */
const GCLOUD = 'projects/764086051850';

async function finalError(status: number, body: ErrorBody, { kind, spreadsheetId, account }: Asked) {
  if (status === 401) return notSignedIn('the credentials are not valid, or have run out.', SIGN_IN);
  const details = new Map((body.details ?? []).map(({ reason, metadata }) => [reason, metadata ?? {}]));
  const disabled = details.get('SERVICE_DISABLED');
  // The sign-in names no project to count its calls in, or one that it may not use.
  if (disabled?.consumer === GCLOUD || details.has('USER_PROJECT_DENIED') || details.has('CONSUMER_INVALID'))
    return withSteps(
      'QuotaProject',
      'The sign-in names no Google Cloud project whose quota it may use.',
      'gcloud auth application-default set-quota-project PROJECT, for a project in which the Google Sheets API is enabled.',
      'If the project is not yours, ask for the role "Service Usage Consumer" there.',
      'Run again.',
    );
  if (disabled) {
    const { service = `${kind === 'drive' ? 'drive' : 'sheets'}.googleapis.com`, activationUrl } = disabled;
    return withSteps(
      'ApiNotEnabled',
      `The API ${service} is not enabled in the Google Cloud project of the credentials.`,
      `Open ${activationUrl ?? `https://console.cloud.google.com/apis/library/${service}`} and click Enable.`,
      'Wait two minutes.',
      'Run again.',
    );
  }
  if (details.has('ACCESS_TOKEN_SCOPE_INSUFFICIENT'))
    return withSteps('ScopeMissing', 'The sign-in does not cover Google Sheets.', `${SIGN_IN}.`, 'Run again.');
  const address = (await account()) ?? 'the account that runs the jobs (…@….iam.gserviceaccount.com)';
  // Drive's 404: not shared at all; that of the Sheets API: no spreadsheet with that id.
  const isUnseen = status === 404 && kind === 'drive';
  if (status === 403 || isUnseen)
    return withSteps(
      'NotShared',
      `Google knows us but does not let us ${kind === 'writes' ? 'write into' : 'into'} the spreadsheet.`,
      `Open the sheet, click Share, and share the sheet with ${address} as editor.`,
      'If your organisation forbids sharing outside, ask an administrator to allow that account.',
      isUnseen
        ? `If it is shared: compare the id "${spreadsheetId}" with the part of the sheet’s address between /d/ and /edit, ` +
            'and look whether the sheet is in the trash.'
        : 'If the tab or a range is protected, add the same account to those who may edit it.',
    );
  if (status === 404)
    return withSteps(
      'SpreadsheetNotFound',
      `There is no spreadsheet "${spreadsheetId}", or it is not shared with ${address}.`,
      'Open the sheet, click Share, and look whether that account is an editor.',
      'Compare the id with the part of the sheet’s address between /d/ and /edit.',
      'Look whether the sheet is in the trash.',
    );
  // What was read a moment ago is a sheet: it is this write that can't be done.
  if (status === 400 && body.status === 'FAILED_PRECONDITION' && kind !== 'writes')
    return withSteps(
      'ExcelFile',
      'The file is no Google Sheet; most likely it is an Excel file (.xlsx) in Drive, which Google’s interface can’t read.',
      'Open it and choose File, Save as Google Sheets.',
      'Use the address of the new sheet, and share that with the account.',
    );
  return status === 400
    ? new Refused(body.message ?? '')
    : new SheetsError(`Google Sheets answered with status ${status}.`);
}

/** The address of the service can't be reached from this machine. */
export const unreachable = (code: string): GoogleError =>
  withSteps(
    'NoNetwork',
    `Google Sheets can’t be reached from this machine (${code}).`,
    'Check the network, and whether a firewall lets sheets.googleapis.com and oauth2.googleapis.com pass.',
    'Behind a proxy, set HTTPS_PROXY.',
    'Run again.',
  );
