/**
 * A dataset as people name it: `bigquery://PROJECT/DATASET`, with `?location=EU` where it is not in the US. Nothing is
 * asked of the network.
 */
import { WorkbookError } from '../csv/discover.ts';

export interface Place {
  readonly project: string;
  readonly dataset: string;
  /** Where its jobs run: a region or multi-region such as `EU`; BigQuery's own default, unless given. */
  readonly location?: string;
}

const SCHEME = 'bigquery://';
const EXPECTED = 'Expected bigquery://PROJECT/DATASET, or bigquery://PROJECT/DATASET?location=EU.';

/** Whether a workbook or a source is named as a dataset. */
export const isDatasetAddress = (named: string): boolean => named.startsWith(SCHEME);

/** @throws WorkbookError for what is no dataset's address */
export function placeOf(named: string): Place {
  const [path = '', query = ''] = named.slice(SCHEME.length).split('?');
  const [project = '', dataset = '', ...more] = path.replace(/\/$/, '').split('/');
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].filter((key) => key !== 'location');
  const location = parameters.get('location') ?? '';
  const isRight =
    /^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{3,28}[a-z0-9]$/.test(project) &&
    /^\w{1,1024}$/.test(dataset) &&
    /^[A-Za-z0-9-]*$/.test(location);
  if (!isDatasetAddress(named) || !isRight || more.length + unknown.length > 0)
    throw new WorkbookError(`"${named}" is no dataset of BigQuery. ${EXPECTED}`);
  return { project, dataset, ...(location && { location }) };
}

/** The address without its location: a dataset has one alone. */
export const addressOf = ({ project, dataset }: Place): string => `${SCHEME}${project}/${dataset}`;
