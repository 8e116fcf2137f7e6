/**
 * The last step of a workflow whose set-up failed (installing, or signing in to Google): the night shift itself could not start, so
 * this opens the issue. It needs nothing that is installed. A later run that starts closes the issue; the key is `setup/NAME`.
 */
const {
  GITHUB_TOKEN: token = '',
  GITHUB_REPOSITORY: repository = '',
  GITHUB_API_URL: api = 'https://api.github.com',
  GITHUB_SERVER_URL: server = 'https://github.com',
  GITHUB_RUN_ID: run = '',
  NIGHTSHIFT_WEBHOOK_URL: webhook,
  NIGHTSHIFT_HEARTBEAT_URL: heartbeat,
  NAME: name = 'a run',
  STEP: step = 'the set-up',
} = process.env;

const TIMEOUT_MS = 20_000;
const LABELS = ['nightshift', 'nightshift: failure'];
const url = `${server}/${repository}/actions/runs/${run}`;
const marker = `<!-- nightshift alert key="setup/${name}" workbook="" version="" -->`;
const title = `${name} could not start`;
const cause = `\`${name}\` could not start: ${step} failed. [The run](${url}) shows the error.`;

async function ask(method, path, body) {
  const answer = await fetch(`${api}/repos/${repository}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body && { body: JSON.stringify(body) }),
  });
  if (answer.status === 410)
    throw new Error('Issues are switched off in this repository (Settings → General → Features).');
  if (!answer.ok) throw new Error(`GitHub answered ${answer.status} to ${method} ${path.split('?')[0]}.`);
  return answer.json();
}

async function openIssue() {
  const listed = await ask('GET', '/issues?state=open&creator=github-actions%5Bbot%5D&per_page=100');
  const open = listed.find((issue) => issue.body?.includes(marker));
  if (open)
    return ask('POST', `/issues/${open.number}/comments`, {
      body: `${cause}\n\n<!-- nightshift repeat run="${run}" -->`,
    });
  const body = [
    cause,
    '',
    '**What is stale now.** Everything that this run would have written; the workbook stands as the last good run left it.',
    '',
    '**What to do.** If installing failed, npm or GitHub may have had trouble: the next run tries again. If signing in failed, ' +
      'look at the variables and secrets for Google (docs/github.md). This issue closes by itself when a run starts.',
    '',
    marker,
  ];
  return ask('POST', '/issues', { title, body: body.join('\n'), labels: LABELS });
}

const post = (address, body) =>
  fetch(address, { method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MS), ...body }).catch(() => undefined);

if (heartbeat) await post(`${heartbeat.replace(/\/$/, '')}/fail`);
if (webhook) {
  const text = JSON.stringify({ text: `Nightshift: ${title}: ${step} failed. ${url}` });
  await post(webhook, { headers: { 'content-type': 'application/json' }, body: text });
}
try {
  await openIssue();
} catch (error) {
  console.log(`::error::No issue could be opened: ${error.message}`);
  process.exitCode = 1;
}
