/**
 * A disk that fails: the operations through which commit and the ledger write, counted, and failing at the nth. The
 * real disk is put back afterwards. Reads never fail, because nothing can be lost by them.
 */
import { type Disk, nodeDisk } from '../../lib/core/disk.ts';

const writing = [
  'makeFolder',
  'write',
  'copy',
  'link',
  'imitate',
  'flush',
  'flushFolder',
  'rename',
  'renameIf',
  'unlink',
] as const satisfies readonly (keyof Disk)[];

/** Fails once, and works again; or fails from then on, as for a process that died; or kills the process, really. */
export type Fault = 'once' | 'for good' | 'killed';

/** Does the work while the disk fails at its nth writing operation (from 1). Returns how many operations there were. */
export async function withFault(n: number, fault: Fault, work: () => Promise<unknown>): Promise<number> {
  const disk = nodeDisk as Record<(typeof writing)[number], (...args: never[]) => unknown>;
  const real = Object.fromEntries(writing.map((name) => [name, disk[name]]));
  let count = 0;
  for (const name of writing) {
    const operation = disk[name];
    disk[name] = async (...args: never[]) => {
      count++;
      if (count === n && fault === 'killed') process.kill(process.pid, 'SIGKILL');
      if (count === n || (count > n && fault === 'for good')) {
        throw Object.assign(new Error(`EIO: the disk failed (${name})`), { code: 'EIO' });
      }
      return operation(...args);
    };
  }
  try {
    await work();
  } finally {
    Object.assign(disk, real);
  }
  return count;
}
