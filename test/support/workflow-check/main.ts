/**
 * Asks GitHub's language service what it thinks of workflow files, and prints its errors as JSON: { FILE: [MESSAGE] }.
 * A process of its own, under tsx: the service reads JSON in a way that plain Node refuses.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';

/** 2 warns, 3 informs; what has no severity is an error. */
const HARMLESS = new Set<number | undefined>([2, 3]);

const found: Record<string, string[]> = {};
for (const path of process.argv.slice(2)) {
  const document = TextDocument.create(
    `file:///.github/workflows/${basename(path)}`,
    'yaml',
    0,
    readFileSync(path, 'utf8'),
  );
  const faults = (await validate(document, {})).filter(({ severity }) => !HARMLESS.has(severity));
  found[basename(path)] = faults.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
}
console.log(JSON.stringify(found));
