/**
 * Sets the clock of a child process: loaded before the command (`--import`), it moves the beginning of its time to
 * NIGHTSHIFT_TEST_NOW. For stories that take weeks. The product itself has no such switch.
 */
const start = process.env.NIGHTSHIFT_TEST_NOW;
if (start !== undefined) {
  const RealDate = Date;
  const offset = RealDate.parse(start) - RealDate.now();
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(RealDate.now() + offset);
      else super(...given);
    }
    static now() {
      return RealDate.now() + offset;
    }
  };
}
