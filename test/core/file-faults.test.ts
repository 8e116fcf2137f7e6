/** Faults of files are reported as what they are, so that no person has to ask a developer what "Error" means. */
import { expect, it } from 'vitest';
import { describeError } from '../../lib/core/errors.ts';

const ofSystem = (code: string, given: { path?: string; dest?: string } = { path: '/data/led' }): Error =>
  Object.assign(new Error(`${code}: what the system says, open`), { code, syscall: 'open', ...given });

it.each([
  ['EACCES', 'This user may not read or write /data/led. Give access to it, and run again.'],
  ['EPERM', 'The system does not let this user change /data/led.'],
  ['EROFS', '/data/led is on a file system that can only be read.'],
  ['ENOSPC', 'The disk is full: /data/led could not be written. Make room, and run again.'],
  ['EDQUOT', 'share of the disk is used up'],
  ['ENOTDIR', 'A part of /data/led is a file where a folder is expected.'],
  ['EISDIR', '/data/led is a folder where a file is expected.'],
  ['ENOENT', '/data/led is not there, or not there any more.'],
  ['EMFILE', 'Too many files are open'],
  ['EIO', 'The disk failed at /data/led.'],
])('%s', (code, says) => {
  expect(describeError(ofSystem(code))).toMatchObject({ kind: 'FileFault', message: expect.stringContaining(says) });
});

it('names the place where a file was to go, or none where the system names none', () => {
  expect(describeError(ofSystem('EACCES', { path: '/a', dest: '/b' })).message).toContain('write /b.');
  expect(describeError(ofSystem('ENOSPC', {})).message).toContain(
    'The disk is full: a file of the workbook or the ledger could',
  );
});

it.each([
  ['Permission denied', 'This user may not read or write /data/c.csv.'],
  ['No space left on device', 'The disk is full: /data/c.csv'],
])('the engine’s "%s" is the system’s', (output, says) => {
  expect(describeError(new Error(`IO Error: Cannot open file "/data/c.csv": ${output}`)).message).toContain(says);
});

it('keeps back what else an error says', () => {
  for (const error of [
    Object.assign(new Error('jane'), { code: 'EACCES' }),
    ofSystem('EWHAT', { path: 'jane' }),
    new Error('Conversion Error: "jane": Permission denied'),
  ])
    expect(describeError(error).message).not.toContain('jane');
});
