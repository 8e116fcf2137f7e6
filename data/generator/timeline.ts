/**
 * Millions of happenings, put in order of time within bounded memory: 13 bytes each, no objects. It holds who and what
 * as numbers, and leaves the words to whoever reads it out.
 */

/**
 * A moment in seconds and the happening's place share one 53-bit number: 2^28 seconds are eight years, 2^25 happenings
 * 33 million.
 */
const PLACES = 2 ** 25;
const MOMENTS = 2 ** 28;

export class Timeline {
  private moments = new Float64Array(1024);
  private members = new Uint32Array(1024);
  private kinds = new Uint8Array(1024);
  private count = 0;

  /** @param start the earliest moment there can be, in seconds since 1970; earlier ones are told as `start` */
  private readonly start: number;

  constructor(start: number) {
    this.start = start;
  }

  get length(): number {
    return this.count;
  }

  add(at: number, member: number, kind: number): void {
    const moment = Math.max(0, at - this.start);
    if (moment >= MOMENTS || this.count >= PLACES) throw new RangeError('More than a timeline holds.');
    if (this.count === this.moments.length) this.grow();
    this.moments[this.count] = moment * PLACES + this.count;
    this.members[this.count] = member;
    this.kinds[this.count] = kind;
    this.count += 1;
  }

  /** Every happening, oldest first; of two at one moment the one that was added first. */
  *inOrder(): Generator<{ at: number; member: number; kind: number }> {
    const order = this.moments.slice(0, this.count).sort();
    const happening = { at: 0, member: 0, kind: 0 };
    for (const packed of order) {
      const place = packed % PLACES;
      happening.at = this.start + (packed - place) / PLACES;
      happening.member = this.members[place] as number;
      happening.kind = this.kinds[place] as number;
      yield happening;
    }
  }

  private grow(): void {
    const size = this.moments.length * 2;
    const moments = new Float64Array(size);
    const members = new Uint32Array(size);
    const kinds = new Uint8Array(size);
    moments.set(this.moments);
    members.set(this.members);
    kinds.set(this.kinds);
    [this.moments, this.members, this.kinds] = [moments, members, kinds];
  }
}
