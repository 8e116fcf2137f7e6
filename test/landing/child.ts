/**
 * Landing in a process of its own, so that it can really be killed: `land FOLDER N` and `recover FOLDER N` die by
 * SIGKILL ahead of the N-th operation; `recover-all 0 FOLDER…` prints each outcome; `lock FOLDER COMMAND` prints what
 * came of it and holds the lock until it is killed or its standard input ends.
 */
import { nodeDisk } from '../../lib/landing/disk.ts';
import { land, recover } from '../../lib/landing/journal.ts';
import { Held, lockFolder } from '../../lib/landing/lock.ts';
import { staged, watched } from './fixture.ts';

const [mode, folder = '', ...rest] = process.argv.slice(2);

/** The real disk, under a process that is killed ahead of the n-th operation. */
const killing = (n: number) =>
  watched(nodeDisk, (operation) => operation.n === n && process.kill(process.pid, 'SIGKILL'));

if (mode === 'land') await land(folder, await staged(nodeDisk, folder), { disk: killing(Number(rest[0])) });
if (mode === 'recover') await recover(folder, { disk: killing(Number(rest[0])) });
if (mode === 'recover-all') {
  for (const each of [folder, ...rest]) process.stdout.write(`${(await recover(each)).outcome}\n`);
}
if (mode === 'lock') {
  try {
    const lock = await lockFolder(folder, { command: rest[0] ?? '', run: 'run-1' });
    process.stdout.write('locked\n');
    process.stdin.resume().on('end', () => lock.release());
  } catch (error) {
    process.stdout.write(`${error instanceof Held ? JSON.stringify(error.holder) : String(error)}\n`);
  }
}
