/** GitHub over its REST API, by Octokit. How a request is repeated is decided in requests.ts. */
import { Octokit, type RestEndpointMethodTypes } from '@octokit/rest';
import { cutBody, cutTitle } from './body.ts';
import { ACTIONS_BOT, type Comment, type GitHub, type Issue, type NewIssue } from './github.ts';
import { PAGE, type Requests, requests } from './requests.ts';
import { type Patience, patience } from './trouble.ts';

export interface RestOptions {
  /** `owner/name`, as GITHUB_REPOSITORY gives it. */
  readonly repository: string;
  readonly token: string;
  /** As GITHUB_API_URL gives it. */
  readonly apiUrl: string;
  readonly patience?: Partial<Patience>;
}

const LABEL = { color: '3b4a6b', description: 'Opened and closed by the night shift' };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
/** An answer that takes longer is lost. */
const TIMEOUT_MS = 30_000;
const withTimeout = (url: string, init: RequestInit): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });

type Given = RestEndpointMethodTypes['issues'];
type GivenIssue = Given['get']['response']['data'];
type GivenComment = Given['getComment']['response']['data'];

const issueOf = (given: GivenIssue): Issue => ({
  number: given.number,
  title: given.title,
  body: given.body ?? '',
  open: given.state === 'open',
  url: given.html_url,
  createdAt: new Date(given.created_at),
  author: given.user?.login ?? '',
  labels: given.labels.map((each) => (typeof each === 'string' ? each : (each.name ?? ''))),
});

const commentOf = (given: GivenComment): Comment => ({
  body: given.body ?? '',
  author: given.user?.login ?? '',
  createdAt: new Date(given.created_at),
  updatedAt: new Date(given.updated_at),
});

/** What every part of the client shares. */
interface Client extends Requests {
  readonly octokit: Octokit;
  readonly place: { readonly owner: string; readonly repo: string };
}

export function restClient(options: RestOptions): GitHub {
  const [owner = '', repo = ''] = options.repository.split('/');
  const request = { fetch: withTimeout };
  const octokit = new Octokit({ auth: options.token, baseUrl: options.apiUrl, log: silent, request });
  const client = { ...requests({ ...patience, ...options.patience }), octokit, place: { owner, repo } };
  return { ...people(client), ...reading(client), ...writing(client), ...workflows(client) };
}

const people = ({ octokit, place, insist, unless }: Client): Pick<GitHub, 'repository' | 'mayWrite'> => ({
  repository: async () => {
    const { data } = await insist('reading the repository', () => octokit.rest.repos.get(place));
    return { isPrivate: data.private };
  },
  mayWrite: async (login) => {
    let permission = 'none';
    // 404: no collaborator at all.
    await unless(404, 'reading what a person may do', async () => {
      const wanted = { ...place, username: login };
      permission = (await octokit.rest.repos.getCollaboratorPermissionLevel(wanted)).data.permission;
    });
    return permission === 'admin' || permission === 'write';
  },
});

type Reading = Pick<GitHub, 'issues' | 'closed' | 'issue' | 'commentBy' | 'comments'>;

function reading({ octokit, place, insist, pages }: Client): Reading {
  const list = async (which: {
    readonly state: 'open' | 'closed';
    readonly labels?: string;
    readonly creator?: string;
  }): Promise<Issue[]> => {
    const listed = await pages('listing issues', async (page) => {
      const query = { ...place, ...which, direction: 'asc', per_page: PAGE, page } as const;
      return (await octokit.rest.issues.listForRepo(query)).data;
    });
    return listed.filter((each) => each.pull_request === undefined).map(issueOf);
  };
  return {
    issues: async (label) => {
      const found = [
        ...(await list({ state: 'open', labels: label })),
        ...(await list({ state: 'open', creator: ACTIONS_BOT })),
      ];
      const byNumber = new Map(found.map((issue) => [issue.number, issue]));
      return [...byNumber.values()].sort((a, b) => a.number - b.number);
    },
    closed: (label) => list({ state: 'closed', labels: label }),
    issue: async (number) => {
      const { data } = await insist(`reading issue #${number}`, () =>
        octokit.rest.issues.get({ ...place, issue_number: number }),
      );
      return issueOf(data);
    },
    commentBy: async (id) => {
      const { data } = await insist('reading a comment', () =>
        octokit.rest.issues.getComment({ ...place, comment_id: id }),
      );
      return commentOf(data);
    },
    comments: async (issue) => {
      const listed = await pages(`reading issue #${issue.number}`, async (page) => {
        const query = { ...place, issue_number: issue.number, per_page: PAGE, page };
        return (await octokit.rest.issues.listComments(query)).data;
      });
      return listed.map(commentOf);
    },
  };
}

