/**
 * A disk in memory that keeps the promises of the real one and no more: a crash of the process loses nothing, a power
 * cut may lose any change that was not flushed, each on its own. Fast enough to die at every operation of everything.
 */
import { dirname, join } from 'node:path';
import type { Disk, Guard } from '../../../../lib/core/disk.ts';
import type { FileIdentity } from '../../../../lib/core/file-identity.ts';

interface Inode {
  ino: number;
  content: string;
  /** What a power cut leaves for certain; null: perhaps nothing. */
  flushed: string | null;
  mtime: number;
  ctime: number;
  /** What ctime is without the changes of names that were not flushed. */
  flushedCtime: number;
}

/** One change of names, which happens as a whole; durable once every folder that it touches has been flushed. */
interface Change {
  names: [path: string, inode: Inode | null][];
  /** The files that get or lose a name, and the time that it leaves on them. */
  touched: Inode[];
  ctime: number;
  unflushed: Set<string>;
}

/** The content of what is no file: lost with its name, and all that is in it with it. */
const FOLDER = '(folder)';

function make(all: Map<string, Inode>, { names, touched, ctime }: Change): void {
  for (const inode of touched) inode.ctime = ctime;
  for (const [path, inode] of names) {
    if (inode) all.set(path, inode);
    else all.delete(path);
  }
}

export class MemoryDisk implements Disk {
  #names = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #changes: Change[] = [];
  #clock = 0;
  readonly #linkless: boolean;

  constructor({ linkless = false } = {}) {
    this.#linkless = linkless;
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (!inode) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return inode;
  }

  #rename(...names: Change['names']): void {
    const files = names.flatMap(([path, inode]) => [this.#names.get(path), inode]);
    const touched = files.filter((inode) => inode !== null && inode !== undefined);
    const change = { names, touched, ctime: ++this.#clock, unflushed: new Set(names.map(([path]) => dirname(path))) };
    this.#changes.push(change);
    make(this.#names, change);
  }

  #identity(path: string): FileIdentity | null {
    const inode = this.#names.get(path);
    if (!inode) return null;
    const { ino, content, mtime, ctime } = inode;
    return { size: content.length, mtimeNs: String(mtime), ctimeNs: String(ctime), ino: String(ino) };
  }

  async resolve(path: string) {
    return path;
  }

  async identity(path: string) {
    return this.#identity(path);
  }

  async read(path: string) {
    return this.#names.get(path)?.content ?? null;
  }

  async list(folder: string) {
    return [...this.#names.keys()]
      .filter((path) => dirname(path) === folder)
      .map((path) => path.slice(folder.length + 1));
  }

  async makeFolder(folder: string) {
    if (this.#names.has(folder) || dirname(folder) === folder) return;
    await this.makeFolder(dirname(folder));
    await this.write(folder, FOLDER);
    await this.flush(folder);
  }

  async write(path: string, content: string | Uint8Array) {
    const inode = this.#names.get(path);
    const now = ++this.#clock;
    const times = { mtime: now, ctime: now, flushedCtime: now };
    if (inode) Object.assign(inode, { content: String(content), ...times });
    else this.#rename([path, { ino: now, content: String(content), flushed: null, ...times }]);
  }

  async copy(from: string, to: string) {
    await this.write(to, this.#inode(from).content);
  }

  async link(from: string, to: string) {
    if (!this.#linkless) this.#rename([to, this.#inode(from)]);
    return !this.#linkless;
  }

  async imitate(path: string) {
    const now = ++this.#clock;
    Object.assign(this.#inode(path), { ctime: now, flushedCtime: now });
  }

  async flush(path: string) {
    const inode = this.#inode(path);
    inode.flushed = inode.content;
  }

  async flushFolder(folder: string) {
    for (const change of this.#changes) change.unflushed.delete(folder);
  }

  async rename(from: string, to: string) {
    const inode = this.#inode(from);
    if (this.#names.get(to) !== inode) this.#rename([from, null], [to, inode]);
  }

  async renameIf(from: string, to: string, guard: Guard) {
    const holds = guard.holds(this.#identity(guard.path));
    if (holds) await this.rename(from, to);
    return holds;
  }

  async unlink(path: string) {
    if (this.#names.has(path)) this.#rename([path, null]);
  }

  /** Cuts the power. `survives` is asked for each change that was not flushed. */
  cutPower(survives: () => boolean): void {
    const names = new Map(this.#durable);
    for (const { touched } of this.#changes) for (const inode of touched) inode.ctime = inode.flushedCtime;
    for (const change of this.#changes) {
      if (change.unflushed.size === 0 || survives()) make(names, change);
    }
    const lost = [...this.#names].filter(([path, inode]) => inode.content === FOLDER && !names.has(path));
    for (const [folder] of lost) {
      for (const path of names.keys()) if (path.startsWith(join(folder, '/'))) names.delete(path);
    }
    for (const inode of new Set(names.values())) {
      if (inode.content !== inode.flushed && !survives()) inode.content = inode.flushed ?? '';
      inode.flushed = inode.content;
      inode.flushedCtime = inode.ctime;
    }
    this.#names = names;
    this.#durable = new Map(names);
    this.#changes = [];
  }
}
