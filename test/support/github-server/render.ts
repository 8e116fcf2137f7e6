/** GitHub's answers in GitHub's shapes. Only fields that its description asks for, or that a client may rely on. */
import type { Comment, Issue, Repository, Workflow, WorkflowRun } from './model.ts';

export interface Place {
  readonly api: string;
  readonly web: string;
  readonly slug: string;
}

const user = ({ api, web }: Place, login = 'github-actions[bot]') => ({
  login,
  id: 41898282,
  node_id: 'MDM6Qm90NDE4OTgyODI=',
  avatar_url: `${web}/avatar`,
  gravatar_id: '',
  url: `${api}/users/github-actions%5Bbot%5D`,
  html_url: `${web}/apps/github-actions`,
  followers_url: `${api}/users/x/followers`,
  following_url: `${api}/users/x/following`,
  gists_url: `${api}/users/x/gists`,
  starred_url: `${api}/users/x/starred`,
  subscriptions_url: `${api}/users/x/subscriptions`,
  organizations_url: `${api}/users/x/orgs`,
  repos_url: `${api}/users/x/repos`,
  events_url: `${api}/users/x/events`,
  received_events_url: `${api}/users/x/received_events`,
  type: login.endsWith('[bot]') ? 'Bot' : 'User',
  site_admin: false,
});

export function label(place: Place, repository: Repository, name: string) {
  const { color, description } = repository.labels.get(name) ?? { color: 'ededed', description: '' };
  const url = `${place.api}/repos/${place.slug}/labels/${encodeURIComponent(name)}`;
  return { id: 1, node_id: 'L', url, name, color, default: false, description };
}

export function issue(place: Place, repository: Repository, one: Issue) {
  const url = `${place.api}/repos/${place.slug}/issues/${one.number}`;
  const pull = {
    diff_url: `${url}.diff`,
    html_url: `${place.web}/${place.slug}/pull/${one.number}`,
    patch_url: `${url}.patch`,
    url: `${place.api}/repos/${place.slug}/pulls/${one.number}`,
  };
  return {
    id: 1000 + one.number,
    node_id: `I_${one.number}`,
    url,
    repository_url: `${place.api}/repos/${place.slug}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${place.web}/${place.slug}/issues/${one.number}`,
    number: one.number,
    state: one.state,
    state_reason: one.stateReason,
    title: one.title,
    body: one.body,
    user: user(place, one.author),
    labels: one.labels.map((name) => label(place, repository, name)),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: one.comments.length,
    closed_at: one.closedAt,
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    author_association: 'NONE',
    ...(one.isPullRequest && { pull_request: pull }),
  };
}

export function comment(place: Place, one: Issue, given: Comment) {
  return {
    id: given.id,
    node_id: `IC_${given.id}`,
    url: `${place.api}/repos/${place.slug}/issues/comments/${given.id}`,
    html_url: `${place.web}/${place.slug}/issues/${one.number}#issuecomment-${given.id}`,
    issue_url: `${place.api}/repos/${place.slug}/issues/${one.number}`,
    body: given.body,
    user: user(place, given.author),
    created_at: given.createdAt,
    updated_at: given.updatedAt,
    author_association: 'NONE',
  };
}

export function workflow(place: Place, one: Workflow) {
  const url = `${place.api}/repos/${place.slug}/actions/workflows/${one.id}`;
  return {
    id: one.id,
    node_id: `W_${one.id}`,
    name: one.name,
    path: one.path,
    state: one.state,
    created_at: one.createdAt,
    updated_at: one.createdAt,
    url,
    html_url: `${place.web}/${place.slug}/blob/main/${one.path}`,
    badge_url: `${place.web}/${place.slug}/workflows/${one.name}/badge.svg`,
  };
}

export function run(place: Place, one: WorkflowRun) {
  const url = `${place.api}/repos/${place.slug}/actions/runs/${one.id}`;
  const repository = minimalRepository(place);
  return {
    id: one.id,
    node_id: `R_${one.id}`,
    name: one.workflow,
    path: `.github/workflows/${one.workflow}`,
    display_title: one.workflow,
    head_branch: 'main',
    head_sha: '0'.repeat(40),
    run_number: one.id,
    run_attempt: 1,
    event: one.event,
    status: one.status,
    conclusion: one.conclusion,
    workflow_id: 1,
    url,
    html_url: `${place.web}/${place.slug}/actions/runs/${one.id}`,
    pull_requests: [],
    created_at: one.startedAt,
    updated_at: one.startedAt,
    run_started_at: one.startedAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${url}/suite`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${place.api}/repos/${place.slug}/actions/workflows/1`,
    head_commit: null,
    head_repository: repository,
    repository,
  };
}

/** The addresses of a repository, each below its own. */
const REPOSITORY_URLS =
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees';

function minimalRepository(place: Place) {
  const [, name = ''] = place.slug.split('/');
  const url = `${place.api}/repos/${place.slug}`;
  return {
    id: 1,
    node_id: 'R_1',
    name,
    full_name: place.slug,
    owner: user(place),
    private: true,
    html_url: `${place.web}/${place.slug}`,
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(REPOSITORY_URLS.split(' ').map((each) => [`${each}_url`, `${url}/${each}`])),
  };
}

/** What a person may do, as GitHub gives it. */
export const permission = (place: Place, login: string, level: string) => ({
  permission: level,
  role_name: level,
  user: { ...user(place, login), role_name: level },
});

/** The repository whole: what clients rely on, and what the description asks for. */
export function repository(place: Place, one: Repository) {
  const url = `${place.api}/repos/${place.slug}`;
  const minimal = minimalRepository(place);
  const now = one.now;
  return {
    ...minimal,
    private: one.isPrivate,
    fork: one.isFork,
    has_issues: one.hasIssues,
    ...{ has_projects: true, has_wiki: true, has_pages: false, has_downloads: true, has_discussions: false },
    ...{ archived: false, disabled: false, default_branch: 'main', visibility: one.isPrivate ? 'private' : 'public' },
    ...{ forks: 0, forks_count: 0, open_issues: 0, open_issues_count: 0, watchers: 0, watchers_count: 0 },
    ...{ stargazers_count: 0, subscribers_count: 0, network_count: 0, size: 1 },
    ...{
      language: null,
      homepage: null,
      license: null,
      mirror_url: null,
      pushed_at: now,
      created_at: now,
      updated_at: now,
    },
    ...{ clone_url: `${minimal.html_url}.git`, git_url: url, ssh_url: url, svn_url: url, is_template: false },
  };
}
