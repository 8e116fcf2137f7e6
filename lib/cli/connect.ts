/** `connect NAME`: how the key is made that a connection needs, and which secret to set. */
import { didYouMean } from '../core/text/nearest.ts';
import { connectableNames, connectText } from '../features/connections/index.ts';
import { type Options, UsageError } from './options.ts';
import { screen } from './text.ts';

export async function connectCommand({ names: [name, ...rest] }: Options): Promise<number> {
  const known = connectableNames.join(', ');
  if (name === undefined || rest.length > 0) throw new UsageError(`Connect what? Name one of: ${known}.`);
  const text = connectText(name);
  if (!text) {
    const meant = didYouMean(name, connectableNames);
    throw new UsageError(`There is no connection to "${name}".${meant} There are: ${known}; http is for all others.`);
  }
  console.log(screen(text));
  return 0;
}
