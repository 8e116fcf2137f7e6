/**
 * The pretended tools of the embedded sample: files in a vendor's shape that stand for what its API would answer, and
 * a file beside the sample's copy that keeps what was handed over. Never asked on another workbook.
 */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { iso } from './pages.ts';
import { type At, type Json, type Member, type Vendor, whoLeft } from './vendor.ts';

const ROOT = new URL('../../../../', import.meta.url);
const DAY_MS = 86_400_000;

/** The files' dates, moved so that their last day is the run's. */
function moved(text: string, { settings, window }: At): string {
  const days = Math.round(
    (Date.parse(window.to.toISOString().slice(0, 10)) - Date.parse(settings.lastDay ?? '')) / DAY_MS,
  );
  return text
    .replace(
      /"20\d\d-\d\d-\d\dT[^"]+"/g,
      (found) => `"${iso(new Date(Date.parse(found.slice(1, -1)) + days * DAY_MS))}"`,
    )
    .replace(/\b1[78]\d{8}\b/g, (found) => String(Number(found) + days * 86_400));
}

async function recordsIn(at: At, name: string): Promise<Json[]> {
  const text = await readFile(new URL(`${at.settings.folder}/${name}`, ROOT), 'utf8');
  return JSON.parse(moved(text, at)) as Json[];
}

const keptIn = ({ settings, stateFolder }: At, list: string): string =>
  join(stateFolder, 'sample-tools', settings.folder?.split('/').at(-1) ?? '', `${list}.jsonl`);

/** What was handed over, one line a change; the last line of an address counts. */
async function kept(at: At, list: string): Promise<Map<string, Member>> {
  const path = keptIn(at, list);
  const lines = existsSync(path) ? (await readFile(path, 'utf8')).split('\n').filter(Boolean) : [];
  return new Map(lines.map((line) => JSON.parse(line) as Member).map((member) => [member.email, member]));
}

const keep = async <T>(at: At, list: string, of: readonly T[], memberOf: (each: T) => Member): Promise<void> => {
  await mkdir(dirname(keptIn(at, list)), { recursive: true });
  await appendFile(keptIn(at, list), of.map((each) => `${JSON.stringify(memberOf(each))}\n`).join(''));
};

/** Who stands on a list: by the tool's own file, and by what was handed over since. */
async function standing(at: At, list: string): Promise<Member[]> {
  const names = await readdir(new URL(at.settings.folder ?? '', ROOT));
  const first = names.includes(`${list}.json`) ? await recordsIn(at, `${list}.json`) : [];
  const all = new Map(first.map((each) => [String(each.email), each as unknown as Member]));
  for (const [email, member] of await kept(at, list)) all.set(email, member);
  return [...all.values()];
}

const SUPPRESSED = 'suppressed';

export const sample: Vendor = {
  id: 'sample',
  label: 'pretended tools of the sample',
  guide: { page: 'data/sample/README.md', rights: 'none', steps: [], lacks: 'it is asked for the sample alone' },
  address: () => 'https://sample.example.com',
  secrets: {},
  options: { folder: z.string(), lastDay: z.iso.date() },
  signIn: () => () => ({}),
  reads: [
    {
      name: 'facts',
      formats: ['sendgrid-api', 'sendgrid-events', 'mailchimp-api'],
      is: 'consent',
      whole: true,
      pages: async function* (at) {
        yield await recordsIn(at, 'facts.json');
      },
    },
  ],
  suppressions: {
    size: 500,
    members: async function* (at) {
      yield await standing(at, SUPPRESSED);
    },
    add: (at, rows) => keep(at, SUPPRESSED, rows, ({ email }) => whoLeft(email)),
    has: async (at, email) => (await kept(at, SUPPRESSED)).has(email),
  },
  lists: {
    size: 500,
    members: async function* (at, list) {
      yield await standing(at, list);
    },
    add: (at, rows, list) => keep(at, list, rows, ({ email, fields }) => ({ email, status: 'member', fields })),
    remove: (at, emails, list) => keep(at, list, emails, (email) => ({ email, status: 'known' })),
    has: async (at, email, list) => (await kept(at, list)).get(email)?.status === 'member',
  },
};
