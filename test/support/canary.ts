/** A workbook whose cells can be recognised wherever they appear outside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aBounce, aContact, anEvent, aPurchase, aSuppression, writeWorkbook } from './workbook.ts';

/** Part of every cell that may hold text of people's own. */
const CANARY = 'quokka';

/** The lines of a text that hold the canary. */
export const sings = (text: string): string[] => text.split('\n').filter((line) => line.toLowerCase().includes(CANARY));

/** A workbook with the canary in every cell that may hold a text of a person's own. */
export function canaryWorkbook(folder: string): void {
  const word = `${CANARY} 7`;
  const spoilt = (row: Record<string, string>, ...kept: string[]) =>
    Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, kept.includes(column) ? cell : word]));
  const id = `${CANARY}-1`;
  const email = `${CANARY}.1@example.com`;
  writeWorkbook(folder, {
    contacts: [
      { ...aContact({ contact_id: id, email }), first_name: CANARY.toUpperCase(), company: `=${CANARY}`, mine: word },
      { ...aContact({ contact_id: `${CANARY}-2`, email: `${CANARY}.2@gmial.com` }), lifecycle_stage: word },
      aContact({ contact_id: `${CANARY}-3`, email: `@@${CANARY}`, country: word, region: word, phone: word }),
      aContact({ contact_id: `${CANARY}-4`, email: `${CANARY}.4@example.com`, score_band: word, industry: word }),
      ...['lead', 'customer'].map((lifecycle_stage, i) => ({
        ...aContact({
          contact_id: `${CANARY}-${5 + i}`,
          email: `${CANARY}.${5 + i}@example.com`,
          lifecycle_stage,
          country: '',
        }),
        first_name: word,
        last_name: word,
      })),
      spoilt(aContact()),
      spoilt(aContact(), 'status', 'email'),
    ],
    events: [
      spoilt(anEvent(), 'occurred_at'),
      { ...anEvent({ contact_id: id }), type: word, campaign: word },
      spoilt(anEvent()),
    ],
    bounces: [
      aBounce({ bounce_id: `${CANARY}-b`, email, kind: word, code: word, detail: word, provider: word }),
      aBounce({ email, code: '', kind: 'soft', detail: word }),
      spoilt(aBounce()),
      spoilt(aBounce(), 'occurred_at'),
    ],
    purchases: [spoilt(aPurchase()), { ...aPurchase({ contact_id: id }), currency: word }],
    suppressions: [
      aSuppression({
        email: `${CANARY}.4@example.com`,
        reason: word,
        note: word,
        source: word,
        contact_id: `${CANARY}-4`,
      }),
      aSuppression({ email, scope: word, reason: word, note: word }),
      spoilt(aSuppression()),
    ],
    memberships: [
      { list: word, contact_id: id, joined_at: word },
      { list: word, contact_id: id, joined_at: '' },
    ],
    changes: [{ change_id: word, job: word, period: word, row_key: word, column: word, before: word, after: word }],
    quarantine: [{ table: word, row_key: word, column: word, value: word, reason: word, first_seen: word }],
    runs: [{ job: word, period: word, status: word, changes: word, note: word }],
  });
  const path = join(folder, 'contacts.csv');
  writeFileSync(path, `${readFileSync(path, 'utf8')}${CANARY},"too few${CANARY}\n${CANARY}"x,${CANARY}\n`);
}
