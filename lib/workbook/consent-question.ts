import { NightshiftError } from '../core/errors.ts';

/**
 * A column or a file may say who wants no mail and is not understood: the run ends before anything is written, with
 * exit code 2.
 */
export class ConsentQuestion extends NightshiftError {
  override name = 'ConsentQuestion';
  override readonly exitCode = 2;
  override readonly outward =
    'A column or a file may say who wants no mail, and is not understood. Run doctor on the workbook: it ' +
    'names it, and the line for jobs/rules/workbook.ts that answers it.';
}
