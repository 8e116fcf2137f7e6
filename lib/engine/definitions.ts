/**
 * Statements that make what a name stands for (a view, a macro, a table of other tables' rows), kept until a statement
 * names it, so that a small night plans only what it asks. It runs nothing itself.
 */
import type { Sql } from '../core/sql.ts';

/** Statements that leave all tables alone which others may be made of. */
const CHANGES_NOTHING = /^\s*(?:select|explain|copy \(|create or replace temp|drop table if exists)/i;

/** What a statement makes, changes or drops: the names of tables, views and macros. */
const TARGETS =
  /\b(?:insert into|merge into|update|delete from|(?:create (?:or replace )?|alter |drop )(?:table|view|macro)(?: if exists)?)\s+(\w+)/gi;

/** What a name stands for, and whether it is there. */
interface Definition {
  readonly named: RegExp;
  readonly statement: Sql;
  readonly isTable: boolean;
  isMade: boolean;
}

/** A name as a word, in any case of letters, as in SQL. */
const word = (name: string): RegExp => new RegExp(`\\b${name}\\b`, 'i');

/** The definitions of one engine, by name. */
export class Definitions {
  readonly #byName = new Map<string, Definition>();

  /** Keeps what makes a name, in place of what made it before. */
  add(name: string, statement: Sql, isTable: boolean): void {
    this.#byName.set(name, { named: word(name), statement, isTable, isMade: false });
  }

  /** Makes what a statement names and what is not there. `make` runs a definition, and first what that names. */
  async makeNamedIn(statement: Sql, make: (making: Sql) => Promise<void>): Promise<void> {
    for (const definition of this.#byName.values()) {
      if (definition.isMade || definition.statement === statement || !definition.named.test(statement.text)) continue;
      await make(definition.statement);
      definition.isMade = true;
    }
  }

  /** Tables that were made of what a statement changed are made again when they are next named; all, where it is unclear. */
  changedBy(statement: string): void {
    if (CHANGES_NOTHING.test(statement)) return;
    const targets = Array.from(statement.matchAll(TARGETS), ([, target = '']) => target);
    for (const definition of this.#byName.values())
      if (definition.isTable && (targets.length === 0 || targets.some((target) => this.#isMadeOf(definition, target))))
        definition.isMade = false;
  }

  /** All is made again: what was made is gone with a transaction. */
  forget(): void {
    for (const definition of this.#byName.values()) definition.isMade = false;
  }

  /** Whether a definition, or one that it names, names the target. */
  #isMadeOf({ statement }: Definition, target: string): boolean {
    const named = [...this.#byName.values()].filter(
      (each) => each.statement !== statement && each.named.test(statement.text),
    );
    return word(target).test(statement.text) || named.some((each) => this.#isMadeOf(each, target));
  }
}
