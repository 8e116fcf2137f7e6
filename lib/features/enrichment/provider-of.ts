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
 * @param isSample whether the workbook is the embedded sample
 * @returns null where the rules name no provider for this workbook
 * @throws where a secret isn't set, an address isn't https, or a register has no domains
 */
export async function providerOf(
  chosen: EnrichmentRules['provider'],
  secret: (name: string) => string | undefined,
  readText: (file: string) => Promise<string>,
  nameOf: (domain: string) => string,
  isSample: boolean,
): Promise<Provider | null> {
  switch (chosen.kind) {
    case 'csv':
      return csvProvider(chosen.name, await readText(chosen.file));
    case 'sample':
      return isSample ? csvProvider(SAMPLE_REGISTER, await readText(chosen.file)) : null;
    case 'http': {
      const { kind: _, ...settings } = chosen;
      return httpProvider(settings, secret, nameOf);
    }
    case 'known': {
      const settings = knownProviders.find(({ name }) => name === chosen.name);
      if (!settings) throw new Error(`There are no ready settings for ${chosen.name}.`);
      return httpProvider(settings, secret, nameOf);
    }
  }
}
