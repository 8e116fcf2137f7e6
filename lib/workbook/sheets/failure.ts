/** From what the HTTP client throws to what a run can do about it. Drops the request, which may hold cells. */
import { GoogleError, notSignedIn } from '../google/errors.ts';
import * as errors from './errors.ts';

/** `wait`: the quota is used up. `again`: the service or the connection failed, the work may or may not be done. */
export type Failure =
  | { kind: 'wait' | 'again'; what: string; retryAfterMs: number; noNetwork?: string }
  | { kind: 'final'; error: GoogleError };

/** What was asked: Drive and the Sheets API answer differently to the same mistake. */
export interface Asked {
  readonly service: 'sheets' | 'drive';
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

/** gcloud's own project: a person's sign-in that names none counts there, where no API is on. */
const GCLOUD = 'projects/764086051850';

/** What can be done about an error. */
export async function failureOf(thrown: unknown, asked: Asked): Promise<Failure> {
  if (thrown instanceof errors.IncompleteRead) return { kind: 'again', what: 'half an answer', retryAfterMs: 0 };
  if (thrown instanceof GoogleError) return { kind: 'final', error: thrown };
  const { response, code } = thrown as Thrown;
  const status = response?.status ?? (typeof code === 'number' ? code : undefined);
  const body = response?.data?.error ?? {};
  const retryAfterMs = Number(response?.headers?.get?.('retry-after') ?? 0) * 1000 || 0;
  // Drive answers 403 where its limits are meant ("Resolve errors" of its documentation), newer services name a reason.
  const isRate = [...(body.errors ?? []), ...(body.details ?? [])].some(({ reason }) => LIMITED.test(reason ?? ''));
  if (status === 429 || (status === 403 && (isRate || body.status === 'RESOURCE_EXHAUSTED'))) {
    return { kind: 'wait', what: `quota used up (${status})`, retryAfterMs };
  }
  // 409: aborted, for others wrote at the same time; 499: cancelled (google.rpc.Code).
  if (status === 408 || status === 409 || status === 499 || (status !== undefined && status >= 500 && status !== 501)) {
    return { kind: 'again', what: `status ${status}`, retryAfterMs };
  }
  if (status !== undefined) return { kind: 'final', error: await finalError(status, body, asked) };
  const name = typeof code === 'string' ? code : 'no code';
  const noNetwork = UNREACHABLE.test(name) ? { noNetwork: name } : {};
  return { kind: 'again', what: `connection failed (${name})`, retryAfterMs: 0, ...noNetwork };
}

async function finalError(status: number, body: ErrorBody, asked: Asked): Promise<GoogleError> {
  const reasons = new Set((body.details ?? []).map(({ reason }) => reason));
  if (status === 401) return notSignedIn('the credentials are not valid, or have run out.', errors.SIGN_IN);
  if (reasons.has('SERVICE_DISABLED')) {
    const { metadata } = body.details?.find(({ reason }) => reason === 'SERVICE_DISABLED') ?? {};
    if (metadata?.consumer === GCLOUD) return errors.quotaProject();
    return errors.apiNotEnabled(metadata?.service ?? `${asked.service}.googleapis.com`, metadata?.activationUrl);
  }
  if (reasons.has('ACCESS_TOKEN_SCOPE_INSUFFICIENT')) return errors.scopeMissing();
  if (reasons.has('USER_PROJECT_DENIED') || reasons.has('CONSUMER_INVALID')) return errors.quotaProject();
  if (status === 403) return errors.notShared(await asked.account());
  if (status === 404 && asked.service === 'drive') {
    return errors.notShared(await asked.account(), 'nothing', asked.spreadsheetId);
  }
  if (status === 404) return errors.spreadsheetNotFound(asked.spreadsheetId, await asked.account());
  if (status === 400 && body.status === 'FAILED_PRECONDITION') return errors.excelFile();
  if (status === 400) return new errors.Refused(body.message ?? '');
  return new errors.SheetsError(`Google Sheets answered with status ${status}.`);
}
