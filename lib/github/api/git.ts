/**
 * The few git commands that committing the ledger takes. The token goes by the environment, never by an argument;
 * git's own output is not passed on, because it may quote the output of a remote's hook.
 */

import { spawn } from 'node:child_process';
import { NightshiftError } from '../../core/errors.ts';

export class GitError extends NightshiftError {
  override name = 'GitError';
  /** What was being done: `fetch`, `push`. */
  readonly step: string;
  readonly output: string;
  constructor(step: string, code: number | null, output: string) {
    super(`git ${step} ended with ${code === null ? 'a signal' : `code ${code}`}.`);
    this.step = step;
    this.output = output;
  }
}

/** A git command may hang on a dead connection: it is ended then, and counts as failed. */
const TIMEOUT_MS = 120_000;

export interface Git {
  /** Runs git and gives its stdout, without the last line's end. @throws GitError */
  run(args: readonly string[], input?: string, env?: Readonly<Record<string, string>>): Promise<string>;
}

export function gitIn(folder: string, env: Readonly<Record<string, string>> = {}): Git {
  return {
    run: (args, input = '', more = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn('git', [...args], {
          cwd: folder,
          env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...env, ...more },
          timeout: TIMEOUT_MS,
          stdio: ['pipe', 'pipe', 'pipe'],
        });
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
        child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
        child.stdin.on('error', () => undefined);
        child.on('error', () => reject(new GitError(args[0] ?? '', null, 'git could not be started')));
        child.on('close', (code) => {
          if (code === 0) resolve(Buffer.concat(out).toString('utf8').replace(/\n$/, ''));
          else reject(new GitError(args[0] ?? '', code, Buffer.concat(err).toString('utf8')));
        });
        child.stdin.end(input);
      }),
  };
}

/** Signs git in by the job's token, for one address only. For checkouts that keep no credentials. */
export function signedIn(serverUrl: string, token: string): Record<string, string> {
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${serverUrl.replace(/\/$/, '')}/.extraheader`,
    GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
  };
}
