/** SendGrid's suppressions, with what was added to them. */
import type { Asked, Tool } from './server.ts';

export interface Entry {
  readonly email: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly reason?: string;
  readonly status?: string;
  readonly ip?: string;
}

export interface SendGridState {
  readonly bounces?: readonly Entry[];
  readonly blocks?: readonly Entry[];
  readonly invalid_emails?: readonly Entry[];
  readonly spam_reports?: readonly Entry[];
  readonly unsubscribes?: Entry[];
  /** When an address that is added now counts as added. */
  readonly now?: () => number;
  /** A batch with such an address is rejected. */
  readonly rejects?: (email: string) => boolean;
}

export const SENDGRID_KEY = 'SG.invented-key';

export function sendgridTool(state: SendGridState): Tool & { readonly suppressed: Entry[] } {
  const suppressed = state.unsubscribes ?? [];
  const list =
    (entries: readonly Entry[] = []) =>
    ({ query }: Asked) => {
      const [start, end] = [Number(query.get('start_time') ?? 0), Number(query.get('end_time') ?? 1e12)];
      const [limit, offset] = [Number(query.get('limit') ?? 500), Number(query.get('offset') ?? 0)];
      const found = entries.filter(({ created }) => created >= start && created <= end);
      return { body: found.slice(offset, offset + limit) };
    };
  return {
    suppressed,
    described: ['sendgrid-suppressions.json'],
    signedIn: ({ authorization }) => authorization === `Bearer ${SENDGRID_KEY}`,
    routes: {
      'GET /v3/suppression/bounces': list(state.bounces),
      'GET /v3/suppression/blocks': list(state.blocks),
      'GET /v3/suppression/invalid_emails': list(state.invalid_emails),
      'GET /v3/suppression/spam_reports': list(state.spam_reports),
      'GET /v3/suppression/unsubscribes': list(suppressed),
      'GET /v3/asm/suppressions': () => ({ body: [] }),
      'POST /v3/asm/suppressions/global': ({ body }) => {
        const { recipient_emails: emails } = body as { recipient_emails: string[] };
        if (emails.some((email) => state.rejects?.(email))) return { status: 400, body: { errors: [] } };
        for (const email of emails)
          if (!suppressed.some((each) => each.email === email))
            suppressed.push({ email, created: state.now?.() ?? 1_795_392_000 });
        return { status: 201, body: { recipient_emails: emails } };
      },
      'GET /v3/asm/suppressions/global/{}': ({ values: [email] }) => ({
        body: suppressed.some((each) => each.email === email) ? { recipient_email: email } : {},
      }),
    },
  };
}
