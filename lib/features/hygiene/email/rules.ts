/**
 * What marketers may tune about addresses. Refuses entries that would do harm: a domain both allowed and blocked, a
 * correction of a big mail provider's own domain, a correction that leads to another one.
 */

import * as z from 'zod';
import { isWellKnownDomain } from './domains.ts';

const DOMAIN = /^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]{2,}$/u;

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .refine((text) => DOMAIN.test(text), {
    error: ({ input }) => `"${input}" is no domain; write it like "example.com"`,
  });

const role = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/, {
    error: ({ input }) => `"${input}" is no role; write what stands before the @, like "info"`,
  });

/** Mailboxes of a task, not of a person: RFC 2142, the big senders' lists, and the usual words of other languages. */
export const DEFAULT_ROLES: readonly string[] = (
  'abuse accounting accounts admin administration administrator advertising all anfrage anfragen bestellung billing ' +
  'bewerbung bookings booking buchhaltung bureau careers commercial compliance compras comptabilite contact contacto ' +
  'contato contatti customer.service customercare customerservice datenschutz devnull direction dns do-not-reply ' +
  'donotreply editor empfang enquiries enquiry events everyone faktura feedback finance ftp gdpr hello help helpdesk ' +
  'hostmaster hr info information informacion inquiries inquiry investors invoice invoices ispfeedback ispsupport it ' +
  'jobs kontakt legal list list-request mail mailer-daemon maildaemon marketing media news newsletter no-reply ' +
  'no_reply noc noreply null office orders partner partners phish phishing post postmaster presse press privacy ' +
  'purchasing rechnung reception recruiting recruitment redaktion registrar reservations returns root rrhh sales ' +
  'secretariat security sekretariat service services shop spam staff subscribe support sysadmin team tech undisclosed-recipients ' +
  'unsubscribe usenet uucp ventas vertrieb vendas verwaltung web webmaster welcome www'
).split(' ');

/** Which domains and mailboxes are judged otherwise than by what is commonly known of them. */
export const emailRules = z
  .strictObject({
    /** Domains that are always fine: never called disposable, a relay, a typo or unknown. Wins over every list. */
    allow: z.array(domain).default([]),
    /** Domains whose addresses are invalid, in all cases. */
    block: z.array(domain).default([]),
    /** Mistyped domain → right domain. Only these are ever corrected; list none that might receive mail. */
    correctTypos: z.record(domain, domain).default({}),
    /** Mailboxes of a task, not of a person: what stands before the @ (and before a +tag). */
    roles: z.array(role).default([...DEFAULT_ROLES]),
  })
  .superRefine(({ allow, block, correctTypos }, context) => {
    const fault = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    block.forEach((name, i) => {
      if (allow.includes(name)) fault(['block', i], `"${name}" is both allowed and blocked; keep one of the two`);
    });
    for (const [from, to] of Object.entries(correctTypos)) {
      const at = ['correctTypos', from];
      if (from === to) fault(at, `"${from}" is corrected to itself; remove the line`);
      else if (to in correctTypos)
        fault(at, `"${from}" is corrected to "${to}", which is corrected itself; name the last one`);
      if (isWellKnownDomain(from))
        fault(at, `"${from}" is a mail provider's own domain and can't be a typo; remove the line`);
      if (allow.includes(from)) fault(at, `"${from}" is allowed and corrected; keep one of the two`);
    }
  });

/** The rules, complete: defaults filled in, domains in lower case. */
export type EmailRules = z.output<typeof emailRules>;
