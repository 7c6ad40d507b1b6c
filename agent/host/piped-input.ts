/**
 * Node connects child processes through sockets. Under SELinux, a program with its own domain (chpasswd: `passwd_t`) may use
 * the pipes of its caller, but not its sockets: it would read empty input and exit with 0. This script runs the program
 * between two pipes, with `cat` at either end, and exits with its status.
 */
const script = `command -v "$1" >/dev/null || exit 127
exec 4>&1
code=$({ { cat | "$@" 3>&- 4>&-; echo $? >&3; } 2>&1 | cat >&4; } 3>&1)
exit "$code"`;

/** Returns the command that runs a program with pipes as input and output; stdout and stderr are merged. */
export const withPipes = (argv: readonly string[]): readonly string[] => ['sh', '-c', script, 'sh', ...argv];
