/**
 * What a person reads who typed something wrong, or whose files are: what, where, what would be right; and an exit
 * code.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { commands } from '../../lib/cli/options.ts';
import { update } from '../../lib/core/change.ts';
import { sql } from '../../lib/core/sql.ts';
import { lockFolder } from '../../lib/workbook/csv/commit/lock.ts';
import { nightShift } from '../fixture/batches.ts';
import { aJob, blocksAll, nightly, sets } from '../support/small-jobs.ts';
import { aContact, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

let out: string[] = [];
let err: string[] = [];
beforeEach(() => {
  out = [];
  err = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void out.push(String(text)));
  vi.spyOn(console, 'error').mockImplementation((text) => void err.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

const entriesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => readFileSync(join(each.parentPath, each.name), 'utf8'));

/** A folder that is not there. */
const nothing = join(tmpdir(), 'nightshift-no-such-folder');

describe('a command line that can’t be meant', () => {
  it.each([
    ['runn nightly', "Unknown command 'runn' (Did you mean run?). See nightshift --help."],
    ['run nightli', 'There is no job or batch "nightli". Did you mean "nightly"? There are: nightly, '],
    ['run bounce-supression', 'Did you mean "bounce-suppression"?'],
    ['run', 'Run what? Name jobs or batches: nightly, '],
    ['run nightly --dryrun', "Unknown option '--dryrun' (Did you mean --dry-run?). See nightshift --help."],
    ['status nightly', "Too many arguments for 'status'. Expected 0 arguments but got 1."],
    ['list nightly weekly', "Too many arguments for 'list'."],
    ['doctor contacts', "Too many arguments for 'doctor'"],
    ['list --dry-run', "Unknown option '--dry-run'."],
    [
      'run nightly --approve sha256:12',
      '--approve takes a plan\'s whole hash (sha256: and 64 digits), found "sha256:12".',
    ],
    [
      'run nightly --as-of yesterday',
      '--as-of: "yesterday" is no moment. Expected 2026-11-23T05:00:00Z, or a date such as 2026-11-23.',
    ],
    ['run nightly --as-of 2026-02-30', '"2026-02-30" is no moment.'],
    ['run nightly --as-of 2026-11-23T05:00:00', '"2026-11-23T05:00:00" is no moment.'],
    [
      `run nightly --workbook ${nothing}`,
      `${nothing} is no folder. Name a folder of CSV files with --workbook, or leave it out to use the sample.`,
    ],
    ['run nightly --as-of 9999-12-31', '--as-of: "9999-12-31" is outside of the years 1970 to 2199'],
    ['run nightly --as-of 0001-01-01', 'is outside of the years'],
    [`list --ledger ${import.meta.filename}`, `--ledger: ${import.meta.filename} is a file. Name the folder where`],
    ['undo', 'Undo what? Give a job and a period: nightshift undo bounce-suppression 2026-11-23.'],
    ['undo list-cleaning yesterday', '"yesterday" is no period. Expected '],
    ['undo list-cleanin 2026-11-22', 'There is no job "list-cleanin".'],
    ['run nightly --as-of 2026-02-30T10:00:00Z', '--as-of'],
    ['explain', 'Explain whom? Give one contact_id or address: nightshift explain CONTACT.'],
  ])('%s', async (line, says) => {
    expect(await main(line.split(' '), nightShift)).toBe(2);
    expect(err.join('\n')).toContain(says);
    expect(out).toEqual([]);
  });
});

