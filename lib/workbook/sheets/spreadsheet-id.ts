/**
 * Tells a spreadsheet from a folder: what people give as a workbook is the whole address of a Google Sheet, its id, or
 * the path of a folder. A folder that is there always wins; nothing is asked of the network.
 */
import { existsSync } from 'node:fs';

const ADDRESS = /^https:\/\/docs\.google\.com\/spreadsheets\/(?:u\/\d+\/)?d\/([A-Za-z0-9_-]+)/;
/** Google's ids have 44 characters; none is known with fewer than 30. */
const ID = /^[A-Za-z0-9_-]{30,}$/;
/** The local Sheets server lets people choose. */
const LOCAL_ID = /^[A-Za-z0-9_-]+$/;

/** The id of the spreadsheet that is named; null where a folder is meant. `isLocal`: a local Sheets server is asked. */
export function spreadsheetIdOf(named: string, isLocal: boolean): string | null {
  const address = ADDRESS.exec(named)?.[1];
  if (address !== undefined) return address;
  return (isLocal ? LOCAL_ID : ID).test(named) && !existsSync(named) ? named : null;
}
