import { type FaultCode, NightshiftError } from '../core/errors.ts';

/**
 * A column or a file may say who wants no mail and is not understood: the run ends before anything is written, with
 * exit code 2.
 */
export class ConsentQuestion extends NightshiftError {
  override name = 'ConsentQuestion';

  override get exitCode(): FaultCode {
    return 2;
  }

  override get outward(): string {
    return (
      'A column or a file may say who wants no mail, and is not understood. Run doctor on the workbook: it ' +
      'names it, and the line for jobs/rules/workbook.ts that answers it.'
    );
  }
}
