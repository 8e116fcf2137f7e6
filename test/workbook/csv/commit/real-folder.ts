/** Folders on the real disk, each gone when its test is done. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { nodeDisk } from '../../../../lib/core/disk.ts';
import { type Files, fill } from './fixture.ts';

export async function realFolder(files?: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'commit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await fill(nodeDisk, folder, files);
  return folder;
}
