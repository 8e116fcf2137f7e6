/** An answer other than 200, in the form that Google's services give it. */

export class ApiError extends Error {
  readonly code: number;
  readonly status: string;
  readonly details: object[];
  readonly more: object;

  constructor(code: number, status: string, message: string, details: object[] = [], more: object = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
    this.more = more;
  }

  /** The JSON body. */
  body(): object {
    const { code, status, message, details } = this;
    return { error: { code, message, status, ...this.more, ...(details.length > 0 && { details }) } };
  }
}

/** 400: the request asks for something that can't be. */
export function invalid(message: string): ApiError {
  return new ApiError(400, 'INVALID_ARGUMENT', message);
}

/** 501: the real service may well do it; this server does not, and a test that needs it must not pass. */
export function notImplemented(what: string): ApiError {
  return new ApiError(501, 'UNIMPLEMENTED', `The local Sheets server does not implement ${what}.`);
}
