/**
 * What can keep a run from its spreadsheet, each as a class whose message says what to do, in order. They are distinguished by what
 * was asked, the HTTP status and the error's status code, never by a sentence: Google's come in the account's language, and may
 * quote cells, so that none of them is shown.
 */
import { NightshiftError } from '../../core/errors.ts';

export class SheetsError extends NightshiftError {
  override name = 'SheetsError';
}

const ACCOUNT = 'the account that runs the night shift (…@….iam.gserviceaccount.com)';

/** How to sign in on one's own machine, since gcloud's own client is refused for the scopes of Drive (2025-06-23). */
const SIGN_IN =
  'gcloud auth application-default login --client-id-file=CLIENT.json ' +
  '--scopes=https://www.googleapis.com/auth/spreadsheets,https://www.googleapis.com/auth/drive.metadata.readonly,https://www.googleapis.com/auth/cloud-platform ' +
  '(CLIENT.json: an OAuth client of type "Desktop app" of your project), then gcloud auth application-default set-quota-project PROJECT; ' +
  'or gcloud auth application-default login --impersonate-service-account=ACCOUNT, for an account that the sheet is shared with';

/** 401, or no credentials at all. */
export class NotSignedIn extends SheetsError {
  override name = 'NotSignedIn';
  constructor(reason: string) {
    super(
      `Not signed in to Google: ${reason}\n` +
        '1. In GitHub Actions: run google-github-actions/auth with a service account before this step, in a job with "permissions: id-token: write".\n' +
        `2. On your own machine: ${SIGN_IN}.\n` +
        '3. With a key file: set GOOGLE_APPLICATION_CREDENTIALS to its path.',
    );
  }
}

/** 403 PERMISSION_DENIED, or Drive's 404: not shared with this account, or only to look at. */
export class NotShared extends SheetsError {
  override name = 'NotShared';
  constructor(account: string | undefined, as: 'nobody' | 'reader' = 'nobody', spreadsheetId?: string) {
    const lacks =
      as === 'nobody' ? 'does not let us into the spreadsheet' : 'does not let us write into the spreadsheet';
    super(
      `Google knows us but ${lacks}.\n` +
        `1. Open the sheet, click Share, and share the sheet with ${account ?? ACCOUNT} as editor.\n` +
        '2. If your organisation forbids sharing outside, ask an administrator to allow that account.\n' +
        (spreadsheetId === undefined
          ? '3. If the tab or a range is protected, add the same account to those who may edit it.'
          : `3. If it is shared: compare the id "${spreadsheetId}" with the part of the sheet’s address between /d/ and /edit, and look whether the sheet is in the trash.`),
    );
  }
}

/** 400 FAILED_PRECONDITION: the file is in Drive, and no Google Sheet. */
export class ExcelFile extends SheetsError {
  override name = 'ExcelFile';
  constructor() {
    super(
      'The file is no Google Sheet; most likely it is an Excel file (.xlsx) in Drive, which Google’s interface can’t read.\n' +
        '1. Open it and choose File, Save as Google Sheets.\n' +
        '2. Use the address of the new sheet, and share that with the account.',
    );
  }
}

/** 403: the credentials do not cover the Sheets or Drive scope. */
export class ScopeMissing extends SheetsError {
  override name = 'ScopeMissing';
  constructor() {
    super(`The sign-in does not cover Google Sheets.\n1. ${SIGN_IN}.\n2. Run again.`);
  }
}

/** 404 of the Sheets API: no spreadsheet with that id. */
export class SpreadsheetNotFound extends SheetsError {
  override name = 'SpreadsheetNotFound';
  constructor(spreadsheetId: string, account: string | undefined) {
    super(
      `There is no spreadsheet "${spreadsheetId}", or it is not shared with ${account ?? ACCOUNT}.\n` +
        '1. Open the sheet, click Share, and look whether that account is an editor.\n' +
        '2. Compare the id with the part of the sheet’s address between /d/ and /edit.\n' +
        '3. Look whether the sheet is in the trash.',
    );
  }
}

/** 403 SERVICE_DISABLED: the API is off in the project of the credentials. */
export class ApiNotEnabled extends SheetsError {
  override name = 'ApiNotEnabled';
  constructor(service: string, activationUrl: string | undefined) {
    const address = activationUrl ?? `https://console.cloud.google.com/apis/library/${service}`;
    super(
      `The API ${service} is not enabled in the Google Cloud project of the credentials.\n` +
        `1. Open ${address} and click Enable.\n2. Wait two minutes.\n3. Run again.`,
    );
  }
}

/** 403 or 400: a person's own sign-in names no project to count its calls in, or one that it may not use. */
export class QuotaProject extends SheetsError {
  override name = 'QuotaProject';
  constructor() {
    super(
      'The sign-in names no Google Cloud project whose quota it may use.\n' +
        '1. gcloud auth application-default set-quota-project PROJECT, for a project in which the Google Sheets API is enabled.\n' +
        '2. Give yourself the role "Service Usage Consumer" there, if it is somebody else’s.\n3. Run again.',
    );
  }
}

/** 429, 5xx or a broken connection, for longer than the budget allows. */
export class GaveUp extends SheetsError {
  override name = 'GaveUp';

  override get outward(): string {
    return 'Google Sheets did not answer in time, or the quota is used up.';
  }

  constructor(what: string, seconds: number) {
    super(`Google Sheets did not answer in time: ${what}, tried for ${seconds} s. Nothing is lost; run again later.`);
  }
}

/** The address of the service can't be reached from this machine. */
export class NoNetwork extends SheetsError {
  override name = 'NoNetwork';
  constructor(code: string) {
    super(
      `Google Sheets can’t be reached from this machine (${code}).\n` +
        '1. Check the network, and whether a firewall lets sheets.googleapis.com and oauth2.googleapis.com pass.\n' +
        '2. Behind a proxy, set HTTPS_PROXY.\n3. Run again.',
    );
  }
}

/** 400: the service refuses a request. Which one of a batch, where it says so. */
export class Refused extends SheetsError {
  override name = 'Refused';
  /** The index in `requests`. */
  readonly request: number | undefined;
  constructor(message: string) {
    const [, index, kind] = /requests\[(\d+)\]\.([A-Za-z]+)/.exec(message) ?? [];
    const why = REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? 'it asks for something that can’t be done';
    super(`Google Sheets refused a request${kind ? ` (${kind})` : ''}: ${why}.`);
    this.request = index === undefined ? undefined : Number(index);
  }
}

/** Only ever used to say more: what is done about a refusal does not depend on its text. */
const REASONS: [RegExp, string][] = [
  [
    /10,?000,?000|\b10 mill/,
    'the spreadsheet would have more than 10 million cells; delete empty rows and columns, or unused tabs',
  ],
  [/50,?000/, 'a cell would hold more than 50,000 characters'],
  [/protected|protegid|geschützt|protégé/i, 'a range is protected; let the account that runs the night shift edit it'],
];

/** Sent, and it is not known whether it was done: 5xx after a write, a broken connection, half an answer, a time-out. */
export class UnknownOutcome extends SheetsError {
  override name = 'UnknownOutcome';
}

/** A read that does not hold together; never to be taken for rows that are gone. */
export class IncompleteRead extends SheetsError {
  override name = 'IncompleteRead';
}

/** A tab that is not there; says which there are. */
export class NoSuchTab extends SheetsError {
  override name = 'NoSuchTab';
  constructor(title: string, titles: readonly string[]) {
    super(`No tab "${title}"; the tabs are: ${titles.join(', ')}. Rename one to "${title}", or run "nightshift init".`);
  }
}
