import type { Tool } from './format.ts';

export const phplist: Tool = {
  tool: 'phpList',
  csv: [
    {
      id: 'phplist',
      label: 'a phpList subscriber export',
      page:
        'https://www.phplist.org/manual/books/phplist-manual/page/exporting-subscribers (columns: ' +
        'public_html/lists/admin/actions/export.php)',
      refuses: '"Is this subscriber blacklisted" 1, "Is this subscriber confirmed" 0, disabled',
      fits: ({ headers }) =>
        headers.some((header) => /is th(?:is|e) (?:subscriber|user) (?:blacklisted|confirmed)/i.test(header)),
      contacts: {
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
    },
  ],
};
