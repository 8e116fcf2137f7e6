/** Whom a contact works for, as a domain: the registrable domain of the address, unless that is nobody's company. */
import { domainToASCII } from 'node:url';
import { registrableDomain, suffixOf } from '../hygiene/email/suffix.ts';

/**
 * The company's domain of an address or a host name, in ASCII and lower case; null where it has none.
 * @param nobodys whether a domain is free mail, disposable, a relay or another that belongs to no one company
 */
export function companyDomain(address: string, nobodys: (domain: string) => boolean): string | null {
  const host = domainToASCII(address.slice(address.lastIndexOf('@') + 1).trim());
  if (host === '' || suffixOf(host) !== 'known') return null;
  const domain = registrableDomain(host);
  return nobodys(host) || nobodys(domain) ? null : domain;
}
