/**
 * A local GitHub: one repository's issues, comments, labels, workflows, runs and dispatches over HTTP, for the real
 * client. Every request and every answer is checked against GitHub's own description; a request that GitHub would not
 * take is refused and remembered in `faults`, which a test holds empty. Trouble is ordered by the test, in `trouble`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerFaults, operationOf, requestFaults } from './description.ts';
import { type Issue, Repository } from './model.ts';
import type { Operation } from './operations.ts';
import * as render from './render.ts';

/** What goes wrong with one request. `after…`: the work is done, and the answer is lost. */
export type Trouble =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly message?: string;
    }
  | { readonly kind: 'reset' }
  | { readonly kind: 'reset-after' }
  | { readonly kind: 'status-after'; readonly status: number };

export interface Asked {
  readonly operation: string;
  readonly path: string;
  readonly body: unknown;
}

export interface GitHubServer {
  readonly url: string;
  readonly slug: string;
  readonly repository: Repository;
  /** All that was asked, in order. */
  readonly asked: Asked[];
  /** What GitHub would not have taken, and answers that GitHub would not have given. */
  readonly faults: string[];
  /** Says what goes wrong with a request, the first being number 1; null lets it through. */
  trouble: (asked: Asked, number: number) => Trouble | null;
  /** Called before a request is answered: for tests in which something happens meanwhile. */
  before: (asked: Asked) => void | Promise<void>;
  close(): Promise<void>;
}

class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

type Query = Record<string, string>;

