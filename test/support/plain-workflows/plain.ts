/**
 * A workflow without what only github.com knows. `act` is the folder, below the root, where the workflows are for act:
 * they use one another there, and take the files as they are on disk, for act runs a checkout that names a ref.
 */
export function plainWorkflow(text: string, act?: string): string {
  const folder = act ?? '.github/workflows';
  const plain = text.replace(/^ +queue: max\n/gm, '').replaceAll('uses: $/.github/workflows/', `uses: ./${folder}/`);
  return act === undefined ? plain : plain.replace(/^ +ref: \$\{\{ github\.ref \}\}\n/gm, '');
}
