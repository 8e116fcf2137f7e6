/**
 * What a file or tab beside the tables is to a workbook, by what it was recognised as. Reports of who wants or gets no
 * mail are read with the tables, and of lists of people who refuses it; what may refuse mail and is not understood is
 * asked about. Everything else is ignored, by its name.
 */
import type { TableName } from '../core/tables.ts';
import { ConsentQuestion } from './consent-question.ts';
import { contactHeaders } from './contact-cells.ts';
import { findColumns } from './headers.ts';
import type { Recognise, Recognised, Unclear } from './recognised.ts';
import type { SourceTable } from './store.ts';

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

/** Whether it is a list of people. */
export const isPeople = ({ contacts }: Recognised): boolean => contacts !== undefined;

/**
 * Whether a file or tab beside the tables is read with them: reports, and lists of people, who may refuse mail. Nobody
 * is added by such a list.
 */
export const isReadBeside = (recognised: Recognised): boolean =>
  isPeople(recognised) || besideOf(recognised) === 'reports';

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

/**
 * What a tab or table that is called like a table of ours is read as: the header of each column, and another tool's
 * shape. @throws ConsentQuestion
 */
export function tableShape(
  table: TableName,
  { name, label, headers }: { readonly name: string; readonly label: string; readonly headers: readonly string[] },
  { recognise, aliases }: { readonly recognise: Recognise; readonly aliases: Readonly<Record<string, string>> },
): Pick<SourceTable, 'headerOf' | 'recognised' | 'looksLike'> {
  const found = recognise({ name, label, headers });
  const isContacts = table === 'contacts';
  if (isContacts) checkContacts(label, headers, found);
  const recognised = found && !('unclear' in found) && (!isContacts || found.contacts) ? found : undefined;
  const headerOf = isContacts ? contactHeaders(headers, recognised?.contacts, aliases) : findColumns(table, headers);
  return { headerOf, ...(recognised && (isContacts ? { recognised } : { looksLike: recognised.label })) };
}
