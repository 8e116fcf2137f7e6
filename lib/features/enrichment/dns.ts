/**
 * What the DNS says of a company's domain, without a key: does it take mail, and is there a place for a website. What
 * is not known (no answer in time, a server that fails or refuses, no network) is null, never false.
 *
 * Mail by RFC 5321, 5.1: the MX records, and where there are none the domain's own address. A null MX (RFC 7505) and
 * a domain that doesn't exist take none. Nothing is connected to: a website is taken to be there where the domain or
 * its `www` has an address.
 */
import { Resolver } from 'node:dns/promises';
import type { DnsChecks } from './rules.ts';

export interface DomainCheck {
  readonly domain: string;
  readonly mail: boolean | null;
  readonly website: boolean | null;
}

/**
 * there    records of this kind
 * none     the name exists, and has none of this kind
 * gone     there is no such name, and none below it
 * unknown  no answer that says anything
 */
type Found<T> = { readonly is: 'there'; readonly records: readonly T[] } | { readonly is: 'none' | 'gone' | 'unknown' };

export function dnsChecker({ servers, timeoutMs }: Pick<DnsChecks, 'servers' | 'timeoutMs'>) {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers) resolver.setServers(servers);
  /** Whether a name has an address of either kind. */
  const hasAddress = async (name: string): Promise<boolean | null> => {
    const kinds = [await found(resolver.resolve4(name))];
    if (kinds[0]?.is === 'none' || kinds[0]?.is === 'unknown') kinds.push(await found(resolver.resolve6(name)));
    if (kinds.some(({ is }) => is === 'there')) return true;
    return kinds.some(({ is }) => is === 'unknown') ? null : false;
  };
  return {
    async check(domain: string): Promise<DomainCheck> {
      const mx = await found(resolver.resolveMx(domain));
      if (mx.is === 'gone') return { domain, mail: false, website: false };
      // A server that doesn't answer this question is not asked four more.
      if (mx.is === 'unknown') return { domain, mail: null, website: null };
      const own = await hasAddress(domain);
      const website = own === true ? true : either(own, await hasAddress(`www.${domain}`));
      return { domain, mail: mx.is === 'there' ? takesMail(mx.records) : own, website };
    },
    /** Ends what is under way: it comes back as unknown. */
    stop: () => resolver.cancel(),
  };
}

/** The one record "." says that no mail is taken; beside others it says nothing. */
const takesMail = (records: readonly { readonly exchange: string }[]): boolean =>
  records.some(({ exchange }) => exchange !== '' && exchange !== '.');

const either = (one: boolean | null, other: boolean | null): boolean | null =>
  one === true || other === true ? true : one === null || other === null ? null : false;

async function found<T>(question: Promise<T[]>): Promise<Found<T>> {
  try {
    const records = await question;
    return records.length > 0 ? { is: 'there', records } : { is: 'none' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { is: code === 'ENODATA' ? 'none' : code === 'ENOTFOUND' ? 'gone' : 'unknown' };
  }
}
