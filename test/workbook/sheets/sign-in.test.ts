/** Signing in: what is wrong with the credentials is reported at once, with what to do, and is never waited for. */
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { temporaryFolder } from '../../support/workbook.ts';

/** Stands in for Google's token service. */
let tokens: http.Server;
let answer: { status: number; body: object };
let asked: number;

beforeEach(async () => {
  asked = 0;
  tokens = http.createServer((_, response) => {
    asked += 1;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((done) => tokens.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  vi.unstubAllEnvs();
  tokens.close();
});

/** What the first call comes to with these credentials; `subject` is what a workflow's own token would be. */
async function failureWith(credentials: string | object | null, subject?: string): Promise<Error> {
  const folder = temporaryFolder();
  const path = join(folder, 'credentials.json');
  const text = typeof credentials === 'string' ? credentials : JSON.stringify(credentials);
  if (credentials !== null) writeFileSync(path, text.replaceAll('FOLDER', folder));
  if (subject !== undefined) writeFileSync(join(folder, 'subject'), subject);
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', path);
  vi.stubEnv('NIGHTSHIFT_SHEETS_URL', '');
  // Set by google-github-actions/auth; without it the client looks for a project in the cloud around it.
  vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'p');
  const client = sheetsClient('a-spreadsheet', { sleep: async () => {}, budgetMs: 100 });
  const error = await client.get('properties').catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('signed in');
  return error;
}

const federated = (): object => ({
  type: 'external_account',
  audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/github',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/v1/token`,
  credential_source: { file: 'FOLDER/subject' },
});
const serviceAccount = {
  type: 'service_account',
  client_email: 'x@example.com',
  private_key: 'secret',
  project_id: 'p',
};

it.each([
  ['names no file', null, 'there is no such file'],
  ['is no JSON', 'secret', 'holds no credentials that can be used'],
  ['is another JSON', { note: 'secret' }, 'holds no credentials that can be used'],
  ['has a broken key', serviceAccount, 'holds no credentials that can be used'],
])('a key file that %s', async (_, credentials, words) => {
  const error = await failureWith(credentials);
  expect(error).toMatchObject({ name: 'NotSignedIn', message: expect.stringContaining(words) });
  expect(error.message).toMatch(/\n1\. .*\n2\. .*\n3\. /);
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('secret');
});

it.each([
  [400, { error: 'invalid_grant', error_description: 'secret' }, 'does not accept the credentials (invalid_grant)'],
  [401, { error: 'secret' }, 'does not accept the credentials (status 401)'],
  [403, { error: { message: 'secret' } }, 'may not act as the service account'],
])('federation that is answered %i', async (status, body, words) => {
  answer = { status, body };
  const error = await failureWith(federated(), 'a token');
  expect(error).toMatchObject({ name: 'NotSignedIn', message: expect.stringContaining(words) });
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('secret');
});

it('federation without the workflow’s own token', async () => {
  expect((await failureWith(federated())).message).toContain('there is no such file');
  expect(asked).toBe(0);
});

it('a token service that is down for now is asked again', async () => {
  answer = { status: 503, body: {} };
  expect(await failureWith(federated(), 'a token')).toMatchObject({ name: 'GaveUp' });
  expect(asked).toBeGreaterThan(1);
});
