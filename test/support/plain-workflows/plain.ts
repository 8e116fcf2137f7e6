/** A workflow without what only github.com knows. */
export const plainWorkflow = (text: string): string =>
  text.replace(/^ +queue: max\n/gm, '').replaceAll('uses: $/', 'uses: ./');
