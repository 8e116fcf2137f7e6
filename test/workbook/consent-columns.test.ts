/** A column that says who wants no mail is found by its header, in any tool's and language's words, and by no other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentRole } from '../../lib/workbook/consent-columns.ts';
import { meaningOf, plainWord } from '../../lib/workbook/consent-words.ts';

const REFUSES = [
  ...[
    'Unsubscribed from all email',
    'Opted out of email: Marketing Information',
    'HasOptedOutOfEmail',
    'emailOptOut',
    'doNotEmail',
  ],
  ...[
    'donotcontact',
    'EMAIL_BLACKLISTED',
    'UNSUB',
    'Email Suppressions',
    'Is this subscriber blacklisted?',
    'Opt-out Date',
    'DNC',
  ],
  ...[
    'Abgemeldet am',
    'Abmeldedatum',
    'Werbesperre',
    'Désabonné',
    'Ne pas contacter',
    'Dado de baja',
    'Disiscritto',
    'Uitgeschreven',
  ],
  ...['Afgemeld', 'Descadastrado', 'Não contactar', 'Rezygnacja', 'email_disabled', 'Global unsubscribes'],
  // A negation beside an agreement, and words that a tool says of a whole contact.
  ...[
    'Geen nieuwsbrief',
    'Do not allow Emails',
    'Do not allow Bulk Emails',
    'Newsletter abbestellt',
    'Cancelou inscrição',
  ],
  ...['Exclude from mailings', 'IsExcludedFromCampaigns', 'marketingSuspended', 'EmailOptOut__c', 'Sperrvermerk'],
  ...['Archived', 'is_deleted', 'Optou por sair', 'Não perturbe', 'Cancellato'],
];
const AGREES = [
  ...[
    'Accepts Email Marketing',
    'opt_in',
    'Newsletter',
    'subscribed_to_emails',
    'Marketing emails',
    'GDPR consent',
    'Subscribed',
  ],
  ...[
    'Newsletter-Einwilligung',
    'Werbeeinwilligung',
    'Einverständnis',
    'Inscrit à la newsletter',
    'Suscrito al boletín',
    'Nieuwsbrief',
  ],
  ...['Consenso marketing', 'Toestemming e-mail', 'Aceita receber e-mails', 'Zgoda marketingowa', 'Double Opt-In'],
  ...['Newsletter (yes/no)', 'Mailing list', 'Are you on our mailing list?', 'mailing_list_optin', 'Receives email'],
  ...[
    'I agree to receive emails',
    'Can we email you?',
    'Send me emails',
    'E-Mail erlaubt',
    'Kontakterlaubnis',
    'Zugestimmt',
  ],
];
/** Their values decide. */
const MAY_AGREE = ['Active', 'News', 'Updates', 'Keep me updated', 'Is reachable', 'Akkoord', 'Sollicitation'];
const STATUS = [
  'Marketing contact status',
  'Email Marketing Consent State',
  'Subscription status',
  'Statut d’abonnement',
];
const NEITHER = [
  ...[
    'First Name',
    'Description',
    'Mailing Street',
    'Mailing City',
    'OPTIN_TIME',
    'OPTIN_IP',
    'CONFIRM_TIME',
    'Subscription ID',
  ],
  ...[
    'SMS_BLACKLISTED',
    'Do Not Call',
    'Phone consent',
    'Country',
    'unsubscribe_url',
    'Subscriber Since',
    'Order Status',
    'Region',
  ],
  ...[
    'complimentary_plan',
    'Bounced Count',
    'Email',
    'score',
    'Tags',
    'subscribed_at',
    'Email Consent Timestamp',
    'Company',
  ],
  ...['Mailing State', 'Email Domain', 'Last marketing email open date', 'Subscription plan', 'Signup form'],
];

describe('headers', () => {
  it.each(REFUSES.map((header) => [header]))('"%s" refuses', (header) =>
    expect(consentRole(header)?.role).toBe('refuses'),
  );
  it.each(AGREES.map((header) => [header]))('"%s" agrees', (header) =>
    expect(consentRole(header)?.role).toBe('agrees'),
  );
  it.each(STATUS.map((header) => [header]))('"%s" is a status', (header) =>
    expect(consentRole(header)?.role).toBe('status'),
  );
  it.each(NEITHER.map((header) => [header]))('"%s" says nothing of consent', (header) =>
    expect(consentRole(header)).toBeNull(),
  );

  it('"Email Status" is of the address and of consent', () =>
    expect(consentRole('Email Status')?.role).toBe('address'));
  it.each(MAY_AGREE.map((header) => [header]))('"%s" agrees where its values do', (header) =>
    expect(consentRole(header)).toEqual({ role: 'agrees', isLoose: true }),
  );

  it('are known in any case of letters and with any sign between their words', () => {
    const variants: readonly ((header: string) => string)[] = [
      (header) => header.toUpperCase(),
      (header) => header.replaceAll(' ', '_'),
      (header) => header.replaceAll(' ', '-'),
      (header) => ` ${header}? `,
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...REFUSES.filter((each) => !/[a-z][A-Z]/.test(each)), ...AGREES),
        fc.constantFrom(...variants),
        (header, vary) => {
          expect(consentRole(vary(header))?.role).toBe(consentRole(header)?.role);
        },
      ),
    );
  });
});

describe('values', () => {
  it.each([
    ['unknown', 'agrees'],
    ['👎', 'agrees'],
    ['-1', 'agrees'],
    ['✗', 'refuses'],
    ['verified', 'status'],
  ] as const)('"%s" in a column of the role %s is asked about', (value, role) =>
    expect(meaningOf(value, role)).toBeNull(),
  );
  it.each([
    'no',
    'Nein',
    'FALSE',
    '0',
    'non',
    'nie',
    'não',
    'unsubscribed',
    'Never Subscribed',
    'pending',
    'Unconfirmed',
    'Non-subscribed',
    'opted out',
    'Unsubscribed by admin',
    'IspComplained',
    'PendingOptIn',
    'none',
    'keine',
    'désinscrite',
    'Do not send',
    '❌',
    '✗',
  ])('"%s" in a column that agrees is a no', (value) => expect(meaningOf(value, 'agrees')).toBe('no'));
  it.each([
    'Unsubscribed',
    'NEVER_SUBSCRIBED',
    'blocklisted',
    'Marked as spam',
    'Non-marketing contact',
    'cancelled',
    'archived',
  ])('"%s" as a status is a no', (value) => expect(meaningOf(value, 'status')).toBe('no'));
  it.each(['cleaned', 'Bounced', 'hard bounced'])('"%s" as a status suppresses', (value) =>
    expect(meaningOf(value, 'status')).toBe('suppressed'),
  );

  it('that are not known are never a yes: they refuse where the header refuses, and are asked about elsewhere', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[bcdfghjklmnpqrstvwxz]{4,12}$/), (value) => {
        expect(meaningOf(value, 'agrees')).toBeNull();
        expect(meaningOf(value, 'status')).toBeNull();
        expect(['no', 'nothing']).toContain(meaningOf(value, 'refuses'));
      }),
    );
  });

  it('are compared without case, accents and signs', () => {
    expect(plainWord(' Désabonné ')).toBe('desabonne');
    expect(plainWord('Never_Subscribed')).toBe('neversubscribed');
  });
});