describe('a workbook that can’t be used', () => {
  const run = (folder: string, ...more: string[]) =>
    main(
      ['run', 'list-cleaning', '--workbook', folder, '--ledger', join(folder, 'ledger'), '--as-of', today, ...more],
      nightShift,
    );

  it('says which column is missing, which there are, and which is nearest', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'contacts.csv'), 'Kunde,Emial,Country\n1,ada@example.com,DE\n');
    expect(await run(folder)).toBe(1);
    expect(out.join('\n')).toContain(
      'No column "email" in contacts.csv. Did you mean "Emial"? Its columns are: Kunde, Emial, Country. Rename one, or add the alias in jobs/rules/workbook.ts.',
    );
  });

  it('knows a mistyped name of another tool’s for a column', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'contacts.csv'), 'Country,E-Mail Adress\nDE,ada@example.com\n');
    expect(await run(folder)).toBe(1);
    expect(out.join('\n')).toContain(
      'No column "email" in contacts.csv. Did you mean "E-Mail Adress"? Its columns are: Country, E-Mail Adress.',
    );
  });

  it.each([
    [
      'a name and a number',
      '7,Lovelace,+1 202 5550100\n8,Byron,+1 202 5550101\n',
      'None of the 3 cells in its first row may be shown',
    ],
    ['a name and a street', 'Anna,Lovelace,Hauptstr. 5\n', 'None of the 3 cells in its first row may be shown'],
    ['a name that is nearly a column’s', 'Emily,Lovelace\n', 'Is its column 1 meant?'],
    ['the same twice', 'Ada,Lovelace,Lovelace\n', 'None of the 3 cells in its first row may be shown'],
  ])('shows no person’s cells where a row of data stands in the place of column names: %s', async (_, text, says) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'contacts.csv'), text);
    expect(await run(folder)).toBe(1);
    expect(await main(['doctor', '--workbook', folder, '--ledger', join(folder, 'ledger')], nightShift)).toBe(1);
    const all = [...out, ...err, ...entriesIn(join(folder, 'ledger'))].join('\n');
    expect(all).toContain(says);
    expect(all).not.toMatch(/Lovelace|5550100|Hauptstr|Emily/);
  });

  it('prints and keeps no name of a list that no rule names, and lets no name give commands', async () => {
    const folder = join(temporaryFolder(), 'a\n::error::folder\u001b[0m');
    const contacts = Array.from({ length: 40 }, (_, i) =>
      aContact({ contact_id: `c${i}`, '\u001b[31mred\n::error::pwned': '' }),
    );
    const names = ['Friends of Jane Doe jane@doe.example', 'x\n::error::pwned \u001b[31mred'];
    writeWorkbook(folder, {
      contacts,
      memberships: names.flatMap((list) =>
        contacts.map(({ contact_id = '' }) => ({ list, contact_id, joined_at: '2026-01-01T00:00:00Z' })),
      ),
    });
    writeFileSync(join(folder, '\u001b[31m\n::error::pwned.csv'), 'a,b\n1,2\n');
    const places = ['--workbook', folder, '--ledger', join(folder, 'ledger')];
    const codes = [];
    for (const args of [
      ['run', 'nightly'],
      ['run', 'list-refresh', '--json'],
      ['doctor'],
      ['list'],
      ['run', 'x\n::error::pwned'],
    ])
      codes.push(await main([...args, '--as-of', today, ...places], nightShift));
    expect(codes).toEqual([3, 3, 0, 0, 2]);
    expect(out.join('\n')).toContain('held: a list that no rule names (2) changes too much: 40 to 0 members');
    const kept = entriesIn(join(folder, 'ledger'));
    expect(kept.length).toBeGreaterThan(4);
    const all = [...out, ...err, ...kept].join('\n');
    expect(all).not.toMatch(/Jane|doe\.example|\u001b|^\s*::/m);
    expect(kept.join('\n')).not.toContain('pwned');
  });

  it('keeps and prints no address that a job’s reason or metric holds', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact()] });
    const noted = aJob({
      changes: () => [
        update('contacts', sql`select contact_id, 'x' as email_note, 'for jane@doe.example' as why from contacts`),
      ],
      metrics: () => ({ whom: sql`select 'jane@doe.example' as label, 1 as n` }),
    });
    const schedule = { cron: '17 3 * * *', timeZone: 'UTC', missed: 'latest' as const };
    const shift = {
      ...nightShift,
      batches: [{ name: 'nightly' as const, purpose: 'Tests.', schedule, jobs: [noted] }],
    };
    const line = ['run', 'nightly', '--workbook', folder, '--ledger', join(folder, 'ledger'), '--as-of', today];
    expect(await main(line, shift)).toBe(0);
    expect(out.join('\n')).toContain('contacts.email_note: for (an address)');
    const kept = entriesIn(join(folder, 'ledger')).join('');
    expect(kept).toContain('"(an address)": 1');
    expect(kept).not.toContain('jane');
  });

  it.each([
    [
      'an old encoding',
      Buffer.from('contact_id,email\nc1,J\x81rg\n', 'latin1'),
      'a row, and it can’t be read: row 2: has bytes that are no text',
    ],
    [
      'too few cells',
      Buffer.from('contact_id,email\nc1,a@example.com,x\nc2,b@example.com,x\n'),
      '2 rows, and none of them can be read: row 2: ',
    ],
    [
      'no status that we know',
      Buffer.from('contact_id,email,status\nc1,a@example.com,Jane\n'),
      'a row, and it can’t be read: row 2, column "status": not a status',
    ],
  ])('says that its only rows can’t be read, the first of them and why: %s', async (_, bytes, says) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'contacts.csv'), bytes);
    expect(await run(folder)).toBe(1);
    expect(await main(['doctor', '--workbook', folder, '--ledger', join(folder, 'ledger')], nightShift)).toBe(1);
    const [ran = '', looked = ''] = out;
    expect(ran).toContain(`contacts.csv has ${says}`);
    expect(looked).toContain(`contacts.csv has ${says}`);
    expect(ran).not.toMatch(/every row can be read|Jane|holds no contacts/);
  });

  it('says which of its own files is damaged, and what to do', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ email: 'Ada@Example.com' })] });
    expect(await run(folder)).toBe(0);
    const marker = join(folder, '.nightshift', 'applied.json');
    writeFileSync(marker, '{"run"');
    expect(await run(folder)).toBe(2);
    expect(await main(['doctor', '--workbook', folder, '--ledger', join(folder, 'ledger')], nightShift)).toBe(1);
    const damaged = `${marker} is damaged: it is not what a run left there. Restore a copy of it, or move it away`;
    expect([err.join('\n'), out.join('\n')]).toEqual([
      expect.stringContaining(damaged),
      expect.stringContaining(damaged),
    ]);
    rmSync(marker);
    mkdirSync(marker);
    expect(await run(folder)).toBe(1);
    expect(err.at(-1)).toContain('is a folder where a file is expected');
  });

  it('says that a part of the ledger’s path is a file', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact()] });
    const ledger = join(folder, 'contacts.csv', 'ledger');
    expect(await main(['run', 'list-cleaning', '--workbook', folder, '--ledger', ledger], nightShift)).toBe(1);
    expect(err.join('\n')).toContain(`A part of ${ledger}`);
  });

  it('says of a ledger that is gone what is true, also in a dry run', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ email: 'Ada@Example.com' })] });
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const output = (): string => written.mock.calls.map(([text]) => String(text)).join('');
    await run(folder);
    rmSync(join(folder, 'ledger'), { recursive: true });
    expect(await run(folder, '--dry-run')).toBe(0);
    expect(output()).toContain('without an entry in the ledger: the next run that writes completes its ledger');
    expect(existsSync(join(folder, 'ledger'))).toBe(false);
    expect(await run(folder)).toBe(0);
    expect(output()).toContain('its ledger is complete now');
    expect(entriesIn(join(folder, 'ledger'))).toHaveLength(1);
  });

  it('says what a folder without contacts has instead', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.csv'), 'a,b\n1,2\n');
    expect([1, 2]).toContain(await run(folder));
    expect(out.join('\n') + err.join('\n')).toContain(
      'has no contacts.csv. It has: notes.csv. None of them has a column "email", "Email" or "Email Address".',
    );
    out.length = 0;
    expect([1, 2]).toContain(await main(['run', 'nightly', '--dry-run', '--workbook', folder], nightShift));
    expect(out.join('\n').match(/has no contacts[.]csv/g)).toHaveLength(1); // one reason, however many jobs
    expect(out.join('\n')).toMatch(/Failed: .*list-cleaning, suppression-release/);
  });

  it('says who holds it, with exit code 4', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact()] });
    const lock = await lockFolder(folder, { command: 'run nightly', run: 'r' });
    expect(await run(folder)).toBe(4);
    expect(err).toEqual([expect.stringContaining(`${folder} is in use by "run nightly" (process ${process.pid} on `)]);
    // Reading takes no lock.
    expect(await main(['doctor', '--workbook', folder], nightShift)).toBe(0);
    await lock.release();
    expect(await run(folder)).toBe(0);
  });

  it('waits with exit code 3 for a person’s approval, and says how to give it', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact()] });
    const jobs = nightly(sets('email_note', 'seen', { guards: [blocksAll] })).map(({ job }) => job);
    const schedule = { cron: '17 3 * * *', timeZone: 'UTC', missed: 'latest' as const };
    const shift = { ...nightShift, batches: [{ name: 'nightly' as const, purpose: 'Tests.', schedule, jobs }] };
    const line = ['run', 'nightly', '--workbook', folder, '--ledger', join(folder, 'ledger'), '--as-of', today];
    expect(await main(line, shift)).toBe(3);
    const hash = /--approve (sha256:[0-9a-f]{64})/.exec(out.join('\n'))?.[1] ?? '';
    const other = `sha256:${'0'.repeat(64)}`;
    const unused = `Not used: --approve ${other} is the hash of no plan of this run.`;
    expect(await main([...line, '--approve', other], shift)).toBe(3);
    expect(out.at(-1)).toContain(unused);
    expect(await main([...line, '--approve', hash, '--approve', other, '--json'], shift)).toBe(0);
    expect(JSON.parse(out.at(-1) ?? '')).toMatchObject({ unmatched: [other] });
  });
});

