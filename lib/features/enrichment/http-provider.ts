/**
 * A provider that answers one domain with JSON over HTTP: its address, its key and its fields are data. Refuses to
 * send a key to an address that isn't https (but for this machine), to follow a redirect with it, and to put it into
 * any message.
 */
import { type Answered, exchange, requireHttps, retryHintMs } from '../http/index.ts';
import { at, pathsOf, readCompany } from './fields.ts';
import { otherCompany } from './other-company.ts';
import type { Answer, Provider } from './provider.ts';
import type { HttpProvider } from './rules.ts';

/**
 * @param secret gives the value of a secret by its name, or undefined where it isn't set
 * @param nameOf gives a question's name by its domain: the same until its answer is in the workbook
 */
export function httpProvider(
  settings: HttpProvider,
  secret: (name: string) => string | undefined,
  nameOf: (domain: string) => string,
): Provider {
  if (!settings.address.includes('{domain}')) throw new Error(`The address of ${settings.name} has no {domain} in it.`);
  requireHttps(settings.address.replaceAll('{domain}', 'example.com'), settings.name);
  const headers = { accept: 'application/json', ...settings.headers, ...keyHeader(settings, secret) };
  return {
    name: settings.name,
    ...(settings.limits && { limits: settings.limits }),
    async ask(domain) {
      const address = settings.address.replaceAll('{domain}', encodeURIComponent(domain));
      const named = settings.once === undefined ? headers : { ...headers, [settings.once]: nameOf(domain) };
      const { timeoutMs } = settings;
      const answered = await exchange(address, { headers: named, ...(timeoutMs && { timeoutMs }) });
      return 'fault' in answered ? { kind: 'failed', why: answered.fault } : read(answered, settings, domain);
    },
  };
}

function keyHeader({ name, key }: HttpProvider, secret: (name: string) => string | undefined): Record<string, string> {
  if (!key) return {};
  const value = secret(key.secret);
  if (!value) throw new Error(`${name} needs the secret ${key.secret}, which isn't set.`);
  return { [key.header]: `${key.prefix ?? ''}${value}` };
}

function read(answered: Answered, settings: HttpProvider, domain: string): Answer {
  if (answered.status !== 200) return byStatus(answered, settings);
  const json = jsonOf(answered);
  if ('why' in json) return { kind: 'nonsense', why: json.why };
  const { value } = json;
  if (holdsError(value)) return { kind: 'nonsense', why: 'an error with status 200' };
  if (settings.found !== undefined && (at(value, settings.found) ?? null) === null) return { kind: 'unknown' };
  const company = readCompany(value, settings.fields);
  if (Object.keys(company).length > 0) {
    const why = otherCompany(value, domain, settings);
    return why === null ? { kind: 'found', company } : { kind: 'other', why };
  }
  // Fields that are there and empty mean "unknown"; no field at all means that this isn't the API that the settings
  // describe.
  return pathsOf(settings.fields).some((path) => at(value, path) !== undefined)
    ? { kind: 'unknown' }
    : { kind: 'nonsense', why: 'none of the mapped fields' };
}

/** `"error": null`, false, "" or an empty object stand in every answer of some APIs, and say that there was none. */
function holdsError(json: object): boolean {
  const error: unknown = Object.hasOwn(json, 'error') ? (json as { error: unknown }).error : undefined;
  return typeof error === 'object' && error !== null ? Object.keys(error).length > 0 : Boolean(error);
}

/** The body as a JSON object, or why it is none. */
function jsonOf({ text }: Answered): { readonly value: object } | { readonly why: string } {
  if (text === null) return { why: 'far too large' };
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { value } : { why: 'no object' };
  } catch {
    return { why: 'no JSON' };
  }
}

/** 401 and 403 concern every question, 400, 404, 405 and 422 this one (Apollo, People Data Labs). */
function byStatus(answered: Answered, settings: HttpProvider): Answer {
  const { status } = answered;
  const hint = () => retryHintMs(answered.headers, Date.now());
  const json = status === 404 || settings.exhausted?.includes(status) ? jsonOf(answered) : null;
  if (status === 402 || (json && isExhausted(status, json, settings))) return { kind: 'exhausted' };
  if (status === 202) return { kind: 'later', afterMs: hint() };
  if (status === 429) return { kind: 'throttled', afterMs: hint() };
  if (status === 503) {
    const afterMs = hint();
    return afterMs === null ? { kind: 'failed', why: 'status 503' } : { kind: 'throttled', afterMs };
  }
  if (status === 408 || status === 425 || status >= 500) return { kind: 'failed', why: `status ${status}` };
  // An API says "no such company" in JSON; a page or nothing comes from an address that does not exist.
  if (status === 204 || (status === 404 && json && 'value' in json)) return { kind: 'unknown' };
  const concernsAll = status < 400 || status === 401 || status === 403 || status === 407;
  return { kind: concernsAll ? 'refused' : 'rejected', why: `status ${status}` };
}

function isExhausted(status: number, json: object, { exhausted = [], exhaustedCode }: HttpProvider): boolean {
  if (!exhausted.includes(status)) return false;
  return exhaustedCode === undefined || exhaustedCode.is.includes(String(at(json, `value.${exhaustedCode.path}`)));
}
