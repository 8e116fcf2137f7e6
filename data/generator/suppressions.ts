/**
 * The suppressions that stand already when the world is handed over, in the order of contacts, and some of addresses
 * whose contacts are long deleted.
 */
import { DAY_SECONDS, timeText } from './days.ts';
import { capitals } from './handwriting.ts';
import { contactId, type Member, type Register } from './member.ts';
import { scatter } from './random.ts';

export const suppressionColumns = [
  'email',
  'scope',
  'contact_id',
  'reason',
  'suppressed_at',
  'source',
  'note',
  'released_at',
] as const;

/** The address that a member's suppression is written under, where that is not theirs letter for letter. */
export function suppressedUnder(member: Member, register: Register): string | undefined {
  const under = member.story.standing?.under;
  if (under === 'formerAddress') return register.formerAddress(member.index);
  return under === 'otherCase' ? capitals(member.address) : undefined;
}

export function* suppressionRows(
  register: Register,
  seed: number,
  people: number,
  end: number,
): Generator<readonly string[]> {
  for (let index = 0; index < people; index += 1) {
    if (!register.mayHaveStory(index)) continue;
    const member = register.memberAt(index);
    const { standing } = member.story;
    if (!standing) continue;
    yield [
      suppressedUnder(member, register) ?? member.address,
      standing.scope,
      standing.scope === 'person' || index % 2 === 0 ? contactId(index) : '',
      standing.reason,
      timeText(standing.at),
      standing.reason === 'manual' ? 'support desk' : 'bounce-suppression',
      standing.note,
      standing.releasedAt === undefined ? '' : timeText(standing.releasedAt),
    ];
  }
  for (let gone = 1; gone <= Math.round(people * 0.015); gone += 1) {
    const dice = scatter(gone ^ seed);
    const left = dice % 3 === 0;
    const address = `gone.${gone}@${dice % 2 === 0 ? 'mail.example.com' : 'home.example.net'}`;
    const at = timeText(end - (40 + (dice % 900)) * DAY_SECONDS - (dice % 80_000));
    const [scope, reason] = left ? ['person', 'unsubscribe'] : ['address', 'hard_bounce'];
    yield [address, scope, '', reason, at, 'import', 'contact deleted', ''];
  }
}
