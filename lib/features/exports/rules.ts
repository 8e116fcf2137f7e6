/**
 * Exports as marketers declare them: for which tool, of which people, with which columns. Checked when the program
 * starts.
 */
import * as z from 'zod';
import { checkRules, shown } from '../../core/rules.ts';
import { tableNames, tableOf } from '../../core/tables.ts';
import { nearest } from '../../core/text/nearest.ts';
import { normalHeader } from '../../workbook/headers.ts';
import { type Condition, checkCondition, testsIn } from '../segments/index.ts';

/** A column of contacts, the team's own among them. */
const column = z.string().superRefine((name, context) => {
  const columns = Object.keys(tableOf('contacts').columns);
  if (columns.includes(name)) return;
  const near = nearest(name, columns);
  context.addIssue({
    code: 'custom',
    message: `found ${shown(name)}. Expected one of ${columns.join(', ')}${near ? `. Did you mean "${near}"?` : ''}`,
    input: name,
  });
});

export const formats = ['mailchimp', 'hubspot', 'google-ads', 'meta', 'csv'] as const;
export const providers = ['mailchimp', 'hubspot', 'ses', 'sendgrid', 'mailgun', 'postmark'] as const;

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'takes lower case letters, digits and "-"' });

/** Where it goes instead of `exports/` beside the workbook: a tab of a workbook of tabs, or another folder. */
const to = z
  .union([
    z.strictObject({ tab: z.string().trim().min(1).max(100) }),
    z.strictObject({ folder: z.string().trim().min(1).max(500) }),
  ])
  .optional();

/** How often it is written: with every run, or with Monday's alone. */
const every = z.enum(['night', 'week']).default('night');

const people = z.strictObject({
  name,
  /** The tool that reads it. */
  format: z.enum(formats),
  /** A list of jobs/rules/segments.ts; left out, all contacts. */
  list: z.string().optional(),
  /** A condition of its own, in the words of the lists (docs/segments.md); with a list, both must hold. */
  where: z.custom<Condition>((value) => typeof value === 'object' && value !== null).optional(),
  /** Meant for mailing or advertising: holds only contacts that may be mailed. */
  sending: z.boolean(),
  /** Header → column of contacts; left out, those that the format is known for. */
  columns: z.record(z.string().min(1), column).optional(),
  /** A column of contacts to sort by; contact_id, unless given. */
  order: column.optional(),
  /** `changed`: only what is new or changed since the export before, and who left in a file of its own. */
  only: z.enum(['all', 'changed']).default('all'),
  every,
  to,
});

/** The addresses that a tool must not mail. */
const suppressions = z.strictObject({ name, suppressionsFor: z.enum(providers), every, to });

const schema = z.array(z.union([people, suppressions]));

export type ExportRule = z.infer<typeof schema>[number];
export type ExportRules = readonly ExportRule[];

/** What is wrong with an export's filter. It asks contacts' own columns, events and purchases; lists have `list`. */
function filterFaults(where: unknown, name: string): string[] {
  const problems: string[] = [];
  const columns = new Map(Object.keys(tableOf('contacts').columns).map((each) => [each, each]));
  const checked = checkCondition(where, `Export "${name}"`, { columns, history: true }, problems);
  if (checked && [...testsIn(checked)].some(({ test }) => test === 'list'))
    problems.push(`Export "${name}": memberOf() stands in no filter; name the list with list:`);
  return problems;
}

/** Tabs that have a meaning of their own. */
const isTaken = (tab: string): boolean =>
  [...tableNames, 'inbox', 'inbox_rejects', 'plan'].includes(normalHeader(tab)) || /^nightshift /i.test(tab);

/** What is wrong with the tab of the rule at `i`. */
function tabFault(rules: readonly { to?: { tab?: string }; only?: string }[], i: number): string | null {
  const { to, only } = rules[i] ?? {};
  const tab = to?.tab;
  if (tab === undefined) return null;
  if (isTaken(tab)) return `the tab "${tab}" is the workbook's own; name another`;
  const first = rules.findIndex((each) => each.to?.tab?.toLowerCase() === tab.toLowerCase());
  if (first !== i) return `two exports go to the tab "${tab}"`;
  return only === 'changed' ? `a tab holds all of an export; only: 'changed' makes files` : null;
}

/** The exports' rules, checked; `lists` are the names that there are. @throws RulesError */
export function exportRules(rules: z.input<typeof schema>, lists: readonly string[]): ExportRules {
  const unknown = z.array(z.any()).superRefine((each, context) => {
    each.forEach((rule, i) => {
      if (rule.list !== undefined && !lists.includes(rule.list))
        context.addIssue({ code: 'custom', path: [i, 'list'], message: `there is no list "${rule.list}"` });
      if (rule.where !== undefined) {
        for (const message of filterFaults(rule.where, rule.name))
          context.addIssue({ code: 'custom', path: [i, 'where'], message });
      }
      if (each.findIndex((other) => other.name === rule.name) !== i)
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `two exports are called "${rule.name}"` });
      const fault = tabFault(each, i);
      if (fault) context.addIssue({ code: 'custom', path: [i, 'to'], message: fault });
      if (rule.format && ['google-ads', 'meta'].includes(rule.format) && rule.columns)
        context.addIssue({ code: 'custom', path: [i, 'columns'], message: 'this format has columns of its own' });
    });
  });
  const checked = checkRules('jobs/rules/exports.ts', schema, rules);
  checkRules('jobs/rules/exports.ts', unknown, checked);
  return checked;
}
