/**
 * A workflow without what only github.com knows; `folder`, below the root, is where the workflows that it uses are
 * then.
 */
export const plainWorkflow = (text: string, folder: string): string =>
  text.replace(/^ +queue: max\n/gm, '').replaceAll('uses: $/.github/workflows/', `uses: ./${folder}/`);