type Writing = Pick<GitHub, 'open' | 'edit' | 'close' | 'comment' | 'makeLabel' | 'addLabels' | 'removeLabel'>;

function writing(client: Client): Writing {
  const { octokit, place, insist, unless } = client;
  const { issues, comments } = reading(client);

  const makeLabel: Writing['makeLabel'] = (name) =>
    unless(422, 'creating a label', () => octokit.rest.issues.createLabel({ ...place, name, ...LABEL }));

  const addLabels: Writing['addLabels'] = async (issue, labels) => {
    for (const label of labels) await makeLabel(label);
    const wanted = { ...place, issue_number: issue.number, labels: [...labels] };
    await insist(`labelling issue #${issue.number}`, () => octokit.rest.issues.addLabels(wanted));
  };

  async function open({ title, body, labels }: NewIssue, marker: string): Promise<Issue> {
    const [label = ''] = labels;
    await makeLabel(label);
    const wanted = { ...place, title: cutTitle(title), body: cutBody(body), labels: [...labels] };
    const opened = await insist(
      'opening an issue',
      async () => issueOf((await octokit.rest.issues.create(wanted)).data),
      async () => (await issues(label)).find((each) => each.body.includes(marker)) ?? null,
    );
    // GitHub drops labels at times, without an error (crs-k/stale-branches#1645).
    const dropped = labels.filter((each) => !opened.labels.includes(each));
    if (dropped.length > 0) await addLabels(opened, dropped);
    return opened;
  }

  async function comment(issue: Issue, body: string, marker: string): Promise<void> {
    const stands = async (): Promise<true | null> =>
      (await comments(issue)).some((each) => each.body.includes(marker)) ? true : null;
    if (await stands()) return;
    const wanted = { ...place, issue_number: issue.number, body: cutBody(body) };
    await insist(
      `commenting on issue #${issue.number}`,
      async () => {
        await octokit.rest.issues.createComment(wanted);
        return true as const;
      },
      stands,
    );
  }

  return {
    open,
    comment,
    makeLabel,
    addLabels,
    edit: async (issue, { title, body }) => {
      const wanted = { ...place, issue_number: issue.number, title: cutTitle(title), body: cutBody(body) };
      await insist(`editing issue #${issue.number}`, () => octokit.rest.issues.update(wanted));
    },
    close: async (issue, reason) => {
      const wanted = { ...place, issue_number: issue.number, state: 'closed', state_reason: reason } as const;
      await insist(`closing issue #${issue.number}`, () => octokit.rest.issues.update(wanted));
    },
    removeLabel: (issue, label) =>
      unless(404, `unlabelling issue #${issue.number}`, () =>
        octokit.rest.issues.removeLabel({ ...place, issue_number: issue.number, name: label }),
      ),
  };
}

function workflows({ octokit, place, insist, pages }: Client): Pick<GitHub, 'workflows' | 'runs' | 'enable' | 'start'> {
  return {
    workflows: async () => {
      const listed = await pages('listing workflows', async (page) => {
        const { data } = await octokit.rest.actions.listRepoWorkflows({ ...place, per_page: PAGE, page });
        return data.workflows;
      });
      return listed.map(({ path, state }) => ({ file: path.split('/').at(-1) ?? '', state }));
    },
    runs: async (workflow, status, since) => {
      const query = { ...place, workflow_id: workflow, status, created: `>=${since.toISOString()}`, per_page: PAGE };
      const { data } = await insist(`listing the runs of ${workflow}`, () =>
        octokit.rest.actions.listWorkflowRuns(query),
      );
      return data.workflow_runs.map((each) => ({
        url: each.html_url,
        conclusion: each.conclusion,
        startedAt: new Date(each.run_started_at ?? each.created_at),
      }));
    },
    enable: async (workflow) => {
      const wanted = { ...place, workflow_id: workflow };
      await insist(`enabling ${workflow}`, () => octokit.rest.actions.enableWorkflow(wanted));
    },
    start: async (workflow, branch) => {
      const wanted = { ...place, workflow_id: workflow, ref: branch };
      // A run too many finds its slot done and does nothing; so this one may be asked twice.
      await insist(`starting ${workflow}`, () => octokit.rest.actions.createWorkflowDispatch(wanted));
    },
  };
}
