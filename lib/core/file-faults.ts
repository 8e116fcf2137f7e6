/**
 * What the system says of a file or a folder, in words that a person can act on: what, where, what to do. They name a
 * path, never what is in it.
 */

const WORDS: Readonly<Record<string, (path: string) => string>> = {
  EACCES: (path) => `This user may not read or write ${path}. Give access to it, and run again.`,
  EPERM: (path) => `The system does not let this user change ${path}. Give access to it, and run again.`,
  EROFS: (path) =>
    `${path} is on a file system that can only be read. Make it writable, or name another place, and run again.`,
  ENOSPC: (path) => `The disk is full: ${path} could not be written. Make room, and run again.`,
  EDQUOT: (path) => `This user's share of the disk is used up: ${path} could not be written. Make room, and run again.`,
  ENOTDIR: (path) => `A part of ${path} is a file where a folder is expected. Move it away, or name another place.`,
  EISDIR: (path) => `${path} is a folder where a file is expected. Move it away, and run again.`,
  ENOENT: (path) => `${path} is not there, or not there any more. Put it back, or name another place.`,
  EMFILE: () =>
    'Too many files are open on this machine. Close other programs, or raise the limit (ulimit -n), and run again.',
  EIO: (path) => `The disk failed at ${path}. Look after the disk before you run again.`,
};

/** The system does not always say which. */
const SOME_FILE = 'a file of the workbook or the ledger';

/** The engine's own words for the same. */
const ENGINE =
  /^IO Error: [^"]*"([^"]+)": (Permission denied|No space left on device|Is a directory|Read-only file system)/;
const CODES: Readonly<Record<string, string>> = {
  'Permission denied': 'EACCES',
  'No space left on device': 'ENOSPC',
  'Is a directory': 'EISDIR',
  'Read-only file system': 'EROFS',
};

/** Null where the error is none of the system's about a file. */
export function fileFault(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const [, file, words = ''] = ENGINE.exec(error.message) ?? [];
  if (file !== undefined) return WORDS[CODES[words] ?? '']?.(file) ?? null;
  const { code = '', syscall, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (syscall === undefined) return null;
  const text = WORDS[code]?.(dest ?? path ?? SOME_FILE) ?? null;
  return text === null ? null : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
