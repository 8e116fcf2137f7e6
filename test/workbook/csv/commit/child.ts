/**
 * A commit in a process of its own, so that it can really be killed. `commit FOLDER…` and `recover FOLDER…` work on all
 * folders at once, each up to its own operation: the first folder stops ahead of the first, the second ahead of the
 * second, and so on. When all have stopped, the process kills itself. `recover-all FOLDER…` recovers and prints each
 * outcome. `lock FOLDER COMMAND` prints what came of it, and holds the lock until it is killed or its standard input
 * ends.
 */
import { type Disk, nodeDisk } from '../../../../lib/core/disk.ts';
import { commitFiles, recover } from '../../../../lib/workbook/csv/commit/journal.ts';
import { staged, watched } from './fixture.ts';

const [mode, ...args] = process.argv.slice(2);

async function killedInside(work: (folder: string, disk: Disk) => Promise<unknown>): Promise<void> {
  for (const [index, folder] of args.entries()) {
    await new Promise<void>((stopped, failed) => {
      const disk = watched(nodeDisk, ({ n }) => {
        if (n !== index + 1) return undefined;
        stopped();
        return new Promise(() => undefined);
      });
      work(folder, disk).then(() => failed(new Error(`Ended before operation ${index + 1}.`)), failed);
    });
  }
  process.kill(process.pid, 'SIGKILL');
}

if (mode === 'commit')
  await killedInside(async (folder, disk) => commitFiles(folder, await staged(nodeDisk, folder), { disk }));
if (mode === 'recover') await killedInside((folder, disk) => recover(folder, { disk }));
if (mode === 'recover-all') {
  for (const folder of args) process.stdout.write(`${(await recover(folder)).outcome}\n`);
}
if (mode === 'lock') {
  const [folder = '', command = ''] = args;
  const { LockedByAnotherRun, lockFolder } = await import('../../../../lib/workbook/csv/commit/lock.ts');
  try {
    const lock = await lockFolder(folder, { command, run: 'run-1' });
    process.stdout.write('locked\n');
    process.stdin.resume().on('end', () => lock.release());
  } catch (error) {
    process.stdout.write(`${error instanceof LockedByAnotherRun ? JSON.stringify(error.holder) : String(error)}\n`);
  }
}
