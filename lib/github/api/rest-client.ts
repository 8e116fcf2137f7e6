/**
 * GitHub over its REST API, by Octokit. Reads are asked again; a write whose answer was lost is first looked for among
 * what GitHub lists (never by search, which lags), and only then done again. Octokit's own retries are not used: they
 * repeat every POST.
 */
import { Octokit } from '@octokit/rest';
import { cutBody, cutTitle } from './body.ts';
import { type Comment, type GitHub, GitHubError, type Issue, type NewIssue } from './github.ts';
import { type Patience, patience, troubleOf, Waiting } from './trouble.ts';

export interface RestOptions {
  /** `owner/name`, as GITHUB_REPOSITORY gives it. */
  readonly repository: string;
  readonly token: string;
  /** As GITHUB_API_URL gives it. */
  readonly apiUrl: string;
  readonly patience?: Partial<Patience>;
}

/** How often one thing is tried. With the waits between, about half a minute of trouble. */
const MOST_ATTEMPTS = 6;
const PAGE = 100;
/** A repository with more open alerts than this has another problem. */
const MOST_PAGES = 20;
/** An answer that takes longer is lost. */
const TIMEOUT_MS = 30_000;

const LABEL = { color: '3b4a6b', description: 'Opened and closed by the night shift' };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

interface ListedIssue {
  readonly number: number;
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly state: string;
  readonly html_url: string;
  readonly created_at: string;
  readonly pull_request?: unknown;
}

const issueOf = (given: ListedIssue): Issue => ({
  number: given.number,
  title: given.title,
  body: given.body ?? '',
  open: given.state === 'open',
  url: given.html_url,
  createdAt: new Date(given.created_at),
});

