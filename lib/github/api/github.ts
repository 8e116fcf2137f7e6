/**
 * What the night shift asks of GitHub, in our own words. It knows issues, comments and workflows; it knows no job, no
 * store and no engine. An implementation never does a thing twice because an answer was lost.
 */
import { NightshiftError } from '../../core/errors.ts';

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly open: boolean;
  readonly url: string;
  readonly createdAt: Date;
  /** The login of who opened it. */
  readonly author: string;
  readonly labels: readonly string[];
}

export interface Comment {
  readonly body: string;
  readonly author: string;
  readonly createdAt: Date;
  /** Later than `createdAt` where it was edited. */
  readonly updatedAt: Date;
}

/** What is to be opened. `body` holds a marker that no other issue of the label has. */
export interface NewIssue {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

export interface Workflow {
  /** The file's name: `nightly.yml`. */
  readonly file: string;
  readonly state: 'active' | 'deleted' | 'disabled_fork' | 'disabled_inactivity' | 'disabled_manually';
}

export interface WorkflowRun {
  readonly url: string;
  /** How it ended. */
  readonly conclusion: string | null;
  readonly startedAt: Date;
}

/** The account in whose name a workflow's own token speaks. */
export const ACTIONS_BOT = 'github-actions[bot]';

export interface GitHub {
  readonly repository: () => Promise<{ readonly isPrivate: boolean }>;
  /** Whether this login may write to the repository, as GitHub has it at this moment. */
  readonly mayWrite: (login: string) => Promise<boolean>;
  /**
   * Open issues with the label, oldest first; pull requests are left out. Also those that GitHub Actions opened and
   * that lost their labels.
   */
  readonly issues: (label: string) => Promise<Issue[]>;
  /** Closed issues with the label, however old. */
  readonly closed: (label: string) => Promise<Issue[]>;
  readonly issue: (number: number) => Promise<Issue>;
  /** One comment, by its id. */
  readonly commentBy: (id: number) => Promise<Comment>;
  /**
   * Opens an issue once: where the answer is lost, it looks for `marker` among the label's issues before it tries
   * again.
   */
  readonly open: (issue: NewIssue, marker: string) => Promise<Issue>;
  readonly edit: (issue: Issue, text: { readonly title: string; readonly body: string }) => Promise<void>;
  /** Makes a label that people may set; one that is there already is no error. */
  readonly makeLabel: (name: string) => Promise<void>;
  readonly addLabels: (issue: Issue, labels: readonly string[]) => Promise<void>;
  /** A label that is not there is no error. */
  readonly removeLabel: (issue: Issue, label: string) => Promise<void>;
  readonly close: (issue: Issue, reason: 'completed' | 'not_planned' | 'duplicate') => Promise<void>;
  readonly comments: (issue: Issue) => Promise<Comment[]>;
  /** Comments once: a comment that holds `marker` and stands there already is not written again. */
  readonly comment: (issue: Issue, body: string, marker: string) => Promise<void>;
  readonly workflows: () => Promise<Workflow[]>;
  readonly runs: (workflow: string, status: 'in_progress' | 'completed', since: Date) => Promise<WorkflowRun[]>;
  readonly enable: (workflow: string) => Promise<void>;
  readonly start: (workflow: string, branch: string) => Promise<void>;
}

/**
 * GitHub could not be reached, or refused. The message holds the operation, the status and what to do, never what was
 * sent.
 */
export class GitHubError extends NightshiftError {
  override name = 'GitHubError';
  readonly status: number;
  constructor(what: string, status: number, advice = '') {
    super(
      `GitHub: ${what} ${status > 0 ? `was answered with ${status}` : 'got no answer'}.${advice ? ` ${advice}` : ''}`,
    );
    this.status = status;
  }

  override readonly outward = this.message;
}
