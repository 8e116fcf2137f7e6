/** What a person sees while something long runs. */
import { expect, it, vi } from 'vitest';
import { print, progressTo } from '../../lib/cli/terminal.ts';

function aStream(isTTY: boolean) {
  const output: string[] = [];
  return {
    output,
    stream: { isTTY, columns: 80, write: (text: string | Uint8Array) => output.push(String(text)) > 0 },
  };
}

it('is one line with a bar that grows on a terminal', () => {
  const { output, stream } = aStream(true);
  const tell = progressTo(stream);
  tell('reading a.csv', 0.3);
  tell('reading a.csv', 1.1);
  tell('writing');
  expect(output).toEqual([
    '\r\x1b[Kreading a.csv  ██████░░░░░░░░░░░░░░  30 %',
    '\r\x1b[Kreading a.csv  ████████████████████ 100 %',
    '\r\x1b[Kwriting',
  ]);
});

it('is plain lines elsewhere, and no more than eleven for each thing that is done', () => {
  const { output, stream } = aStream(false);
  const tell = progressTo(stream);
  for (let i = 0; i <= 1000; i++) tell('reading a.csv', i / 1000);
  tell('writing');
  expect(output).toHaveLength(12);
  expect([output[0], output[4], output.at(-1)]).toEqual(['reading a.csv: 0 %\n', 'reading a.csv: 40 %\n', 'writing\n']);
});

it('counts the seconds of a step that lasts, and is cleared before the report', () => {
  vi.useFakeTimers();
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
  const { output, stream } = aStream(true);
  progressTo(stream)('lifetime-value: working out what to change');
  vi.advanceTimersByTime(2000);
  print(['nightly']);
  vi.advanceTimersByTime(5000);
  log.mockRestore();
  vi.useRealTimers();
  const step = '\r\x1b[Klifetime-value: working out what to change';
  expect(output).toEqual([step, `${step}  1 s`, `${step}  2 s`, '\r\x1b[K', 'nightly']);
});
