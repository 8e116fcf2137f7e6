/**
 * The slips and habits of people who type into forms: capitals, stray spaces, swapped letters, numbers as the country
 * writes them.
 */
import type { Random } from './random.ts';

/** The same mailbox as people type it: first letters large, or all of it. */
export function capitals(address: string): string {
  if (address.length % 2 === 0) return address.toUpperCase();
  return address.replace(/(^|[.@])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/** One slip of the fingers behind the first letter: a letter dropped, doubled or swapped with the next. */
export function mistype(name: string, random: Random): string {
  const at = random.between(1, name.length - 2);
  const before = name.slice(0, at);
  const letter = name.charAt(at);
  const after = name.slice(at + 1);
  const slip = random.between(0, 2);
  if (slip === 0) return before + after;
  if (slip === 1) return before + letter + letter + after;
  return before + after.charAt(0) + letter + after.slice(1);
}

/** Spaces that look like nothing: ordinary, no-break, ideographic, zero-width, a tab. */
export function spaced(text: string, random: Random): string {
  const way = random.between(0, 5);
  if (way === 0) return ` ${text}`;
  if (way === 1) return `${text} `;
  if (way === 2) return `\u00a0${text}`;
  if (way === 3) return `${text}\u3000`;
  return way === 4 ? `\u200b${text}` : `${text}\t`;
}

export function telephone(national: string, international: string, random: Random): string {
  const way = random.fraction();
  if (way < 0.4) return national;
  if (way < 0.55) return international;
  if (way < 0.7) return national.replace(/\D+/g, '.').replace(/^\.|\.$/g, '');
  if (way < 0.85) return national.replace(/\D/g, '');
  return international.replace(/^\+/, '00').replace(/^00(1|61)/, '+$1 ');
}

export function website(domain: string, random: Random): string {
  return random.pick([
    `https://www.${domain}/`,
    `www.${domain}`,
    domain,
    `HTTP://WWW.${domain.toUpperCase()}`,
    `http://${domain}/contact?x=1`,
  ]);
}
