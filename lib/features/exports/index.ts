/** What leaves for other tools: files, and the two questions that every hand-over asks of the snapshot. */
export { mailable, refused } from './queries.ts';
