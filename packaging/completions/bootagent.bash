# Completion of bootagent's command line. Made from the table of commands.
_bootagent() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "run plan status why analyze report verify detect query facts config validate explain reset seal doctor migrate version --help --version" -- "$cur"))
    return
  fi
  case $prev in
    --root|--seed) COMPREPLY=($(compgen -d -- "$cur")); return ;;
    --user-data|--facts) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --format) COMPREPLY=($(compgen -W "text json" -- "$cur")); return ;;
  esac
  case ${COMP_WORDS[1]} in
    run) COMPREPLY=($(compgen -W "local early main final --dry-run --retry-failed --root --user-data --seed --datasource --facts --only --as-new --force --detailed-exitcode --debug --format --help" -- "$cur")) ;;
    plan) COMPREPLY=($(compgen -W "local early main final --root --user-data --seed --datasource --facts --only --as-new --force --detailed-exitcode --debug --format --help" -- "$cur")) ;;
    status) COMPREPLY=($(compgen -W "--wait --timeout --root --format --help" -- "$cur")) ;;
    why) COMPREPLY=($(compgen -W "--root --format --help" -- "$cur")) ;;
    analyze) COMPREPLY=($(compgen -W "--boot --svg --html --perfetto --root --format --help" -- "$cur")) ;;
    report) COMPREPLY=($(compgen -W "--out --root --format --help" -- "$cur")) ;;
    verify) COMPREPLY=($(compgen -W "--root --format --help" -- "$cur")) ;;
    detect) COMPREPLY=($(compgen -W "--root --format --help" -- "$cur")) ;;
    query) COMPREPLY=($(compgen -W "--list-keys --template --root --format --help" -- "$cur")) ;;
    facts) COMPREPLY=($(compgen -W "--root --format --help" -- "$cur")) ;;
    config) COMPREPLY=($(compgen -W "--root --user-data --show-secrets --format --help" -- "$cur")) ;;
    validate) COMPREPLY=($(compgen -f -W "--image-config --template --strict --format --help" -- "$cur")) ;;
    explain) COMPREPLY=($(compgen -W "--format --help" -- "$cur")) ;;
    reset) COMPREPLY=($(compgen -W "--yes --root --format --help" -- "$cur")) ;;
    seal) COMPREPLY=($(compgen -W "--yes --force --list --only --skip --poweroff --root --format --help" -- "$cur")) ;;
    doctor) COMPREPLY=($(compgen -W "--disk --only --skip --list --fix --dry-run --root --format --help" -- "$cur")) ;;
    migrate) COMPREPLY=($(compgen -W "--write --force --show-secrets --format --root --help" -- "$cur")) ;;
    version) COMPREPLY=($(compgen -W "--format --help" -- "$cur")) ;;
  esac
}
complete -F _bootagent bootagent