export function restClient(options: RestOptions): GitHub {
  const [owner = '', repo = ''] = options.repository.split('/');
  const place = { owner, repo };
  const octokit = new Octokit({ auth: options.token, baseUrl: options.apiUrl, log: silent });
  const given = { ...patience, ...options.patience };
  const waiting = new Waiting(given);

  /** Calls until it succeeds. `done` looks whether a call whose answer was lost did its work. */
  async function insist<T>(
    what: string,
    call: (signal: AbortSignal) => Promise<T>,
    done?: () => Promise<T | null>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call(AbortSignal.timeout(TIMEOUT_MS));
      } catch (thrown) {
        const trouble = troubleOf(thrown, given.nowMs());
        const mayTryAgain = trouble.kind !== 'refused' && attempt < MOST_ATTEMPTS;
        if (!mayTryAgain || !(await waiting.pause(trouble, attempt)))
          throw new GitHubError(what, trouble.status, adviceFor(trouble.status));
        const found = trouble.kind === 'unknown' && done ? await done() : null;
        if (found !== null) return found;
      }
    }
  }

  async function pages<T>(what: string, page: (number: number, signal: AbortSignal) => Promise<T[]>): Promise<T[]> {
    const all: T[] = [];
    for (let number = 1; number <= MOST_PAGES; number += 1) {
      const found = await insist(what, (signal) => page(number, signal));
      all.push(...found);
      if (found.length < PAGE) break;
    }
    return all;
  }

  async function issues(label: string, closedSince?: Date): Promise<Issue[]> {
    const query = { ...place, labels: label, direction: 'asc', per_page: PAGE } as const;
    const which = closedSince
      ? ({ state: 'all', since: closedSince.toISOString() } as const)
      : ({ state: 'open' } as const);
    const listed = await pages(
      'listing issues',
      async (page, signal) =>
        (await octokit.rest.issues.listForRepo({ ...query, ...which, page, request: { signal } }))
          .data as ListedIssue[],
    );
    return listed.filter((each) => each.pull_request === undefined).map(issueOf);
  }

  /** A label that is there already is as good as a new one. */
  async function ensureLabel(name: string): Promise<void> {
    await insist('creating a label', async (signal) => {
      try {
        await octokit.rest.issues.createLabel({ ...place, name, ...LABEL, request: { signal } });
      } catch (thrown) {
        if (troubleOf(thrown, given.nowMs()).status !== 422) throw thrown;
      }
    });
  }

  async function comments(issue: Issue): Promise<Comment[]> {
    const listed = await pages(`reading issue #${issue.number}`, async (page, signal) => {
      const query = { ...place, issue_number: issue.number, per_page: PAGE, page, request: { signal } };
      return (await octokit.rest.issues.listComments(query)).data;
    });
    return listed.map((each) => ({ body: each.body ?? '', createdAt: new Date(each.created_at) }));
  }

  async function open({ title, body, labels }: NewIssue, marker: string): Promise<Issue> {
    const [label = ''] = labels;
    await ensureLabel(label);
    const wanted = { ...place, title: cutTitle(title), body: cutBody(body), labels: [...labels] };
    return insist(
      'opening an issue',
      async (signal) => issueOf((await octokit.rest.issues.create({ ...wanted, request: { signal } })).data),
      async () => (await issues(label)).find((each) => each.body.includes(marker)) ?? null,
    );
  }

  async function comment(issue: Issue, body: string, marker: string): Promise<void> {
    const stands = async (): Promise<true | null> =>
      (await comments(issue)).some((each) => each.body.includes(marker)) ? true : null;
    if (await stands()) return;
    const wanted = { ...place, issue_number: issue.number, body: cutBody(body) };
    await insist(
      `commenting on issue #${issue.number}`,
      async (signal) => {
        await octokit.rest.issues.createComment({ ...wanted, request: { signal } });
        return true as const;
      },
      stands,
    );
  }

  return {
    issues,
    open,
    comments,
    comment,
    close: async (issue, reason) => {
      const wanted = { ...place, issue_number: issue.number, state: 'closed', state_reason: reason } as const;
      await insist(`closing issue #${issue.number}`, (signal) =>
        octokit.rest.issues.update({ ...wanted, request: { signal } }),
      );
    },
    workflows: async () => {
      const listed = await pages(
        'listing workflows',
        async (page, signal) =>
          (await octokit.rest.actions.listRepoWorkflows({ ...place, per_page: PAGE, page, request: { signal } })).data
            .workflows,
      );
      return listed.map((each) => ({
        file: each.path.split('/').at(-1) ?? '',
        state: each.state,
        createdAt: new Date(each.created_at),
      }));
    },
    runs: async (workflow, status, since) => {
      const query = { ...place, workflow_id: workflow, status, created: `>=${since.toISOString()}`, per_page: PAGE };
      const { data } = await insist(`listing the runs of ${workflow}`, (signal) =>
        octokit.rest.actions.listWorkflowRuns({ ...query, request: { signal } }),
      );
      return data.workflow_runs.map((each) => ({
        url: each.html_url,
        status: each.status ?? '',
        conclusion: each.conclusion,
        startedAt: new Date(each.run_started_at ?? each.created_at),
      }));
    },
    enable: async (workflow) => {
      const wanted = { ...place, workflow_id: workflow };
      await insist(`enabling ${workflow}`, (signal) =>
        octokit.rest.actions.enableWorkflow({ ...wanted, request: { signal } }),
      );
    },
    start: async (workflow, branch) => {
      const wanted = { ...place, workflow_id: workflow, ref: branch };
      // A run too many finds its slot done and does nothing; so this one may be asked twice.
      await insist(`starting ${workflow}`, (signal) =>
        octokit.rest.actions.createWorkflowDispatch({ ...wanted, request: { signal } }),
      );
    },
  };
}

function adviceFor(status: number): string {
  if (status === 401) return 'The token is missing or no longer valid.';
  if (status === 403)
    return 'The workflow may lack a permission: it needs issues: write, and actions: write for the watch.';
  if (status === 404) return 'Is GITHUB_REPOSITORY right, and are issues turned on in the repository settings?';
  if (status === 410) return 'Issues are turned off in the repository settings; turn them on.';
  return '';
}
