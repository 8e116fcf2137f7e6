/**
 * The tools whose facts the night fetches, and to which it hands lists and suppressions over, by their APIs.
 * `npx nightshift connect sendgrid` shows how to make a key; docs/connections.md has all that can be connected.
 *
 * { name: 'sendgrid', vendor: 'sendgrid', suppress: true } fetches bounces, spam reports and unsubscribes, and adds our
 * suppressions to SendGrid's global ones. { name: 'mailchimp', vendor: 'mailchimp', audience: 'a1b2c3d4e5',
 * lists: { Newsletter: 'nightshift' }, fields: { SCORE: 'score' } } keeps a tag equal to a list of ours.
 */
// Columns of your own are declared there, and may go into fields.
import './workbook.ts';
import { connectionRules } from 'nightshift';
import { lists } from './segments.ts';

const lastDay = { lastDay: '2026-11-22' };
const hotLeads = { 'Hot leads': 'hot-leads' };

export const connections = connectionRules(
  {
    // Pretended tools, asked for the embedded sample alone: yours take their place.
    connections: [
      { name: 'sendgrid', vendor: 'sample', folder: 'data/sample/connections/sendgrid', ...lastDay, suppress: true },
      { name: 'mailchimp', vendor: 'sample', folder: 'data/sample/connections/mailchimp', ...lastDay, lists: hotLeads },
    ],
    // The first fetch of orders, opens and clicks looks back so many days; who left is read from the beginning.
    firstDays: 90,
    // Each fetch begins so long before the last one ended, because facts arrive late. What is known drops out.
    overlapHours: 48,
    // Requests to one connection in one run; the next run goes on.
    requests: 2000,
    // Facts about who left that are older than this hold the lists for sending back.
    consentHours: 48,
    // A connection that brings more than so many times its usual waits for a person.
    surge: 10,
    // A list elsewhere that would change by more than this waits for a person; the others go on.
    mostOfAudience: { share: 0.2, count: 500 },
  },
  lists.map(({ name }) => name),
);
