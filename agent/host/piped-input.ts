/**
 * Node gives its children sockets. Under SELinux, a program with a domain of its own (chpasswd: `passwd_t`) may read and
 * write the pipes of its caller, but not its sockets: it would find its input empty and end with 0.
 * So a shell puts pipes between, with `cat` on either side, and ends as the program does.
 */
const script = `command -v "$1" >/dev/null || exit 127
exec 4>&1
code=$({ { cat | "$@" 3>&- 4>&-; echo $? >&3; } 2>&1 | cat >&4; } 3>&1)
exit "$code"`;

/** The words that run a program with pipes for its input and output, which come out together. */
export const withPipes = (argv: readonly string[]): readonly string[] => ['sh', '-c', script, 'sh', ...argv];
