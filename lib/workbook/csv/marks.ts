/**
 * Where a record begins, every few kilobytes of a file, and which: noted while the file is scanned before it is read,
 * so that a rewrite need not scan again what stays unchanged.
 */

/**
 * Eight kilobytes are some dozens of records: few to look through for one that changes, and few marks for a large file.
 */
export const MARK_BYTES = 8 * 1024;

export interface Mark {
  /** The record's first byte in the file, without its byte order mark. */
  readonly place: number;
  /** The ordinal of a data record; the first is 0. */
  readonly row: number;
}

export class RowMarks {
  readonly #marks: Mark[] = [];

  /** Notes where a record begins, where the last mark is far enough; places and rows only grow. */
  add(place: number, row: number): void {
    if (row >= 0 && place - (this.#marks.at(-1)?.place ?? 0) >= MARK_BYTES) this.#marks.push({ place, row });
  }

  /** The last mark at or before that row and that place; null where there is none. */
  before(row: number, place: number): Mark | null {
    let from = 0;
    let to = this.#marks.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const mark = this.#marks[middle];
      if (mark && mark.row <= row && mark.place <= place) from = middle + 1;
      else to = middle;
    }
    return this.#marks[from - 1] ?? null;
  }
}
