/** A refusal as BigQuery words it. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  get body() {
    const { status: code, reason, message } = this;
    return { error: { code, message, errors: [{ reason, message, domain: 'global' }] } };
  }
}
