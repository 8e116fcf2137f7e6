/**
 * Signs in to Google: Application Default Credentials, so that a key file, a person's own `gcloud` log-in and Workload
 * Identity Federation all work. What goes wrong here is never taken for an answer of the service.
 */
import { auth as google } from 'googleapis/build/src/apis/sheets/index.js';
import { notSignedIn } from './errors.ts';

type GoogleAuth = InstanceType<typeof google.GoogleAuth>;

export const newSignIn = (scopes: readonly string[]): GoogleAuth => new google.GoogleAuth({ scopes: [...scopes] });

/** The account's address; undefined where the credentials do not say. */
export const accountOf = (auth: GoogleAuth): Promise<string | undefined> =>
  auth.getCredentials().then(
    ({ client_email: email }) => email,
    () => undefined,
  );

/**
 * Sees to it that there is a token. `onOwnMachine`: the command that signs a person in.
 * @throws GoogleError; what a connection failed of, as it came
 */
export async function signIn(auth: GoogleAuth, onOwnMachine: string): Promise<void> {
  try {
    await auth.getAccessToken();
  } catch (thrown) {
    if (isPassing(thrown)) throw thrown;
    throw notSignedIn(reasonOf(thrown), onOwnMachine);
  }
}

interface Thrown {
  readonly code?: unknown;
  readonly message?: string;
  readonly status?: number;
  readonly response?: { readonly status?: number };
}

const statusOf = ({ status, response }: Thrown): number | undefined => response?.status ?? status;

/** A connection that failed, or a service that is down for now. */
function isPassing(thrown: unknown): boolean {
  const status = statusOf(thrown as Thrown) ?? 0;
  const { code } = thrown as Thrown;
  return status >= 500 || status === 429 || /^(ECONN|ENOTFOUND|ETIMEDOUT|EAI_|EPIPE)/.test(String(code ?? ''));
}

/** Only known words are let through: a message may quote the key file. */
function reasonOf(thrown: unknown): string {
  const { code, message = '' } = thrown as Thrown;
  if (/default credentials/i.test(message)) {
    const { GITHUB_ACTIONS, ACTIONS_ID_TOKEN_REQUEST_URL } = process.env;
    return GITHUB_ACTIONS && !ACTIONS_ID_TOKEN_REQUEST_URL
      ? 'no credentials were found, and this job may not ask for a token: it lacks "permissions: id-token: write".'
      : 'no credentials were found.';
  }
  if (/unauthorized_client|attribute condition/i.test(message)) {
    return (
      'the attribute condition of the workload identity pool rejects this repository (unauthorized_client); ' +
      'compare it with OWNER/REPOSITORY.'
    );
  }
  if (/ENOENT|does not exist/i.test(`${code} ${message}`)) {
    return 'there is no such file as GOOGLE_APPLICATION_CREDENTIALS, or the credentials in it, name.';
  }
  const status = statusOf(thrown as Thrown);
  if (status === undefined && !/invalid_/.test(message)) {
    return 'the file that GOOGLE_APPLICATION_CREDENTIALS names holds no credentials that can be used.';
  }
  const word = /\binvalid_[a-z_]+/.exec(message)?.[0] ?? `status ${status}`;
  return status === 403
    ? 'the identity may not act as the service account (status 403); give it the role "Workload Identity User" there, ' +
        'and enable the IAM Service Account Credentials API in its project.'
    : `Google does not accept the credentials (${word}): they have run out, or were made for something else.`;
}
