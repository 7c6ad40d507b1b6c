import type { Command } from '../../agent/commands/command.ts';

/** Returns the bash completion, generated from the table of commands. */
export const bash = (
  commands: readonly Command[],
): string => `# Completion of bootagent's command line. Made from the table of commands.
_bootagent() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$cur"))
    return
  fi
  case $prev in
    --root|--seed) COMPREPLY=($(compgen -d -- "$cur")); return ;;
    --user-data|--facts) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --format) COMPREPLY=($(compgen -W "text json" -- "$cur")); return ;;
  esac
  case \${COMP_WORDS[1]} in
${commands.map((each) => `    ${each.name}) COMPREPLY=($(compgen ${takesFiles(each) ? '-f ' : ''}-W "${wordsOf(each).join(' ')}" -- "$cur")) ;;`).join('\n')}
  esac
}
complete -F _bootagent bootagent
`;

/** Returns the zsh completion. */
export const zsh = (commands: readonly Command[]): string => `#compdef bootagent
# Made from the table of commands.
local -a commands
commands=(
${commands.map(({ name, summary }) => `  '${name}:${quoted(summary)}'`).join('\n')}
)
if (( CURRENT == 2 )); then
  _describe command commands
  return
fi
case $words[2] in
${commands.map((each) => `  ${each.name}) _arguments ${each.options.map(zshOption).join(' ')} '*:${each.takes ? 'argument' : ''}:${takesFiles(each) ? '_files' : ''}' ;;`).join('\n')}
esac
`;

/** Returns the fish completion. */
export const fish = (
  commands: readonly Command[],
): string => `# Completion of bootagent's command line. Made from the table of commands.
complete -c bootagent -f
${commands
  .flatMap(({ name, summary, options }) => [
    `complete -c bootagent -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`,
    ...options.map(
      (option) =>
        `complete -c bootagent -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${option.value ? ' -r' : ''}${option.values ? ` -a '${option.values.join(' ')}'` : option.value === 'FILE' || option.value === 'DIR' ? ' -F' : ''} -d '${quoted(option.summary)}'`,
    ),
  ])
  .join('\n')}
`;

const quoted = (text: string): string => text.replaceAll("'", '').replaceAll(':', '\\:');
const takesFiles = ({ takes = '' }: Command): boolean => takes.includes('FILE');
const wordsOf = ({ takes = '', options }: Command): string[] => [
  ...(takes.includes('STAGE') ? ['local', 'early', 'main', 'final'] : []),
  ...options.map(({ name }) => `--${name}`),
  '--help',
];
const zshOption = ({ name, summary, value, values }: Command['options'][number]): string =>
  `'--${name}[${quoted(summary).replaceAll('[', '').replaceAll(']', '')}]${value ? `:${value}:${values ? `(${values.join(' ')})` : value === 'FILE' ? '_files' : value === 'DIR' ? '_directories' : ''}` : ''}'`;
