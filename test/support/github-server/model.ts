/**
 * What the local GitHub server remembers of one repository, in GitHub's own shapes: issues, comments, labels, workflows
 * and runs. The texts stand here; `render.ts` adds the many addresses that GitHub gives along.
 */

export interface Comment {
  readonly id: number;
  body: string;
  readonly author: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Issue {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  stateReason: string | null;
  labels: string[];
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  readonly comments: Comment[];
  /** GitHub lists pull requests among the issues. */
  readonly isPullRequest: boolean;
  readonly author: string;
  /** When the list of issues begins to show it: GitHub's lists lag at times. */
  readonly listedFrom: number;
}

export interface Workflow {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  state: 'active' | 'disabled_inactivity' | 'disabled_manually';
  readonly createdAt: string;
}

export interface WorkflowRun {
  readonly id: number;
  readonly workflow: string;
  readonly event: string;
  status: string;
  conclusion: string | null;
  readonly startedAt: string;
}

export interface Dispatch {
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Record<string, unknown>;
}

/** In whose name a workflow's own token speaks. */
const BOT = 'github-actions[bot]';

export class Repository {
  readonly issues: Issue[] = [];
  readonly labels = new Map<string, { color: string; description: string }>();
  readonly workflows: Workflow[] = [];
  readonly runs: WorkflowRun[] = [];
  readonly dispatches: Dispatch[] = [];
  readonly enabled: string[] = [];
  /** What people may do, by login; anybody else may read. */
  readonly permissions = new Map<string, 'admin' | 'write' | 'read' | 'none'>();
  isPrivate = true;
  isFork = false;
  hasIssues = true;
  /** GitHub drops the labels of new issues at times. */
  dropsLabels = false;
  /** So many lists of issues are answered without an issue that was just opened. */
  listLag = 0;
  /** How many lists of issues were answered. */
  lists = 0;
  /** The server's clock; tests set it. */
  now = '2026-11-24T05:00:00Z';
  #nextComment = 1;

  openIssue(title: string, body: string, labels: readonly string[], isPullRequest = false, author = BOT): Issue {
    const issue: Issue = {
      number: this.issues.length + 1,
      title,
      body,
      state: 'open',
      stateReason: null,
      labels: this.dropsLabels ? [] : [...labels],
      createdAt: this.now,
      updatedAt: this.now,
      closedAt: null,
      comments: [],
      isPullRequest,
      author,
      listedFrom: this.lists + this.listLag,
    };
    for (const label of labels)
      if (!this.labels.has(label)) this.labels.set(label, { color: 'ededed', description: '' });
    this.issues.push(issue);
    return issue;
  }

  comment(issue: Issue, body: string, author = BOT): Comment {
    const comment = { id: this.#nextComment++, body, author, createdAt: this.now, updatedAt: this.now };
    issue.comments.push(comment);
    issue.updatedAt = this.now;
    return comment;
  }

  addWorkflow(file: string, state: Workflow['state'] = 'active', createdAt = this.now): Workflow {
    const workflow = {
      id: this.workflows.length + 1,
      name: file.replace(/\.yml$/, ''),
      path: `.github/workflows/${file}`,
      state,
      createdAt,
    };
    this.workflows.push(workflow);
    return workflow;
  }
}
