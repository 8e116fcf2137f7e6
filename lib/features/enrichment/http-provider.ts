/**
 * A provider that answers one domain with JSON over HTTP: its address, its key and its fields are data. Refuses to send a key
 * to an address that isn't https (but for this machine), to follow a redirect with it, and to put it into any message.
 */
import { at, type FieldPaths, readCompany } from './fields.ts';
import type { Answer, Provider } from './provider.ts';

export interface HttpProvider {
  readonly name: string;
  /** With `{domain}` where the domain goes: `https://api.example.com/companies?domain={domain}`. */
  readonly address: string;
  /** Which header carries the key: the *name* of a secret, and what stands before it (`Bearer `). */
  readonly key?: { readonly header: string; readonly secret: string; readonly prefix?: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly fields: FieldPaths;
  /** A path that must hold an object where the company was found; null or absent says that it is unknown. */
  readonly found?: string;
  /** Statuses beside 402 by which this provider says that no credit is left. */
  readonly exhausted?: readonly number[];
  /**
   * The header in which this provider takes a name for a question (`Idempotency-Key`), and charges once for all questions of one
   * name: then an answer that was lost on its way is asked for again for nothing.
   */
  readonly once?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
/** A company's record has a few kilobytes; whatever is a thousand times that is none. */
const LARGEST_BODY = 4_000_000;

/**
 * @param secret gives the value of a secret by its name, or undefined where it isn't set
 * @param nameOf gives a question's name by its domain: the same until its answer stands in the workbook, whoever asks
 */
export function httpProvider(
  settings: HttpProvider,
  secret: (name: string) => string | undefined,
  nameOf: (domain: string) => string,
): Provider {
  const { host, protocol, hostname } = new URL(settings.address.replaceAll('{domain}', 'example.com'));
  if (!settings.address.includes('{domain}')) throw new Error(`The address of ${settings.name} has no {domain} in it.`);
  const local = hostname === 'localhost' || hostname === '127.0.0.1';
  if (protocol !== 'https:' && !local)
    throw new Error(`${settings.name} must be asked by https, not ${protocol}//${host}.`);
  const headers = { accept: 'application/json', ...settings.headers, ...keyHeader(settings, secret) };
  return {
    name: settings.name,
    async ask(domain) {
      const address = settings.address.replaceAll('{domain}', encodeURIComponent(domain));
      const named = settings.once === undefined ? headers : { ...headers, [settings.once]: nameOf(domain) };
      const ended = AbortSignal.timeout(settings.timeoutMs ?? TIMEOUT_MS);
      try {
        const response = await fetch(address, { headers: named, redirect: 'manual', signal: ended });
        return await read(response, settings);
      } catch (error) {
        return { kind: 'failed', why: ended.aborted ? 'timed out' : networkFault(error) };
      }
    },
  };
}

function keyHeader({ name, key }: HttpProvider, secret: (name: string) => string | undefined): Record<string, string> {
  if (!key) return {};
  const value = secret(key.secret);
  if (!value) throw new Error(`${name} needs the secret ${key.secret}, which isn't set.`);
  return { [key.header]: `${key.prefix ?? ''}${value}` };
}

async function read(response: Response, settings: HttpProvider): Promise<Answer> {
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    return byStatus(status, retryAfterMs(response.headers.get('retry-after'), Date.now()), settings);
  }
  const text = await textOf(response);
  if (text === null) return { kind: 'nonsense', why: 'far too large' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'nonsense', why: 'no JSON' };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { kind: 'nonsense', why: 'no object' };
  if (Object.hasOwn(json, 'error')) return { kind: 'nonsense', why: 'an error with status 200' };
  if (settings.found !== undefined && (at(json, settings.found) ?? null) === null) return { kind: 'unknown' };
  const company = readCompany(json, settings.fields);
  if (Object.keys(company).length > 0) return { kind: 'found', company };
  const paths = Object.values(settings.fields);
  // Fields that are there and empty say "unknown"; no field at all says that this isn't the API we think it is.
  return paths.some((path) => at(json, path) !== undefined)
    ? { kind: 'unknown' }
    : { kind: 'nonsense', why: 'none of the mapped fields' };
}

/** The whole body; null as soon as it is too large, whatever its headers promised. */
async function textOf(response: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LARGEST_BODY) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function byStatus(status: number, afterMs: number | null, { exhausted = [] }: HttpProvider): Answer {
  if (status === 402 || exhausted.includes(status)) return { kind: 'exhausted' };
  if (status === 202) return { kind: 'later', afterMs };
  if (status === 204 || status === 404) return { kind: 'unknown' };
  if (status === 429) return { kind: 'throttled', afterMs };
  if (status === 408 || status === 425 || status >= 500) {
    return status === 503 && afterMs !== null
      ? { kind: 'throttled', afterMs }
      : { kind: 'failed', why: `status ${status}` };
  }
  return { kind: 'refused', why: `status ${status}` };
}

/** Retry-After in seconds or as an HTTP date (RFC 9110, 10.2.3), as milliseconds from `now`; null where it says nothing. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const moment = Date.parse(header);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now);
}

/** The code of the system's error, such as ECONNRESET: fetch hides it in the cause. Never a message, which may hold an address. */
function networkFault(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'network fault';
  return /^[\w ]{1,40}$/.test(code) ? code : 'network fault';
}
