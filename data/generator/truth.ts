/**
 * What is true in the world, for tests and benches to measure decisions against. It is stated by whoever invented the
 * world, never worked out from the files: a job that agrees with it has found out.
 */
import type { Reason, Verdict } from './bounces.ts';
import type { Fate, Oddity } from './cast.ts';
import type { FlawedRow } from './flaws.ts';
import type { CopyKind, Member } from './member.ts';
import { contactId } from './member.ts';

export interface ContactTruth {
  /** The row in contacts.csv, the first below the header being 1. */
  readonly row: number;
  /** '' where the row has none. */
  readonly contactId: string;
  /** The mailbox that the row means, in lower case; '' where it names none. */
  readonly address: string;
  /** Rows with one number are one person. */
  readonly person: number;
  /** Set on the second record of a person: the id of the first, and how the two differ. */
  readonly copyOf?: { readonly contactId: string; readonly how: CopyKind };
  /** Rows with one number live at one address and are *not* one person. */
  readonly family?: number;
  readonly fate?: Fate;
  readonly oddity?: Oddity;
  readonly mailbox: 'alive' | 'dead' | 'full' | 'unreachable';
  /** This person has asked for no more mail, under this record. */
  readonly left: boolean;
  readonly suppression: {
    readonly verdict: Verdict;
    readonly scope?: 'address' | 'person';
    readonly reason?: Reason;
    /** The address that the suppression is written under, where that is not `address` letter for letter. */
    readonly under?: string;
  };
  /** What `status` says in the file. */
  readonly status: string;
  readonly clean: {
    readonly first_name: string;
    readonly last_name: string;
    readonly phone: string;
    readonly country: string;
  };
}

export interface WorldTruth {
  readonly lastDay: string;
  readonly quarantine: readonly FlawedRow[];
}

export function truthOf(
  member: Member,
  row: number,
  under: string | undefined,
  clean: ContactTruth['clean'],
): ContactTruth {
  const { part, story, copyKind } = member;
  return {
    row,
    contactId: member.contactId,
    address: member.address,
    person: member.person.index + 1,
    ...(part.kind === 'copy' && copyKind ? { copyOf: { contactId: contactId(part.of), how: copyKind } } : {}),
    ...(part.kind === 'family' ? { family: part.rank + 1 } : {}),
    ...(part.kind === 'fate' ? { fate: part.fate } : {}),
    ...(part.kind === 'odd' ? { oddity: part.oddity } : {}),
    mailbox: story.mailbox,
    left: story.left,
    suppression: {
      verdict: story.verdict,
      ...(story.scope ? { scope: story.scope } : {}),
      ...(story.reason ? { reason: story.reason } : {}),
      ...(under !== undefined ? { under } : {}),
    },
    status: story.status,
    clean,
  };
}
