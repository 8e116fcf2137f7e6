/**
 * What a command prints: its result on stdout, in colour where a person reads it, and its progress on stderr, which is
 * cleared first.
 */
import { relative } from 'node:path';
import { printable, printableJson } from '../core/text/printable.ts';
import { screen, screenWidth } from './text.ts';

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

export type Progress = (line: string, share?: number) => void;

/** Takes the line of progress from the terminal, if there is one. */
let clearProgress = (): void => {};

/** Prints lines for people. */
export function print(lines: readonly string[]): void {
  clearProgress();
  const text = screen(lines);
  console.log(hasColour() ? text.split('\n').map(coloured).join('\n') : text);
}

/** Prints one JSON object. */
export function printJson(value: unknown): void {
  clearProgress();
  console.log(printableJson(value));
}

/** Prints a text that stands as it is, such as Markdown. */
export function printText(text: string): void {
  clearProgress();
  console.log(text);
}

/** Prints what went wrong, or a note, to stderr. */
export function printError(text: string): void {
  clearProgress();
  console.error(screen(text.split('\n'), screenWidth(process.stderr)));
}

/**
 * FORCE_COLOR (not 0) asks for colour, NO_COLOR refuses it, else a terminal has it. See no-color.org, force-color.org.
 */
export function hasColour(variables: NodeJS.ProcessEnv = process.env, stream: Stream = process.stdout): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = variables;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return stream.isTTY === true && term !== 'dumb';
}

const COLOURS = { good: 32, review: 33, bad: 31, bold: 1, soft: 2 } as const;

/**
 * The words at the start of a line, or after a job's name, that have a colour. They are ours: a cell never gives one.
 */
const MARKED: readonly (readonly [RegExp, keyof typeof COLOURS])[] = [
  [/^( *)((?:fix|stopped:|error:|stop:|failed:)(?= ))/, 'bad'],
  [/^( *)((?:review|review:|held:|asks:|warn:|rejected:|next:)(?= ))/, 'review'],
  [/^()(OK)(?= )/, 'good'],
  [/^([a-z][\w-]* {2,})(applied|OK)(?= |$)/, 'good'],
  [/^([a-z][\w-]* {2,})(planned|blocked|due|late|waiting|skipped)(?= |$)/, 'review'],
  [/^([a-z][\w-]* {2,})(failed|failing)(?= |$)/, 'bad'],
  [/^([a-z][\w-]* {2,})(unchanged|never run)(?= |$)/, 'soft'],
];

/** A printable line with its marked word in colour. */
export function coloured(line: string): string {
  for (const [pattern, colour] of MARKED) {
    if (pattern.test(line))
      return line.replace(
        pattern,
        (_, before: string, word: string) => `${before}\x1b[${COLOURS[colour]}m${word}\x1b[0m`,
      );
  }
  return line;
}

/** A path as a person types it: relative to where they are, unless that is longer. */
export function pathText(path: string): string {
  const near = relative('.', path) || '.';
  return near.length < path.length ? near : path;
}

const TICK_MS = 1000;

/**
 * One line that is written over on a terminal, with a bar where the share is known, and with the seconds of a step that
 * lasts; plain lines elsewhere, at each tenth of the share.
 */
export function progressTo(stream: Stream): Progress {
  return stream.isTTY ? onTerminal(stream) : asLines(stream);
}

function asLines(stream: Stream): Progress {
  let last = '';
  return (line, share) => {
    const text =
      share === undefined ? printable(line) : `${printable(line)}: ${Math.min(100, Math.floor(share * 10) * 10)} %`;
    if (text !== last) stream.write(`${text}\n`);
    last = text;
  };
}

function onTerminal(stream: Stream): Progress {
  let [current, since] = ['', 0];
  let ticks: NodeJS.Timeout | undefined;
  const draw = (text: string): void => {
    const width = Math.max(20, (stream.columns ?? 80) - 1);
    stream.write(`\r\x1b[K${text.length <= width ? text : `${text.slice(0, width - 1)}…`}`);
  };
  const withTime = (): string => {
    const seconds = Math.floor((Date.now() - since) / 1000);
    return seconds >= 1 ? `${current}  ${seconds} s` : current;
  };
  const clear = (): void => {
    clearInterval(ticks);
    ticks = undefined;
    if (current !== '') stream.write('\r\x1b[K');
    current = '';
  };
  clearProgress = clear;
  process.once('exit', clear);
  return (line, share) => {
    const text = share === undefined ? printable(line) : `${printable(line)}  ${bar(share)}`;
    if (text !== current) [current, since] = [text, Date.now()];
    draw(withTime());
    // It keeps no process alive.
    ticks ??= setInterval(() => draw(withTime()), TICK_MS).unref();
  };
}

/** `██████░░░░  60 %`. */
function bar(share: number): string {
  const full = Math.min(20, Math.round(share * 20));
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)} ${String(Math.min(100, Math.round(share * 100))).padStart(3)} %`;
}
