/**
 * What the night shift asks of GitHub, in our own words. It knows issues, comments and workflows; it knows no job, no
 * store and no engine. Whoever implements it never does a thing twice because an answer was lost.
 */
import { NightshiftError } from '../../core/errors.ts';

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly open: boolean;
  readonly url: string;
  readonly createdAt: Date;
}

export interface Comment {
  readonly body: string;
  readonly createdAt: Date;
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
  readonly createdAt: Date;
}

export interface WorkflowRun {
  readonly url: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly startedAt: Date;
}

export interface GitHub {
  /** Issues with the label, oldest first; pull requests are left out. `closedSince`: closed ones too, if touched since. */
  readonly issues: (label: string, closedSince?: Date) => Promise<Issue[]>;
  /** Opens an issue once: where the answer is lost, it looks for `marker` among the label's issues before it tries again. */
  readonly open: (issue: NewIssue, marker: string) => Promise<Issue>;
  readonly close: (issue: Issue, reason: 'completed' | 'not_planned' | 'duplicate') => Promise<void>;
  readonly comments: (issue: Issue) => Promise<Comment[]>;
  /** Comments once: a comment that holds `marker` and stands there already is not written again. */
  readonly comment: (issue: Issue, body: string, marker: string) => Promise<void>;
  readonly workflows: () => Promise<Workflow[]>;
  readonly runs: (
    workflow: string,
    status: 'in_progress' | 'queued' | 'cancelled',
    since: Date,
  ) => Promise<WorkflowRun[]>;
  readonly enable: (workflow: string) => Promise<void>;
  readonly start: (workflow: string, branch: string) => Promise<void>;
}

/** GitHub could not be reached, or refused. The message holds the operation and the status, never what was sent. */
export class GitHubError extends NightshiftError {
  override name = 'GitHubError';
  readonly status: number;
  constructor(what: string, status: number, advice = '') {
    super(
      `GitHub: ${what} ${status > 0 ? `was answered with ${status}` : 'got no answer'}.${advice ? ` ${advice}` : ''}`,
    );
    this.status = status;
  }
}
