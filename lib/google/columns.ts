/** Finds a column again that was seen at a place under a header, though people move, insert and rename columns. Pure. */

/**
 * The column now. By its header; one without header, or whose header is gone, by its place beside a neighbour that
 * still has its own: a column with a new name comes before one without any. -1 where it can't be told.
 */
export function trackColumn(then: readonly string[], now: readonly string[], index: number): number {
  if (index < 0) return -1;
  const header = then[index] ?? '';
  const named = header === '' ? -1 : now.indexOf(header);
  if (named >= 0) return named;
  const isNew = (place: number): boolean => (now[place] ?? '') !== '' && !then.includes(now[place] ?? '');
  if (header !== '') {
    const lost = then.filter((one) => one !== '' && !now.includes(one));
    const fresh = now.flatMap((_, place) => (isNew(place) ? [place] : []));
    // Renamed: the one name that went, the one that came.
    if (lost.length === 1 && fresh.length === 1) return fresh[0] ?? -1;
    const renamed = besideNeighbour(then, now, index, isNew);
    if (renamed >= 0) return renamed;
  }
  // Only a column that was not there under that name before can be the one that lost its own.
  return besideNeighbour(then, now, index, (place) => (now[place] ?? '') === '' || isNew(place));
}

/** The place that a column has by its nearest neighbour whose header is still there, if it `fits`. */
function besideNeighbour(
  then: readonly string[],
  now: readonly string[],
  index: number,
  fits: (place: number) => boolean,
): number {
  for (let distance = 1; distance <= Math.max(then.length, index + 1); distance += 1) {
    for (const neighbour of [index - distance, index + distance]) {
      const name = then[neighbour] ?? '';
      const found = name === '' ? -1 : now.indexOf(name);
      const place = found + index - neighbour;
      if (found >= 0 && place >= 0 && fits(place)) return place;
    }
  }
  return -1;
}
