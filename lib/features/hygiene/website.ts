/**
 * Web addresses as people type them: https:// where the scheme is missing, the host in lower case. Path, query and
 * fragment stay character for character, tracking parameters too. Refuses to guess what is no plain web address
 * (a mail address, a sentence, an unknown top-level domain): such a value stays as it is.
 */

import { parse } from 'tldts';
import { matches } from '../../core/recognise.ts';
import type { Sql } from '../../core/sql.ts';
import { cleanText } from '../../core/text/spacing.ts';

const CLEAN = /^https?:\/\/[a-z0-9.-]+(?:[/?#]|$)/;
const WEB = /^(https?:\/\/)?([^\s/?#:@]+)(:\d{1,5})?((?:[/?#]\S*)?)$/i;
const HOST = /^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]+$/u;

/** The web address with a scheme and a lower-case host; unchanged but for its spacing where it is none. */
export function cleanWebsite(value: string): string {
  if (CLEAN.test(value) && !/\s/.test(value)) return value;
  const text = cleanText(value);
  const [, scheme = 'https://', host = '', port = '', rest = ''] = WEB.exec(text) ?? [];
  const lower = host.toLowerCase().normalize('NFC');
  if (!HOST.test(lower)) return text;
  const { isIcann, domain } = parse(lower, { extractHostname: false, validateHostname: false });
  return isIcann && domain ? `${scheme.toLowerCase()}${lower}${port}${rest}` : text;
}

/** True where cleanWebsite leaves the value as it is. */
export const websiteIsClean = (x: Sql): Sql => matches(x, '^https?://[a-z0-9.-]+([/?#][!-~]*)?$');
