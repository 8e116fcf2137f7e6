/** The provider that the rules choose. Reads no environment and no file itself: both are passed in. */
import { csvProvider } from './csv-provider.ts';
import { httpProvider } from './http-provider.ts';
import { knownProviders } from './known-providers.ts';
import type { Provider } from './provider.ts';
import type { EnrichmentRules } from './rules.ts';

const SAMPLE_REGISTER = 'sample register';

/** The name that the answers of the chosen provider carry in `companies.source`. */
export const sourceOf = (chosen: EnrichmentRules['provider']): string =>
  chosen.kind === 'sample' ? SAMPLE_REGISTER : chosen.name;

/**
 * @param secret gives the value of a secret by its name, or undefined where it isn't set
 * @param readText gives the content of a file
 * @param nameOf gives a question's name by its domain, see http-provider.ts
 * @throws where a secret isn't set, an address isn't https, or a register has no domains
 */
export async function providerOf(
  chosen: EnrichmentRules['provider'],
  secret: (name: string) => string | undefined,
  readText: (file: string) => Promise<string>,
  nameOf: (domain: string) => string,
): Promise<Provider> {
  if (chosen.kind === 'csv' || chosen.kind === 'sample')
    return csvProvider(sourceOf(chosen), await readText(chosen.file));
  return httpProvider(chosen.kind === 'known' ? knownProviders[chosen.name] : chosen, secret, nameOf);
}
