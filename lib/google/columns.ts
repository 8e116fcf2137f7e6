/** Finds a column again that was seen at a place under a header, though people move, insert and rename columns. Pure. */

/**
 * The column now. By its header; one without header, or whose header is gone, by its place beside a neighbour that
 * still has its own. -1 where it can't be told.
 */
export function trackColumn(then: readonly string[], now: readonly string[], index: number): number {
  const header = then[index] ?? '';
  const named = header === '' ? -1 : now.indexOf(header);
  if (named >= 0) return named;
  for (let distance = 1; distance <= Math.max(then.length, index + 1); distance += 1) {
    for (const neighbour of [index - distance, index + distance]) {
      const name = then[neighbour] ?? '';
      const found = name === '' ? -1 : now.indexOf(name);
      const place = found + index - neighbour;
      // Only a column that was not there under that name before can be the one that lost its own.
      if (
        found >= 0 &&
        place >= 0 &&
        (now[place] === undefined || now[place] === '' || !then.includes(now[place] ?? ''))
      )
        return place;
    }
  }
  return -1;
}