export async function startGitHubServer(slug = 'acme/night-shift'): Promise<GitHubServer> {
  const repository = new Repository();
  const server = createServer({ keepAliveTimeout: 240_000 }, (request, response) => {
    void answer(state, request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state: GitHubServer = {
    url,
    slug,
    repository,
    asked: [],
    faults: [],
    trouble: () => null,
    before: () => undefined,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
  return state;
}

async function answer(state: GitHubServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', state.url);
  const text = await bodyOf(request);
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  const known = operationOf(request.method ?? '', url.pathname);
  const asked: Asked = {
    operation: known?.operation ?? `${request.method} ${url.pathname}`,
    path: `${url.pathname}${url.search}`,
    body,
  };
  state.asked.push(asked);
  await state.before(asked);
  const trouble = state.trouble(asked, state.asked.length);
  if (trouble?.kind === 'reset') return void request.socket.destroy();
  if (trouble?.kind === 'status') return send(response, troubled(trouble));
  const given = attempt(state, known, url, body);
  if (trouble?.kind === 'reset-after') return void request.socket.destroy();
  if (trouble?.kind === 'status-after') return send(response, troubled({ ...trouble, kind: 'status' }));
  send(response, given);
}

const troubled = (trouble: Extract<Trouble, { kind: 'status' }>): Answer => ({
  status: trouble.status,
  headers: trouble.headers ?? {},
  body: { message: trouble.message ?? 'trouble', documentation_url: 'https://docs.github.com/rest' },
});

function attempt(state: GitHubServer, known: ReturnType<typeof operationOf>, url: URL, body: unknown): Answer {
  const query = Object.fromEntries(url.searchParams);
  try {
    if (!known) throw new Refusal(404, 'Not Found');
    const wrong = requestFaults(known.operation, query, body);
    if (wrong.length > 0) throw new Refusal(422, `Validation Failed: ${wrong.join('; ')}`);
    if (`${known.values.owner}/${known.values.repo}` !== state.slug) throw new Refusal(404, 'Not Found');
    const given = handlers[known.operation](state, known.values, query, (body ?? {}) as Record<string, unknown>, url);
    state.faults.push(
      ...answerFaults(known.operation, given.status, given.body).map((fault) => `answer: ${known.operation}: ${fault}`),
    );
    return given;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!EXPECTED.has(error.message)) state.faults.push(`${request(known?.operation, url)}: ${error.message}`);
    const errors =
      error.message === 'already_exists' ? [{ code: 'already_exists', resource: 'Label', field: 'name' }] : [];
    return { status: error.status, body: { message: error.message, errors }, headers: error.headers };
  }
}

/** What GitHub answers to a client that is right to ask. */
const EXPECTED = new Set(['already_exists', 'Label does not exist', 'Issues has been disabled in this repository.']);

const request = (operation: string | undefined, url: URL): string => operation ?? url.pathname;

type Handler = (
  state: GitHubServer,
  values: Record<string, string>,
  query: Query,
  body: Record<string, unknown>,
  url: URL,
) => Answer;

const placeOf = (state: GitHubServer): render.Place => ({
  api: state.url,
  web: 'https://github.example',
  slug: state.slug,
});

/** GitHub's longest body, in characters. */
const LONGEST_BODY = 65_536;
const LONGEST_TITLE = 256;

const handlers: Readonly<Record<Operation, Handler>> = {
  'GET /repos/{owner}/{repo}': (state) => ({ status: 200, body: render.repository(placeOf(state), state.repository) }),
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission': (state, { username = '' }) => ({
    status: 200,
    body: render.permission(placeOf(state), username, state.repository.permissions.get(username) ?? 'read'),
  }),
  'GET /repos/{owner}/{repo}/issues': (state, _, query, __, url) => {
    const { repository } = state;
    withIssues(state);
    repository.lists += 1;
    const wanted = (query.labels ?? '').split(',').filter(Boolean);
    const since = query.since;
    const found = repository.issues
      .filter((issue) => query.state === 'all' || issue.state === (query.state ?? 'open'))
      .filter((issue) => wanted.every((label) => issue.labels.includes(label)))
      .filter((issue) => since === undefined || issue.updatedAt >= since)
      .filter((issue) => query.creator === undefined || issue.author === query.creator)
      .filter((issue) => issue.listedFrom < repository.lists)
      .sort((a, b) => (query.direction === 'asc' ? a.number - b.number : b.number - a.number));
    return paged(
      state,
      url,
      query,
      found.map((issue) => render.issue(placeOf(state), repository, issue)),
    );
  },
  'GET /repos/{owner}/{repo}/issues/{issue_number}': (state, values) => ({
    status: 200,
    body: render.issue(placeOf(state), state.repository, issueOf(state, values)),
  }),
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}': (state, values) => {
    const { issue, comment } = commentOf(state, values);
    return { status: 200, body: render.comment(placeOf(state), issue, comment) };
  },
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': (state, values, _, body) => {
    const { issue, comment } = commentOf(state, values);
    Object.assign(comment, { body: fitting(body.body), updatedAt: state.repository.now });
    return { status: 200, body: render.comment(placeOf(state), issue, comment) };
  },
  'POST /repos/{owner}/{repo}/issues/{issue_number}/labels': (state, values, _, body) => {
    const issue = issueOf(state, values);
    issue.labels = [...new Set([...issue.labels, ...(body.labels as string[])])];
    return { status: 200, body: issue.labels.map((name) => render.label(placeOf(state), state.repository, name)) };
  },
  'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}': (state, values) => {
    const issue = issueOf(state, values);
    if (!issue.labels.includes(values.name ?? '')) throw new Refusal(404, 'Label does not exist');
    issue.labels = issue.labels.filter((name) => name !== values.name);
    return { status: 200, body: issue.labels.map((name) => render.label(placeOf(state), state.repository, name)) };
  },
  'POST /repos/{owner}/{repo}/issues': (state, _, __, body) => {
    const { repository } = state;
    withIssues(state);
    const title = String(body.title);
    const text = fitting(body.body);
    if (title.length > LONGEST_TITLE) throw new Refusal(422, 'title is too long (maximum is 256 characters)');
    const issue = repository.openIssue(title, text, (body.labels ?? []) as string[]);
    return { status: 201, body: render.issue(placeOf(state), repository, issue) };
  },
  'PATCH /repos/{owner}/{repo}/issues/{issue_number}': (state, values, _, body) => {
    const { repository } = state;
    const issue = issueOf(state, values);
    if (body.body !== undefined) issue.body = fitting(body.body);
    if (typeof body.title === 'string') issue.title = body.title;
    if ((body.state === 'open' || body.state === 'closed') && body.state !== issue.state) {
      issue.state = body.state;
      issue.stateReason = body.state === 'closed' ? String(body.state_reason ?? 'completed') : 'reopened';
      issue.closedAt = body.state === 'closed' ? repository.now : null;
    }
    issue.updatedAt = repository.now;
    return { status: 200, body: render.issue(placeOf(state), repository, issue) };
  },
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': (state, values, query, _, url) => {
    const issue = issueOf(state, values);
    return paged(
      state,
      url,
      query,
      issue.comments.map((each) => render.comment(placeOf(state), issue, each)),
    );
  },
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': (state, values, _, body) => {
    const issue = issueOf(state, values);
    const made = state.repository.comment(issue, fitting(body.body));
    return { status: 201, body: render.comment(placeOf(state), issue, made) };
  },
  'POST /repos/{owner}/{repo}/labels': (state, _, __, body) => {
    const name = String(body.name);
    if (state.repository.labels.has(name)) throw new Refusal(422, 'already_exists');
    state.repository.labels.set(name, { color: String(body.color), description: String(body.description) });
    return { status: 201, body: render.label(placeOf(state), state.repository, name) };
  },
  'GET /repos/{owner}/{repo}/actions/workflows': (state, _, query, __, url) => {
    const all = state.repository.workflows.map((each) => render.workflow(placeOf(state), each));
    const page = paged(state, url, query, all);
    return { ...page, body: { total_count: all.length, workflows: page.body } };
  },
  'PUT /repos/{owner}/{repo}/actions/workflows/{workflow_id}/enable': (state, values) => {
    const workflow = workflowOf(state, values);
    workflow.state = 'active';
    state.repository.enabled.push(workflow.path);
    return { status: 204 };
  },
  'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches': (state, values, _, body) => {
    const { path } = workflowOf(state, values);
    const inputs = (body.inputs ?? {}) as Record<string, unknown>;
    state.repository.dispatches.push({ workflow: path, ref: String(body.ref), inputs });
    return { status: 204 };
  },
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': (state, values, query, _, url) => {
    const file = workflowOf(state, values).path.split('/').at(-1);
    const wanted = query.status;
    const all = state.repository.runs
      .filter((each) => each.workflow === file)
      .filter((each) => wanted === undefined || each.status === wanted || each.conclusion === wanted)
      .map((each) => render.run(placeOf(state), each));
    const page = paged(state, url, query, all);
    return { ...page, body: { total_count: all.length, workflow_runs: page.body } };
  },
};

