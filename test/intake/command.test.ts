/** The import as people and schedules meet it: what it asks, and the inbox that no batch passes by. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { terminal } from '../../lib/cli/ask.ts';
import { main } from '../../lib/cli/main.ts';
import { workbook } from '../fixture/rules/workbook.ts';
import { aJob } from '../support/small-jobs.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const schedule = { cron: '17 3 * * *', timeZone: 'UTC', missed: 'latest' as const };
const batches = [{ name: 'nightly' as const, purpose: 'Tests.', schedule, jobs: [aJob()] }];

let output: string[] = [];
beforeEach(() => {
  output = [];
  vi.restoreAllMocks();
  vi.spyOn(terminal, 'confirms');
  vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(console, 'error').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

function aWorkbook(): { folder: string; command: (...argv: string[]) => Promise<number> } {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'w1', email: 'ada@example.com' })] });
  const ledger = join(folder, '.nightshift', 'test-ledger');
  const command = (...argv: string[]) =>
    main([...argv, '--workbook', folder, '--ledger', ledger], { workbook, batches });
  return { folder, command };
}
const emails = (folder: string) => readCsv(folder, 'contacts').map(({ email }) => email);

describe('import', () => {
  it('shows its plan and asks but for a dry run; without an answer it writes nothing, and says so', async () => {
    const { folder, command } = aWorkbook();
    const file = join(temporaryFolder(), 'people.csv');
    writeFileSync(file, 'email,first_name\nbob@example.com,Bob\nno address,X\n');
    const tables = () => readdirSync(folder).filter((name) => !name.startsWith('.'));
    expect(await command('import', file, '--dry-run')).toBe(0);
    expect(vi.mocked(terminal.confirms)).not.toHaveBeenCalled();
    expect(tables()).toEqual(['contacts.csv']);
    // There is no standard input to answer: the answer is no, and the exit code says that it waits.
    expect(await command('import', file)).toBe(3);
    expect(output.join('\n')).toContain('people.csv: 2 rows, read as a list of contacts');
    expect(output.at(-1)).toContain('no person to confirm');
    expect([
      emails(folder),
      existsSync(`${file}.rejects.csv`) && readFileSync(`${file}.rejects.csv`, 'utf8').length > 0,
    ]).toEqual([['ada@example.com'], true]);
    expect(tables()).toEqual(['contacts.csv']);

    vi.mocked(terminal.confirms).mockResolvedValueOnce(true);
    expect(await command('import', file)).toBe(0);
    expect(vi.mocked(terminal.confirms)).toHaveBeenCalledTimes(2);
    expect(emails(folder)).toEqual(['ada@example.com', 'bob@example.com']);
    // Nothing would change: nothing is asked.
    expect(await command('import', file)).toBe(0);
    expect(vi.mocked(terminal.confirms)).toHaveBeenCalledTimes(2);
  });

  it('never takes for a file what an earlier import rejected, and takes that away once nothing is', async () => {
    const { command } = aWorkbook();
    const files = temporaryFolder();
    const [good, bad] = [join(files, 'good.csv'), join(files, 'bad.csv')];
    writeFileSync(good, 'email,first_name\nbob@example.com,Bob\n');
    writeFileSync(bad, 'email,first_name\nno address,Ann\n');
    const all = () => readdirSync(files).map((name) => join(files, name));
    // Nothing of the one file could be imported, which is no success.
    expect(await command('import', ...all(), '--yes')).toBe(1);
    expect(all()).toEqual([bad, `${bad}.rejects.csv`, good]);
    expect(await command('import', `${bad}.rejects.csv`)).toBe(2);
    writeFileSync(bad, 'email,first_name\ncorrected@example.com,Ann\n');
    expect(await command('import', ...all(), '--yes')).toBe(0);
    expect(all()).toEqual([bad, good]);
    expect(vi.mocked(terminal.confirms)).not.toHaveBeenCalled();
  });
});

describe('the inbox', () => {
  it('is taken in at the start of every batch, each file once, by its content', async () => {
    const { folder, command } = aWorkbook();
    const inbox = join(folder, 'inbox');
    mkdirSync(inbox);
    writeFileSync(join(inbox, 'a.csv'), 'email,kind,date\nada@example.com,hard,2026-01-01\nx@example.com,odd\n');
    writeFileSync(join(inbox, 'people.csv'), 'email,first_name\nbob@example.com,Bob\n');
    expect(await command('run', 'nightly')).toBe(0);
    expect(emails(folder)).toEqual(['ada@example.com', 'bob@example.com']);
    expect(readCsv(folder, 'bounces')).toHaveLength(1);
    expect(readFileSync(join(inbox, 'a.csv.rejects.csv'), 'utf8')).toContain('3,');

    // A person takes the rows out again: the same content, under another name too, does not bring them back.
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'w1', email: 'ada@example.com' })], bounces: [] });
    renameSync(join(inbox, 'people.csv'), join(inbox, 'renamed.csv'));
    expect(await command('run', 'nightly')).toBe(0);
    expect([emails(folder), readCsv(folder, 'bounces')]).toEqual([['ada@example.com'], []]);

    // A file that was written again is another file; one job by hand is no batch.
    writeFileSync(join(inbox, 'renamed.csv'), 'email,first_name\nbob@example.com,Bob\ncleo@example.com,Cleo\n');
    expect(await command('run', 'a-job')).toBe(0);
    expect(emails(folder)).toEqual(['ada@example.com']);
    expect(await command('run', 'nightly')).toBe(0);
    expect(emails(folder)).toEqual(['ada@example.com', 'bob@example.com', 'cleo@example.com']);
    const taken = readCsv(folder, 'runs').filter(({ job }) => job === 'inbox');
    expect(taken).toHaveLength(3);
    expect(new Set(taken.map(({ period }) => period)).size).toBe(3);
  });

  it('takes nothing in by a dry run or as of an earlier day, and goes on past a file that it can’t read', async () => {
    const { folder, command } = aWorkbook();
    mkdirSync(join(folder, 'inbox'));
    writeFileSync(join(folder, 'inbox', 'people.csv'), 'email,first_name\nbob@example.com,Bob\n');
    expect(await command('run', 'nightly', '--dry-run')).toBe(0);
    expect(await command('run', 'nightly', '--as-of', '2026-01-01')).toBe(0);
    expect(emails(folder)).toEqual(['ada@example.com']);
    writeFileSync(join(folder, 'inbox', 'odd.csv'), 'Kontakt\nwho@example.com\n');
    expect(await command('run', 'nightly')).toBe(1);
    expect(output.join('\n')).toContain('odd.csv: none of the 1 cells');
    expect(emails(folder)).toEqual(['ada@example.com', 'bob@example.com']);
  });
});