it('--help names every command, every job and every exit code, and COMMAND --help every option of a command', async () => {
  expect(await main(['--help'], nightShift)).toBe(0);
  const help = out.join('\n');
  for (const { jobs, name } of nightShift.batches)
    for (const each of [name, ...jobs.map((job) => job.name)]) expect(help).toContain(each);
  for (const { name } of commands) expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
  for (const option of ['workbook', 'as-of', 'ledger', 'json', 'help']) expect(help).toContain(`--${option} `);
  expect(help.match(/[0-4] (?=all well|a job|the command|a guard|another)/g)).toEqual(['0 ', '1 ', '2 ', '3 ', '4 ']);
  expect(help.split('\n').filter((line) => line.length > 80 && !line.startsWith('Jobs and batches'))).toEqual([]);
  expect(await main(['import', '--help'], nightShift)).toBe(0);
  for (const option of ['dry-run', 'approve', 'map', 'overwrite', 'yes', 'workbook'])
    expect(out.at(-1)).toMatch(new RegExp(`^  --${option} `, 'm'));
  expect(await main(['help', 'import'], nightShift)).toBe(0);
  expect(await main([], nightShift)).toBe(2);
  expect(await main(['--version'], nightShift)).toBe(0);
  expect(out.at(-1)).toMatch(/^\d+\.\d+\.\d+$/);
});

it('completion prints a script that names the commands and the jobs, for the shells that it knows', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    expect(await main(['completion', shell], nightShift)).toBe(0);
    for (const word of ['doctor', 'nightly', 'list-cleaning']) expect(out.at(-1)).toContain(word);
  }
  expect(await main(['completion', 'csh'], nightShift)).toBe(2);
});
