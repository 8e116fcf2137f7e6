/** `completion bash|zsh|fish`: a script that lets the shell complete commands and what `run` takes. */
import { commands, UsageError } from './options.ts';

const SHELLS = ['bash', 'zsh', 'fish'];

/** The script for a shell; `names` are the jobs and batches. @throws UsageError for another shell */
export function completionScript(shell: string | undefined, names: readonly string[]): string {
  const words = commands.map(({ name }) => name).join(' ');
  const jobs = names.join(' ');
  if (shell === 'bash' || shell === 'zsh') {
    return [
      ...(shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
      '_nightshift() {',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is shell, not TypeScript
      '  local word="${COMP_WORDS[COMP_CWORD]}" words=""',
      `  if [ "$COMP_CWORD" -eq 1 ]; then words="${words}"; else words="${jobs}"; fi`,
      '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
      '}',
      'complete -o default -F _nightshift nightshift',
    ].join('\n');
  }
  if (shell === 'fish') {
    return [
      ...commands.map(
        ({ name, does }) =>
          `complete -c nightshift -n __fish_use_subcommand -a ${name} -d '${does.replaceAll("'", '’')}'`,
      ),
      `complete -c nightshift -n 'not __fish_use_subcommand' -a '${jobs}'`,
    ].join('\n');
  }
  throw new UsageError(`completion takes one of ${SHELLS.join(', ')}: eval "$(npx nightshift completion bash)".`);
}
