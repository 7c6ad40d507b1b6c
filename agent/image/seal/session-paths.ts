/** Returns patterns of what the current session needs in the temporary folders until its end. */
export function sessionPaths(inUse: readonly (string | undefined)[]): string[] {
  // Sockets of the SSH agent and of terminals that outlive a connection: sudo does not pass on which belong to this session.
  const usual = ['/tmp/ssh-*', '/tmp/tmux-*', '/tmp/screens', '/tmp/.X11-unix'];
  const own = inUse.flatMap((path) => /^(?:\/var)?\/tmp\/[^/,]+/.exec(path ?? '')?.[0] ?? []);
  return [...new Set([...usual, ...own])];
}
