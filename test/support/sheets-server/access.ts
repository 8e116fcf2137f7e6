/** The answers of a service that does not let one in, in the order in which Google checks. */
import { ApiError } from './api-error.ts';

/**
 * `excel`: an .xlsx file in Drive (node-google-spreadsheet#651, gspread#732); `rate`: Drive's own rate limit, which it
 * answers with 403 ("Resolve errors" of its documentation); `reader`: shared, but only to look at; `signed-out`: no or
 * stale credentials; `narrow`: signed in without the scope; `disabled`: API off in the project; `denied`: not shared;
 * `missing`: no such file.
 */
export type Access =
  | 'excel'
  | 'rate'
  | 'granted'
  | 'reader'
  | 'signed-out'
  | 'narrow'
  | 'disabled'
  | 'denied'
  | 'missing';

/** Throws what the service answers; nothing where access is granted. */
export function checkAccess(access: Access, service: 'sheets' | 'drive', writes: boolean): void {
  if (access === 'signed-out') {
    throw new ApiError(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
  }
  if (access === 'narrow') {
    const reason = 'ACCESS_TOKEN_SCOPE_INSUFFICIENT';
    const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' };
    throw new ApiError(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.', [info]);
  }
  if (access === 'disabled') {
    const name = `${service}.googleapis.com`;
    const activationUrl = `https://console.developers.google.com/apis/api/${name}/overview?project=123456`;
    const metadata = { service: name, activationUrl, consumer: 'projects/123456' };
    const info = {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'SERVICE_DISABLED',
      domain: 'googleapis.com',
      metadata,
    };
    const message = `Google ${service} API has not been used in project 123456 before or it is disabled.`;
    throw new ApiError(403, 'PERMISSION_DENIED', message, [info]);
  }
  if (access === 'excel' && service === 'sheets') {
    throw new ApiError(400, 'FAILED_PRECONDITION', 'This operation is not supported for this document');
  }
  if (access === 'rate' && service === 'drive') {
    const reason = { errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }] };
    throw new ApiError(403, 'PERMISSION_DENIED', 'User rate limit exceeded.', [], reason);
  }
  // Drive calls a file that one may not read missing ("Resolve errors"; gspread#226, #395).
  if (access === 'denied' && service === 'drive') throw new ApiError(404, 'NOT_FOUND', 'File not found: sheet-1.');
  if (access === 'denied' || (access === 'reader' && writes))
    throw new ApiError(403, 'PERMISSION_DENIED', 'The caller does not have permission');
  if (access === 'missing') throw new ApiError(404, 'NOT_FOUND', 'Requested entity was not found.');
}
