/**
 * The inbox of a session's workbook: the jobs that take its files in ahead of a batch, and the rejects beside them.
 */

import type { ScheduledJob } from '../core/batch.ts';
import { localDay } from '../core/calendar/period.ts';
import { inboxFiles, inboxJob, withRejectsTab } from '../intake/inbox.ts';
import { fedTables } from '../intake/read-files.ts';
import type { Store } from '../workbook/store.ts';
import { contentHash, readingOf, Taken } from './import-report.ts';
import type { Session } from './session.ts';

export interface Inbox {
  readonly jobs: (store: Store) => Promise<ScheduledJob[]>;
  readonly layRejects: () => Promise<void>;
}

export const noInbox: Inbox = { jobs: async () => [], layRejects: async () => {} };

/** A run that looks back further than this sees the workbook as it is, and takes nothing in. */
const LOOKS_BACK_MS = 24 * 3_600_000;

/** Finds the files of the inbox. Only those that were not taken in yet become jobs that run. */
export async function inboxOf(session: Session): Promise<Inbox> {
  const { asOf, identity, workbook, nightShift } = session;
  if (identity.startedAt.getTime() - asOf.getTime() > LOOKS_BACK_MS) return noInbox;
  const { aliases } = nightShift.workbook;
  const known = async (path: string) => ({
    path,
    hash: await contentHash([path]),
    feeds: await fedTables([path], { aliases }),
  });
  const files = await Promise.all((await inboxFiles(workbook.folder)).map(known));
  const day = localDay(asOf, nightShift.workbook.timeZone);
  const taken: Taken[] = [];
  return {
    jobs: async (store) => {
      const tab = (await store.sheet?.inbox()) ?? null;
      const all = tab === null ? files : [...files, await known(tab)];
      // Two files of one content are one.
      const first = all.filter(({ hash }, i) => all.findIndex((each) => each.hash === hash) === i);
      return first.map(({ path, hash, feeds }) => {
        const kept = new Taken([{ path, origin: path }], store);
        const made = inboxJob({ ...readingOf(session, store), paths: [path], feeds }, kept.keep, day, hash);
        if (path === tab) return withRejectsTab(made);
        taken.push(kept);
        return made;
      });
    },
    layRejects: async () => {
      for (const kept of taken) await kept.layBeside();
    },
  };
}
