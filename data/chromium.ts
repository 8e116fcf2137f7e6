/** Pictures of pages by Chromium, which must be installed (Debian: apt-get install chromium). */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Picture {
  readonly page: string;
  readonly png: string;
  readonly width: number;
  readonly height: number;
  /** A folder for the browser's own files. */
  readonly folder: string;
}

/** Writes a PNG of an HTML file, in light. @throws Error where Chromium is not installed */
export function takePicture({ page, png, width, height, folder }: Picture): void {
  const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (!chromium) throw new Error('Chromium is not installed. On Debian: apt-get install chromium');
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--blink-settings=preferredColorScheme=1',
  ];
  const paths = [`--user-data-dir=${join(folder, 'profile')}`, `--screenshot=${png}`, `file://${page}`];
  execFileSync(chromium, [...flags, `--window-size=${width},${height}`, ...paths], { stdio: 'ignore' });
}
