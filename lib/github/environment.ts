/**
 * What GitHub Actions gives to a run. Read once, here; everything else gets it as values.
 */
import { readFileSync } from 'node:fs';
import { signedIn } from './api/git.ts';
import type { GitHub } from './api/github.ts';
import { restClient } from './api/rest-client.ts';

export interface ShiftEnvironment {
  /** Null outside of Actions, or where there is no token: then nothing is reported to GitHub. */
  readonly github: GitHub | null;
  /** Address of this run, for people; null outside of Actions. */
  readonly runUrl: string | null;
  readonly repositoryUrl: string | null;
  readonly branch: string;
  /** Signs git in. */
  readonly gitEnv: Readonly<Record<string, string>>;
  readonly summaryPath: string | null;
  /** Where a step leaves values for the next one. */
  readonly outputPath: string | null;
  readonly onActions: boolean;
  readonly webhookUrl: string | null;
  readonly heartbeatUrl: string | null;
  /** The cron line that fired, where a schedule did. */
  readonly fired: string | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

const given = (variables: Variables, name: string): string | null => variables[name] || null;

export function readEnvironment(variables: Variables): ShiftEnvironment {
  const repository = given(variables, 'GITHUB_REPOSITORY');
  const token = given(variables, 'GITHUB_TOKEN');
  const server = given(variables, 'GITHUB_SERVER_URL') ?? 'https://github.com';
  const apiUrl = given(variables, 'GITHUB_API_URL') ?? 'https://api.github.com';
  const repositoryUrl = repository ? `${server}/${repository}` : null;
  const run = given(variables, 'GITHUB_RUN_ID');
  return {
    github: repository && token ? restClient({ repository, token, apiUrl }) : null,
    runUrl: repositoryUrl && run ? `${repositoryUrl}/actions/runs/${run}` : null,
    repositoryUrl,
    branch: given(variables, 'GITHUB_REF_NAME') ?? 'main',
    gitEnv: token ? signedIn(server, token) : {},
    summaryPath: given(variables, 'GITHUB_STEP_SUMMARY'),
    outputPath: given(variables, 'GITHUB_OUTPUT'),
    onActions: variables.GITHUB_ACTIONS === 'true',
    webhookUrl: given(variables, 'NIGHTSHIFT_WEBHOOK_URL'),
    heartbeatUrl: given(variables, 'NIGHTSHIFT_HEARTBEAT_URL'),
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
