/** What a person asked of the matching can't be done, in words that hold headers and counts, and no cell's value. */
export class MatchError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MatchError';
  }
}
