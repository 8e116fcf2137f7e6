/**
 * What can keep a run from its spreadsheet, each as a class whose message says what to do, in order. They are
 * distinguished by what was asked, the HTTP status and the error's status code, never by a sentence: Google's come in
 * the account's language, and may quote cells, so that none of them is shown.
 */
import { GoogleError, withSteps } from '../google/errors.ts';

export class SheetsError extends GoogleError {
  constructor(message: string) {
    super(message, 'SheetsError');
  }
}

const ACCOUNT = 'the account that runs the jobs (…@….iam.gserviceaccount.com)';

/** What a run asks of Google. */
export const SCOPES = ['spreadsheets', 'drive.metadata.readonly'].map(scopeOf);

function scopeOf(name: string): string {
  return `https://www.googleapis.com/auth/${name}`;
}

/** How to sign in on one's own machine, since gcloud's own client is refused for the scopes of Drive (2025-06-23). */
export const SIGN_IN =
  `gcloud auth application-default login --client-id-file=CLIENT.json --scopes=${[...SCOPES, scopeOf('cloud-platform')]} ` +
  '(CLIENT.json: an OAuth client of type "Desktop app" of your project), ' +
  'then gcloud auth application-default set-quota-project PROJECT; ' +
  'or gcloud auth application-default login --impersonate-service-account=ACCOUNT, ' +
  'for an account that the sheet is shared with';

/** 403 PERMISSION_DENIED, or Drive's 404: not shared with this account, or only to look at. */
export const notShared = (account = ACCOUNT, allows: 'nothing' | 'reading' = 'nothing', id?: string): GoogleError =>
  withSteps(
    'NotShared',
    `Google knows us but does not let us ${allows === 'nothing' ? 'into' : 'write into'} the spreadsheet.`,
    `Open the sheet, click Share, and share the sheet with ${account} as editor.`,
    'If your organisation forbids sharing outside, ask an administrator to allow that account.',
    id === undefined
      ? 'If the tab or a range is protected, add the same account to those who may edit it.'
      : `If it is shared: compare the id "${id}" with the part of the sheet’s address between /d/ and /edit, ` +
          'and look whether the sheet is in the trash.',
  );

/** 400 FAILED_PRECONDITION: the file is in Drive, and no Google Sheet. */
export const excelFile = (): GoogleError =>
  withSteps(
    'ExcelFile',
    'The file is no Google Sheet; most likely it is an Excel file (.xlsx) in Drive, which Google’s interface can’t read.',
    'Open it and choose File, Save as Google Sheets.',
    'Use the address of the new sheet, and share that with the account.',
  );

/** 403: the credentials do not cover the Sheets or Drive scope. */
export const scopeMissing = (): GoogleError =>
  withSteps('ScopeMissing', 'The sign-in does not cover Google Sheets.', `${SIGN_IN}.`, 'Run again.');

/** 404 of the Sheets API: no spreadsheet with that id. */
export const spreadsheetNotFound = (spreadsheetId: string, account = ACCOUNT): GoogleError =>
  withSteps(
    'SpreadsheetNotFound',
    `There is no spreadsheet "${spreadsheetId}", or it is not shared with ${account}.`,
    'Open the sheet, click Share, and look whether that account is an editor.',
    'Compare the id with the part of the sheet’s address between /d/ and /edit.',
    'Look whether the sheet is in the trash.',
  );

/** 403 SERVICE_DISABLED: the API is off in the project of the credentials. */
export const apiNotEnabled = (
  service: string,
  address = `https://console.cloud.google.com/apis/library/${service}`,
): GoogleError =>
  withSteps(
    'ApiNotEnabled',
    `The API ${service} is not enabled in the Google Cloud project of the credentials.`,
    `Open ${address} and click Enable.`,
    'Wait two minutes.',
    'Run again.',
  );

/** 403 or 400: a person's own sign-in names no project to count its calls in, or one that it may not use. */
export const quotaProject = (): GoogleError =>
  withSteps(
    'QuotaProject',
    'The sign-in names no Google Cloud project whose quota it may use.',
    'gcloud auth application-default set-quota-project PROJECT, for a project in which the Google Sheets API is enabled.',
    'If the project is not yours, ask for the role "Service Usage Consumer" there.',
    'Run again.',
  );

/** The address of the service can't be reached from this machine. */
export const noNetwork = (code: string): GoogleError =>
  withSteps(
    'NoNetwork',
    `Google Sheets can’t be reached from this machine (${code}).`,
    'Check the network, and whether a firewall lets sheets.googleapis.com and oauth2.googleapis.com pass.',
    'Behind a proxy, set HTTPS_PROXY.',
    'Run again.',
  );

/** 429, 5xx or a broken connection, for longer than the budget allows. */
export class GaveUp extends SheetsError {
  override name = 'GaveUp';
  override readonly outward = 'Google Sheets did not answer in time, or the quota is used up.';

  constructor(what: string, seconds: number) {
    super(`Google Sheets did not answer in time: ${what}, tried for ${seconds} s. Nothing is lost; run again later.`);
  }
}

/** 400: the service refuses a request. */
export class Refused extends SheetsError {
  override name = 'Refused';
  constructor(message: string) {
    const kind = /requests\[\d+\]\.([A-Za-z]+)/.exec(message)?.[1];
    const why = REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? 'it asks for something that can’t be done';
    super(`Google Sheets refused a request${kind ? ` (${kind})` : ''}: ${why}.`);
  }
}

/** Only ever used to say more: what is done about a refusal does not depend on its text. */
const REASONS: [RegExp, string][] = [
  [
    /10,?000,?000|\b10 mill/,
    'the spreadsheet would have more than 10 million cells; delete empty rows and columns, or unused tabs',
  ],
  [/50,?000/, 'a cell would hold more than 50,000 characters'],
  [/protected|protegid|geschützt|protégé/i, 'a range is protected; let the account that runs the jobs edit it'],
];

/**
 * Sent, and it is not known whether it was done: 5xx after a write, a broken connection, half an answer, a time-out.
 */
export class UnknownOutcome extends SheetsError {
  override name = 'UnknownOutcome';
}

/** A read that does not hold together; never to be taken for rows that are gone. */
export class IncompleteRead extends SheetsError {
  override name = 'IncompleteRead';
}
