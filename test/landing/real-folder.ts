/** Folders on the real disk, gone when the tests end. */
import { mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { nodeDisk } from '../../lib/landing/disk.ts';
import { type Files, fill } from './fixture.ts';

const scratch = mkdtempSync(join(tmpdir(), 'landing-'));
let folders = 0;

afterAll(() => rm(scratch, { recursive: true, force: true }));

export async function realFolder(files?: Files): Promise<string> {
  const folder = join(scratch, String(++folders));
  await mkdir(folder);
  await fill(nodeDisk, folder, files);
  return folder;
}
