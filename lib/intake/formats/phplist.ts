import { people } from './people.ts';

export const phplist = [
  people({
    id: 'phplist',
    tool: 'phpList',
    label: 'a phpList subscriber export',
    page:
      'https://www.phplist.org/manual/books/phplist-manual/page/exporting-subscribers (columns: ' +
      'public_html/lists/admin/actions/export.php)',
    refuses: '"Is this subscriber blacklisted" 1, "Is this subscriber confirmed" 0, disabled',
    fits: ({ headers }) =>
      headers.some((header) => /is th(?:is|e) (?:subscriber|user) (?:blacklisted|confirmed)/i.test(header)),
    shape: {
      source: 'phplist',
      aliases: { entered: 'created_at', modified: 'updated_at', id: 'contact_id' },
      consent: {
        is_this_subscriber_blacklisted: { role: 'refuses' },
        is_this_subscriber_confirmed: { role: 'agrees' },
        is_this_user_confirmed: { role: 'agrees' },
        did_this_subscriber_manually_confirm: 'ignore',
        send_this_subscriber_html_emails: 'ignore',
        subscribe_page: 'ignore',
        is_this_account_disabled: { role: 'refuses' },
        disabled: { role: 'refuses' },
      },
    },
    sample: {
      name: 'phpList Export on All lists.csv',
      text: `email,Is this subscriber confirmed,Is this subscriber blacklisted?,number of bounces on this subscriber,entered,name
here@a.example,1,0,0,2026-01-01 10:00:00,Ada Byron
gone@b.example,1,1,0,2026-01-01 10:00:00,Bob Curie
wait@c.example,0,0,0,2026-01-01 10:00:00,Eve Dirac
`,
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'wait@c.example': 'status' } },
    },
  }),
];
