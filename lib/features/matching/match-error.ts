import { NightshiftError } from '../../core/errors.ts';

/** What a person asked of the matching can't be done; the message holds headers and counts, and no cell's value. */
export class MatchError extends NightshiftError {
  override name = 'MatchError';
}
