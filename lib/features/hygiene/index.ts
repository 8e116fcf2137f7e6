/**
 * Hygiene: the form of names, phones, countries, regions, web addresses and mail addresses, and what is known of mail
 * domains. Other features use it through this file. It changes nothing that it is not certain of.
 */
export { cleanCountry, isoCodes } from './country.ts';
export { isDisposable } from './email/disposable.ts';
export { isFreeMail, isRelay } from './email/domains.ts';
export { registrableDomain, suffixOf } from './email/suffix.ts';
