/**
 * What GitHub Actions gives to a run. Read once, here; everything else gets it as values.
 */
import { readFileSync } from 'node:fs';
import { signedIn } from './api/git.ts';
import { restClient } from './api/rest-client.ts';

export type ShiftEnvironment = Readonly<ReturnType<typeof readEnvironment>>;

type Variables = Readonly<Record<string, string | undefined>>;

const given = (variables: Variables, name: string): string | null => variables[name] || null;

export function readEnvironment(variables: Variables) {
  const repository = given(variables, 'GITHUB_REPOSITORY');
  const token = given(variables, 'GITHUB_TOKEN');
  const server = given(variables, 'GITHUB_SERVER_URL') ?? 'https://github.com';
  const apiUrl = given(variables, 'GITHUB_API_URL') ?? 'https://api.github.com';
  const repositoryUrl = repository ? `${server}/${repository}` : null;
  const run = given(variables, 'GITHUB_RUN_ID');
  return {
    // Null outside of Actions, or where there is no token: then nothing is reported to GitHub.
    github: repository && token ? restClient({ repository, token, apiUrl }) : null,
    // Address of this run, for people; null outside of Actions.
    runUrl: repositoryUrl && run ? `${repositoryUrl}/actions/runs/${run}` : null,
    repositoryUrl,
    branch: given(variables, 'GITHUB_REF_NAME') ?? 'main',
    // Signs git in.
    gitEnv: token ? signedIn(server, token) : {},
    summaryPath: given(variables, 'GITHUB_STEP_SUMMARY'),
    // Where a step leaves values for the next one.
    outputPath: given(variables, 'GITHUB_OUTPUT'),
    onActions: variables.GITHUB_ACTIONS === 'true',
    webhookUrl: given(variables, 'NIGHTSHIFT_WEBHOOK_URL'),
    heartbeatUrl: given(variables, 'NIGHTSHIFT_HEARTBEAT_URL'),
    // The cron line that fired, where a schedule did.
    fired: firedSchedule(given(variables, 'GITHUB_EVENT_PATH')),
  };
}

/** `github.event.schedule`; a file that can't be read says nothing. */
function firedSchedule(path: string | null): string | null {
  try {
    const event: unknown = path ? JSON.parse(readFileSync(path, 'utf8')) : null;
    if (typeof event !== 'object' || event === null || !('schedule' in event)) return null;
    return typeof event.schedule === 'string' ? event.schedule : null;
  } catch {
    return null;
  }
}
