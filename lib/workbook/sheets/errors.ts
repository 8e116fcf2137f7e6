/**
 * What can keep a run from its spreadsheet, each as a class whose message says what to do, in order. No message holds
 * anything that came out of a cell: the service's own texts may quote them, so only known sentences are let through.
 */
import { NightshiftError } from '../../core/errors.ts';

export class SheetsError extends NightshiftError {
  override name = 'SheetsError';
}

/** 401, or no credentials at all. */
export class NotSignedIn extends SheetsError {
  override name = 'NotSignedIn';
  constructor(reason: string) {
    super(
      `Not signed in to Google: ${reason}\n` +
        '1. In GitHub Actions: run google-github-actions/auth with a service account before this step.\n' +
        '2. On your own machine: gcloud auth application-default login ' +
        '--scopes=https://www.googleapis.com/auth/spreadsheets,https://www.googleapis.com/auth/drive.metadata.readonly,https://www.googleapis.com/auth/cloud-platform\n' +
        '3. With a key file: set GOOGLE_APPLICATION_CREDENTIALS to its path.',
    );
  }
}

/** 403: signed in, but the spreadsheet is not shared with this account, or only to look at. */
export class NotShared extends SheetsError {
  override name = 'NotShared';
  constructor(account: string | undefined, as: 'nobody' | 'reader' = 'nobody') {
    const lacks =
      as === 'nobody' ? 'does not let us into the spreadsheet' : 'does not let us write into the spreadsheet';
    super(
      `Google knows us but ${lacks}.\n` +
        `1. Open the sheet, click Share, and share the sheet with ${account ?? 'the account that runs the night shift (…@….iam.gserviceaccount.com)'} as editor.\n` +
        '2. If your organisation forbids sharing outside, ask an administrator to allow that account.\n' +
        '3. If the tab or a range is protected, add the same account to those who may edit it.',
    );
  }
}

/** 403: the credentials do not cover the Sheets or Drive scope. */
export class ScopeMissing extends SheetsError {
  override name = 'ScopeMissing';
  constructor() {
    super(
      'The sign-in does not cover Google Sheets.\n' +
        '1. gcloud auth application-default login ' +
        '--scopes=https://www.googleapis.com/auth/spreadsheets,https://www.googleapis.com/auth/drive.metadata.readonly,https://www.googleapis.com/auth/cloud-platform\n' +
        '2. Run again.',
    );
  }
}

/** 404: no spreadsheet with that id, or none that this account may know of. */
export class SpreadsheetNotFound extends SheetsError {
  override name = 'SpreadsheetNotFound';
  constructor(spreadsheetId: string) {
    super(
      `There is no spreadsheet "${spreadsheetId}".\n` +
        '1. Compare the id with the part of the sheet’s address between /d/ and /edit.\n' +
        '2. Look whether the sheet is in the trash.\n' +
        '3. An Excel file in Drive is no Google Sheet: open it and choose File, Save as Google Sheets.',
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

/** 400: the service refuses a request for what it says. */
export class Refused extends SheetsError {
  override name = 'Refused';
  readonly reason: 'grid' | 'exists' | 'cells' | 'length' | 'protected' | 'range' | 'other';
  constructor(message: string) {
    const [reason, words] = REASONS.find(([, , pattern]) => pattern.test(message)) ?? [
      'other',
      'it gave no reason that may be shown',
    ];
    const where = /Invalid requests\[\d+\]\.[A-Za-z]+/.exec(message)?.[0];
    super(`Google Sheets refused a request${where === undefined ? '' : ` (${where})`}: ${words}.`);
    this.reason = reason;
  }
}

const REASONS: [Refused['reason'], string, RegExp][] = [
  [
    'cells',
    'the spreadsheet would have more than 10 million cells; delete empty rows and columns, or unused tabs',
    /number of cells in the workbook above the limit/,
  ],
  ['length', 'a cell would hold more than 50,000 characters', /50000 characters in a single cell/],
  [
    'grid',
    'a range lies outside the grid',
    /exceeds grid limits|outside the grid|must be less than the grid|No grid with id/,
  ],
  ['exists', 'something with that id or name exists already', /already exists/],
  ['protected', 'a range is protected; let the account that runs the night shift edit it', /protected/],
  ['range', 'a tab or range does not exist', /Unable to parse range/],
];

/** Sent, and nobody knows whether it was done: 5xx after a write, a broken connection, half an answer, a time-out. */
export class UnknownOutcome extends SheetsError {
  override name = 'UnknownOutcome';
}

/** A read that does not hold together; never to be taken for rows that are gone. */
export class IncompleteRead extends SheetsError {
  override name = 'IncompleteRead';
}

/** A tab or column that is not there; says which there are. */
export class NoSuchTab extends SheetsError {
  override name = 'NoSuchTab';
  constructor(title: string, titles: readonly string[]) {
    super(`No tab "${title}"; the tabs are: ${titles.join(', ')}. Rename one to "${title}", or run "nightshift init".`);
  }
}
