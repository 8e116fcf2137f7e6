/**
 * The company that an address belongs to, as a domain: the registrable domain of the address, unless it belongs to no
 * one company. Names under a private suffix of the public suffix list are read by what the suffix is: a registry that
 * sells names (`acme.uk.com`) gives each company its own; a host of shops, sites or mailboxes (`acme.myshopify.com`)
 * gives no company at all.
 */
import { domainToASCII } from 'node:url';
import { parse } from 'tldts';
import { registrableDomain, suffixOf } from '../hygiene/index.ts';

/** Private suffixes under which names are sold to companies as their own (registries like CentralNic). */
const NAME_REGISTRIES = words(
  `ae.org br.com cn.com co.com co.ca co.nl co.no com.de com.se de.com eu.com eu.org gb.net gr.com hu.com hu.net
  in.net it.com jp.net jpn.com kr.com mex.com no.com qc.com ru.com sa.com se.net uk.com uk.net us.com us.org
  uy.com za.bz za.com africa.com web.in biz.ua co.ua pp.ua`,
);

/** Shared hosts that the public suffix list does not name; their subdomains are customers'. */
const SHARED_HOSTS = words(
  `onmschina.cn sharepoint.com wordpress.com weebly.com
  squarespace.com zendesk.com freshdesk.com hubspotemail.net hubspot-inbox.com mktomail.com force.com
  intercom-mail.com helpscout.net tumblr.com typepad.com jimdo.com jimdosite.com strikingly.com webnode.com
  godaddysites.com business.site wixsite.com bigcartel.com ecwid.com shopware.store mybigcommerce.com
  cratejoy.com substack.com ghost.io tripod.com angelfire.com geocities.com`,
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

/** The domain registered as one's own, also under a registry's private suffix (`acme.uk.com`); null: none. */
export function ownDomain(host: string): string | null {
  const { isPrivate, publicSuffix, domain } = parse(host, {
    allowPrivateDomains: true,
    extractHostname: false,
    validateHostname: false,
  });
  if (isPrivate) return publicSuffix !== null && NAME_REGISTRIES.has(publicSuffix) ? domain : null;
  return registrableDomain(host);
}

/** Whether the host is a customer's: a tenant, shop or page under `domain` is not the company that owns `domain`. */
function isTenant(host: string): boolean {
  const domain = registrableDomain(host);
  if (domain.startsWith('onmicrosoft.')) return true;
  return SHARED_HOSTS.has(domain) && host !== domain && host !== `www.${domain}`;
}

/**
 * The company's domain of an address or a host name, in ASCII and lower case; null where it has none.
 * @param isNobodys whether a domain is free mail, disposable, a relay or another that belongs to no one company
 */
export function companyDomain(address: string, isNobodys: (domain: string) => boolean): string | null {
  const host = domainToASCII(address.slice(address.lastIndexOf('@') + 1).trim());
  if (host === '' || suffixOf(host) !== 'known' || isTenant(host)) return null;
  const domain = ownDomain(host);
  return domain === null || isNobodys(host) || isNobodys(domain) ? null : domain;
}
