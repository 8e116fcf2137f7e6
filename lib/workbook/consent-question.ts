/** A column or a file may say who wants no mail and is not understood: the run ends before anything is written, with exit code 2. */
export class ConsentQuestion extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConsentQuestion';
  }
}
