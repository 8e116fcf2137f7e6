/** From what the HTTP client throws to what a run can do about it. Drops the request, which may hold cells. */
import {
  ApiNotEnabled,
  NotShared,
  NotSignedIn,
  Refused,
  ScopeMissing,
  SheetsError,
  SpreadsheetNotFound,
} from './errors.ts';

/** `wait`: the quota is used up. `again`: the service or the connection failed, the work may or may not be done. */
export type Failure =
  | { kind: 'wait' | 'again'; what: string; retryAfterMs: number }
  | { kind: 'final'; error: SheetsError };

interface Thrown {
  status?: number;
  code?: number | string;
  response?: { status?: number; headers?: Headers; data?: { error?: ErrorBody } };
}
interface ErrorBody {
  status?: string;
  message?: string;
  details?: { reason?: string; metadata?: { service?: string; activationUrl?: string } }[];
}

/** Sorts an error. `account` asks for the e-mail address that the spreadsheet has to be shared with. */
export async function failureOf(
  thrown: unknown,
  spreadsheetId: string,
  account: () => Promise<string | undefined>,
): Promise<Failure> {
  if (thrown instanceof SheetsError) return { kind: 'final', error: thrown };
  const { response, code } = thrown as Thrown;
  const status = response?.status ?? (typeof code === 'number' ? code : undefined);
  const retryAfterMs = Number(response?.headers?.get?.('retry-after') ?? 0) * 1000 || 0;
  if (status === 429) return { kind: 'wait', what: 'quota used up (429)', retryAfterMs };
  if (status === 408 || (status !== undefined && status >= 500 && status !== 501)) {
    return { kind: 'again', what: `status ${status}`, retryAfterMs };
  }
  if (status !== undefined)
    return { kind: 'final', error: await finalError(status, response?.data?.error ?? {}, spreadsheetId, account) };
  return { kind: 'again', what: `connection failed (${typeof code === 'string' ? code : 'no code'})`, retryAfterMs: 0 };
}

async function finalError(
  status: number,
  body: ErrorBody,
  spreadsheetId: string,
  account: () => Promise<string | undefined>,
): Promise<SheetsError> {
  const disabled = body.details?.find((one) => one.reason === 'SERVICE_DISABLED');
  if (status === 401) return new NotSignedIn('the credentials are not valid, or have run out.');
  if (disabled !== undefined) {
    return new ApiNotEnabled(disabled.metadata?.service ?? 'sheets.googleapis.com', disabled.metadata?.activationUrl);
  }
  if (body.details?.some((one) => one.reason === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT')) return new ScopeMissing();
  if (status === 403) return new NotShared(await account());
  if (status === 404) return new SpreadsheetNotFound(spreadsheetId);
  if (status === 400) return new Refused(body.message ?? '');
  return new SheetsError(`Google Sheets answered with status ${status}.`);
}
