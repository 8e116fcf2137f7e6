/** People as a tool of the tests has them: on lists, with fields, and gone. */
export interface Person {
  readonly email: string;
  left: boolean;
  /** When the person's status changed last, where it did. */
  changed?: string;
  /** When the person signed up by a form; absent where a team or a tool added the address. */
  signedUp?: string;
  readonly lists: Set<string>;
  readonly fields: Record<string, unknown>;
}

export const aPerson = (
  email: string,
  given: { left?: boolean; lists?: string[]; fields?: Record<string, unknown> } = {},
): Person => ({
  email,
  left: given.left ?? false,
  lists: new Set(given.lists),
  fields: { ...given.fields },
});

export type People = Person[];
export const byEmail = (people: People, email: string | undefined): Person | undefined =>
  people.find((each) => each.email === email);
export const AT = '2026-11-20T10:00:00.000Z';
export const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
export const field = (body: unknown, name: string): unknown => (body as Record<string, unknown>)[name];
