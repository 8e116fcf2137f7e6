/**
 * Starts the local Sheets server with a folder of CSV files as its content, for a person to try:
 *
 *   tsx test/support/sheets-server/main.ts [FOLDER] [PORT]
 */
import path from 'node:path';
import { bookOfCsv } from './build.ts';
import { startSheetsServer } from './server.ts';

/** Prints the address and the spreadsheet's id; runs until it is ended. */
export async function main(args: string[]): Promise<void> {
  const folder = path.resolve(args[0] ?? 'data/sample');
  const server = await startSheetsServer({ port: Number(args[1] ?? 0), readsPerMinute: 60, writesPerMinute: 60 });
  const book = bookOfCsv(folder, 'local-sample');
  server.put(book);
  process.stdout.write(
    `The local Sheets server holds ${book.tabs.map((tab) => tab.title).join(', ')} from ${folder}.\n\n` +
      `  export NIGHTSHIFT_SHEETS_URL=${server.url}\n  npm run nightly -- --workbook ${book.spreadsheetId}\n`,
  );
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === import.meta.filename) {
  await main(process.argv.slice(2));
}
