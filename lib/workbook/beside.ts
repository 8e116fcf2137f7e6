/**
 * What a file or tab beside the tables is to a workbook, by what it was recognised as. Reports of who wants or gets no mail are
 * read with the tables; lists of people who never agreed to mail refuse it; and what may refuse mail and is not understood is
 * asked about. Everything else is left alone, by its name.
 */
import { ConsentQuestion } from './consent-question.ts';
import { contactHeaders } from './contact-cells.ts';
import type { Recognised, Unclear } from './recognised.ts';

export type Beside = 'reports' | 'never agreed' | 'people' | 'facts' | 'addresses' | 'refusals?' | 'nothing';

const isReport = ({ table }: { readonly table: string }): boolean => table === 'suppressions' || table === 'bounces';

export function besideOf(recognised: Recognised | Unclear | null): Beside {
  if (!recognised) return 'nothing';
  if ('unclear' in recognised) return recognised.mayRefuse ? 'refusals?' : 'addresses';
  if (recognised.contacts) return recognised.contacts.neverAgreed ? 'never agreed' : 'people';
  return recognised.feeds.some(isReport) ? 'reports' : 'facts';
}

/** Whether a file has rows that only an import takes: events and purchases of another tool. */
export const hasOtherFacts = (recognised: Recognised): boolean =>
  !recognised.contacts && recognised.feeds.some((feed) => !isReport(feed));

/** Checks what was recognised as the contacts. @throws ConsentQuestion where it is a list of who wants no mail */
export function checkContacts(
  label: string,
  headers: readonly string[],
  recognised: Recognised | Unclear | null,
): void {
  if (!recognised || 'unclear' in recognised || recognised.contacts) return;
  if (recognised.id === 'departures' && contactHeaders(headers).size > 2) return;
  throw new ConsentQuestion(
    `${label} looks like ${recognised.label} and not like contacts. Nothing was done. Put the contacts ` +
      'there, and these rows beside them under a name of their own.',
  );
}
