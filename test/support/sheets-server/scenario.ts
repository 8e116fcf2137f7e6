/** What goes wrong, and who else works in the sheet, while a client talks to the server. */
import type { Book } from './model.ts';

/**
 * `…-before`: nothing is done; `…-after`: it is done, and the client does not learn it. `slow` answers late,
 * `cut` sends half of the answer. `late` answers 503, and does it nevertheless, two requests later.
 */
export const FAULTS = [
  '429',
  '500',
  '503-before',
  '503-after',
  'reset-before',
  'reset-after',
  'slow',
  'cut',
  'late',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface RequestInfo {
  /** 1 for the first request that the server got. */
  n: number;
  method: string;
  spreadsheetId: string;
}

export interface Scenario {
  /** Somebody else, just before a request is looked at. Changes go through `SheetsServer.act`. */
  person?: (request: RequestInfo) => void;
  fault?: (request: RequestInfo) => Fault | undefined;
  slowMs?: number;
}

export type Books = Map<string, Book>;
