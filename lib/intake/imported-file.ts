/** A file that is imported: how it is to be read, and what it was read as. */
import type { ConsentRules } from '../core/workbook-rules.ts';
import type { ConsentReading } from '../snapshot/consent-reading.ts';
import type { FileKind } from './formats/registry.ts';

/** What a file was recognised as, and how many rows it has. */
export interface ImportedFile {
  readonly name: string;
  readonly label: string;
  readonly rows: number;
  /** Headers that nothing was made of. */
  readonly unused: readonly string[];
  /** What its columns say of consent, in rows; and the rows in which they disagree. */
  readonly consent: ConsentReading['counts'];
  readonly disagree: number;
  /** How it was read, where that is worth saying: in Windows-1252, below lines of notes. */
  readonly notes: readonly string[];
}

/** How files are to be read. */
export interface ReadOptions {
  /** A folder for temporary files. */
  readonly scratch: string;
  /** `--map`: header → column, before anything else is asked of the headers. */
  readonly map: Readonly<Record<string, string>>;
  /** `--as`: what the files are, where their columns don't say it. */
  readonly as?: FileKind;
  /** The team's names of contacts' columns, and its answers to what columns say of consent. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly consent?: ConsentRules;
  /** What is being done, and how much of it is done. */
  readonly progress: (line: string, share?: number) => void;
}
