/** One request and its answer. */

/** An answer; `text` is null where the body is too large to be one. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string | null;
}

export interface Exchange {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
  /** Bytes of the largest body that is read. */
  readonly largest?: number;
}

const TIMEOUT_MS = 20_000;
/** A record has a few kilobytes, a page of a thousand some hundred times that. */
const LARGEST_BODY = 4_000_000;

/** Refuses an address to which no key may be sent. @throws Error, naming the service */
export function requireHttps(address: string, service: string): void {
  const { protocol, hostname, host } = new URL(address);
  if (protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1') return;
  throw new Error(`${service} must be asked by https, not ${protocol}//${host}.`);
}

/** Sends one request. It follows no redirect, never throws, and gives the network's fault as a word. */
export async function exchange(
  address: string,
  { method = 'GET', headers, body, timeoutMs = TIMEOUT_MS, largest = LARGEST_BODY }: Exchange,
): Promise<Answered | { readonly fault: string }> {
  const ended = AbortSignal.timeout(timeoutMs);
  try {
    const given = { method, headers, redirect: 'manual', signal: ended, ...(body !== undefined && { body }) } as const;
    const response = await fetch(address, given);
    return { status: response.status, headers: response.headers, text: await textOf(response, largest) };
  } catch (error) {
    return { fault: ended.aborted ? 'timed out' : networkFault(error) };
  }
}

/** The full body; null as soon as it is too large, even where its headers announce less. */
async function textOf(response: Response, largest: number): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > largest) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * The code of the system's error, such as ECONNRESET: fetch hides it in the cause. Never a message, which may hold an
 * address.
 */
function networkFault(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'network fault';
  return /^[\w ]{1,40}$/.test(code) ? code : 'network fault';
}
