/**
 * What a connection to a tool is: one declaration a vendor (vendors/), with its address, how it signs in, what is read
 * and which formats the answers are (lib/intake/formats), what is written, and for people how the key is made, which
 * rights it needs and what a plan lacks. What is asked when, and what becomes of it, is fetch.ts's and sync.ts's.
 */
import type * as z from 'zod';
import type { Client, ClientOptions, DocumentedLimits } from '../../http/index.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Facts from one moment to another are asked for. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
}

export interface At {
  readonly client: Client;
  /** The vendor's own options in the rules: a region, a domain, a list. */
  readonly settings: Readonly<Record<string, string>>;
  readonly window: Window;
  /** A folder beside the workbook that outlives the run: what the sample's pretended tools keep. */
  readonly stateFolder: string;
  /** The columns that go into fields of the tool: the field → the column. */
  readonly fields: Readonly<Record<string, string>>;
}

/** One list or feed of a tool. */
export interface Source {
  readonly name: string;
  /** The formats of its records; an answer of another is refused, and nothing of it is lost. */
  readonly formats: readonly string[];
  /** `events`: only where the rules want them. `consent`: the first fetch reaches back to the beginning. */
  readonly is: 'consent' | 'bounces' | 'events' | 'orders';
  readonly pages: (at: At) => AsyncIterable<readonly Json[]>;
  /** The tool can't be asked for what is new: the whole list is read each time. */
  readonly whole?: true;
  /** Suppressions of ours are added to this list, and come back by it. */
  readonly ours?: true;
}

/**
 * Somebody on a tool's list. `member`: on the list. `known`: the tool has the address, and the list has not. `left`:
 * the tool does not mail them; such a person is never added.
 */
export interface Member {
  readonly email: string;
  readonly status: 'member' | 'known' | 'left';
  readonly fields?: Readonly<Record<string, string>>;
  /** What their leaving is as a fact, and since when; absent where the tool's status is none. */
  readonly fact?: { readonly kind: 'unsubscribe' | 'complaint' | 'hard'; readonly at: string };
}

/** Somebody on a list that has only whom the tool does not mail. */
export const whoLeft = (email: unknown): Member => ({ email: String(email), status: 'left' });

/** A person who is written to a tool. */
export interface Row {
  readonly email: string;
  /** The tool had the address when its list was read. */
  readonly isThere: boolean;
  /** The fields that are to change. */
  readonly fields: Readonly<Record<string, string>>;
  /** Why no mail may go there; empty on a list. */
  readonly reason: string;
}

/** A person whom a tool must be given before a list can name them, or whose fields change. */
export const isWritten = ({ isThere, fields }: Row): boolean => !isThere || Object.keys(fields).length > 0;

/** A list, tag or segment of a tool that a list of ours is kept equal to. */
export interface List {
  readonly members: (at: At, list: string) => AsyncIterable<readonly Member[]>;
  /**
   * Puts people on the list, sets their fields, and gives how many the tool did not take, where its answer names them.
   * Makes no person mailable who left.
   */
  readonly add: (at: At, rows: readonly Row[], list: string) => Promise<unknown>;
  readonly remove: (at: At, emails: readonly string[], list: string) => Promise<void>;
  readonly has: (at: At, email: string, list: string) => Promise<boolean>;
  /** Addresses in one call of `add`, at most. */
  readonly size: number;
  /** A list there is named by its number. */
  readonly numbered?: true;
}

/** Where a tool keeps whom it must not mail, one list of its own. There is no way to take an address away. */
export interface SuppressionList extends Omit<List, 'remove' | 'numbered'> {
  /** Only people whom the tool has can be suppressed there. */
  readonly onlyKnown?: true;
}

/** What people read of a vendor, in docs/connections.md and by `connect`. */
export interface Guide {
  /** Where the API is documented. */
  readonly page: string;
  /** The least rights that the key needs. */
  readonly rights: string;
  /** How the key is made, step by step. */
  readonly steps: readonly string[];
  /** What can't be read or written, or not on every plan. */
  readonly lacks: string;
}

export interface Vendor {
  readonly id: string;
  readonly label: string;
  readonly guide: Guide;
  readonly address: (settings: At['settings']) => string;
  /** Names of secrets, by what they are: `{ key: 'SENDGRID_API_KEY' }`. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, z.ZodType<string | undefined>>>;
  readonly signIn: (secrets: Readonly<Record<string, string>>, settings: At['settings']) => ClientOptions['signIn'];
  readonly limits?: DocumentedLimits;
  readonly reads: readonly Source[];
  readonly suppressions?: SuppressionList;
  readonly lists?: List;
}

/** A key that stands in a header. */
export const keyIn =
  (header: string, prefix = ''): Vendor['signIn'] =>
  ({ key = '' }) =>
  () => ({ [header]: `${prefix}${key}` });

export const bearer = keyIn('authorization', 'Bearer ');

/** A name and a password, as HTTP's basic scheme has them. */
export const basic = (name: string, password: string): ClientOptions['signIn'] => {
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  return () => ({ authorization });
};
