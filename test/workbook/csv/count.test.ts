import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countTwo } from '../../../lib/workbook/csv/count.ts';

it('counts what a loop counts, from any place to any other', () => {
  const byte = fc.oneof(fc.constantFrom(0, 9, 10, 11, 43, 44, 45, 127, 128, 138, 172, 255), fc.nat(255));
  const text = fc.array(byte, { maxLength: 40 });
  fc.assert(
    fc.property(text, fc.nat(600), fc.nat(3), fc.nat(8), fc.nat(8), (part, times, offset, before, after) => {
      const all = Uint8Array.from(Array.from({ length: times + 1 }, () => part).flat());
      const bytes = new Uint8Array(all.length + offset).subarray(offset);
      bytes.set(all);
      const start = Math.min(before, bytes.length);
      const end = Math.max(start, bytes.length - after);
      const wanted = [10, 44].map((wanted) => bytes.subarray(start, end).filter((each) => each === wanted).length);
      expect(countTwo(bytes, start, end, 10, 44)).toEqual(wanted);
    }),
    { numRuns: 500 },
  );
});
