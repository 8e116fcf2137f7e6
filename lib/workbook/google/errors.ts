/** What keeps a run from Google, whichever service it asks: what is wrong, and the steps that help. */
import { NightshiftError } from '../../core/errors.ts';

export class GoogleError extends NightshiftError {
  /** `name` is the kind of the error. */
  constructor(message: string, name: string) {
    super(message);
    this.name = name;
  }
}

/** An error of a kind: what is wrong, and the steps that help, in order. */
export const withSteps = (kind: string, wrong: string, ...steps: string[]): GoogleError =>
  new GoogleError([wrong, ...steps.map((step, i) => `${i + 1}. ${step}`)].join('\n'), kind);

/** 401, or no credentials at all. `onOwnMachine`: the command that signs a person in. */
export const notSignedIn = (reason: string, onOwnMachine: string): GoogleError =>
  withSteps(
    'NotSignedIn',
    `Not signed in to Google: ${reason}`,
    'In GitHub Actions: run google-github-actions/auth with a service account before this step, ' +
      'in a job with "permissions: id-token: write".',
    `On your own machine: ${onOwnMachine}.`,
    'With a key file: set GOOGLE_APPLICATION_CREDENTIALS to its path.',
  );
