/**
 * Cuts a file of JSON into its objects, no matter what holds them: one a line, an array, or one after the other. It keeps one
 * object in memory and no more, so that a feed may be as long as it likes. What is no JSON is handed out as such, by
 * line; a broken object costs itself and the rest of its line, never the rest of the file.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** One object of the file, or what stands where one should be. `row` counts what was found, from 1. */
export type JsonRecord =
  | { readonly row: number; readonly value: Readonly<Record<string, unknown>> }
  | { readonly row: number; readonly fault: string; readonly text: string };

/** How much of what can't be read is kept. */
const MOST_TEXT = 20_000;

/** A single object larger than this is no event of a provider. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(row: number, text: string): JsonRecord {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { row, value } : { row, fault: 'is no JSON object', text };
  } catch {
    return { row, fault: 'is no whole JSON object', text };
  }
}

/** Goes through the text with one finger: how deep it is, and whether in a string. */
class Cutter {
  private text = '';
  private at = 0;
  private start = -1;
  private depth = 0;
  private quoted = false;
  private strayLine = false;
  private row = 0;

  *feed(chunk: string): Generator<JsonRecord> {
    this.text += chunk;
    for (; this.at < this.text.length; this.at++) {
      const record = this.step(this.text.charCodeAt(this.at));
      if (record) yield record;
    }
    const keepFrom = this.start < 0 ? this.at : this.start;
    this.text = this.text.slice(keepFrom);
    this.at -= keepFrom;
    if (this.start >= 0) this.start = 0;
    if (this.text.length > MOST_CHARACTERS) throw new Error('a JSON object of more than 64 MB');
  }

  *end(): Generator<JsonRecord> {
    if (this.start >= 0) yield this.broken();
  }

  private step(code: number): JsonRecord | null {
    if (this.start < 0) return this.outside(code);
    if (this.quoted) {
      if (code === 0x5c) this.at++;
      else if (code === 0x22) this.quoted = false;
      // A string never runs over a line end: the object was cut off, and the next line begins again.
      else if (code === 0x0a) return this.close(this.broken());
      return null;
    }
    if (code === 0x22) this.quoted = true;
    else if (code === 0x7b) this.depth++;
    else if (code === 0x7d && --this.depth === 0) {
      return this.close(parsed(++this.row, this.text.slice(this.start, this.at + 1)));
    }
    return null;
  }

  /** Between objects only brackets, commas and spaces are in their place; anything else is one fault a line. */
  private outside(code: number): JsonRecord | null {
    if (code === 0x0a) this.strayLine = false;
    if (code === 0x7b && !this.strayLine) {
      this.start = this.at;
      this.depth = 1;
      return null;
    }
    const expected = code <= 0x20 || code === 0x2c || code === 0x5b || code === 0x5d || code === 0xfeff;
    if (expected || this.strayLine) return null;
    this.strayLine = true;
    return { row: ++this.row, fault: 'is no JSON object', text: this.line() };
  }

  private broken(): JsonRecord {
    const text = this.text.slice(this.start, Math.min(this.at, this.start + MOST_TEXT));
    return { row: ++this.row, fault: 'is no whole JSON object', text };
  }

  /** What is left of the line, as far as it was read. */
  private line(): string {
    return this.text.slice(this.at, this.at + MOST_TEXT).split('\n', 1)[0] ?? '';
  }

  private close(record: JsonRecord): JsonRecord {
    this.start = -1;
    this.depth = 0;
    this.quoted = false;
    return record;
  }
}

/** UTF-16 is what PowerShell writes into a file. */
async function encodingOf(path: string): Promise<'utf8' | 'utf16le'> {
  const start = await firstBytes(path, 2);
  return start[0] === 0xff && start[1] === 0xfe ? 'utf16le' : 'utf8';
}

/** @throws the file system's own error */
export async function firstBytes(path: string, length: number): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Whether a file holds JSON, by how it begins. @throws the file system's own error */
export async function isJson(path: string): Promise<boolean> {
  const start = (await firstBytes(path, 256)).toString(await encodingOf(path));
  return /^\uFEFF?\s*[{[]/.test(start);
}

/** The objects of a JSON file, in order. `onRead` is called after each piece with the bytes read so far. */
export async function* jsonRecords(
  path: string,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<JsonRecord> {
  const stream = createReadStream(path, { encoding: await encodingOf(path), highWaterMark: 1 << 20 });
  const cutter = new Cutter();
  for await (const chunk of stream) {
    yield* cutter.feed(String(chunk));
    onRead(stream.bytesRead);
  }
  yield* cutter.end();
}