/** A fork begins with issues switched off. */
function withIssues({ repository }: GitHubServer): void {
  if (!repository.hasIssues) throw new Refusal(410, 'Issues has been disabled in this repository.');
}

function issueOf(state: GitHubServer, values: Record<string, string>): Issue {
  const found = state.repository.issues.find((each) => each.number === Number(values.issue_number));
  if (!found) throw new Refusal(404, 'Not Found');
  return found;
}

function commentOf({ repository }: GitHubServer, { comment_id: id }: Record<string, string>) {
  for (const issue of repository.issues) {
    const comment = issue.comments.find((each) => String(each.id) === id);
    if (comment) return { issue, comment };
  }
  throw new Refusal(404, 'Not Found');
}

function workflowOf(state: GitHubServer, { workflow_id: id = '' }: Record<string, string>) {
  const found = state.repository.workflows.find((each) => String(each.id) === id || each.path.endsWith(`/${id}`));
  if (!found) throw new Refusal(404, 'Not Found');
  return found;
}

function fitting(body: unknown): string {
  const text = String(body ?? '');
  if (text.length > LONGEST_BODY) throw new Refusal(422, 'body is too long (maximum is 65536 characters)');
  return text;
}

function paged(state: GitHubServer, url: URL, query: Query, all: readonly unknown[]): Answer {
  const size = Number(query.per_page ?? 30);
  const page = Number(query.page ?? 1);
  const next = new URL(url.pathname + url.search, state.url);
  next.searchParams.set('page', String(page + 1));
  const more = page * size < all.length;
  return {
    status: 200,
    body: all.slice((page - 1) * size, page * size),
    headers: more ? { link: `<${next.href}>; rel="next"` } : {},
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
