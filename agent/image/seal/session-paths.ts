/** What of the temporary folders a session at work needs until its end, as patterns. */
export function sessionPaths(inUse: readonly (string | undefined)[]): string[] {
  // Sockets of ssh's agent and of terminals that outlive a connection: sudo does not tell which are ours.
  const usual = ['/tmp/ssh-*', '/tmp/tmux-*', '/tmp/screens', '/tmp/.X11-unix'];
  const own = inUse.flatMap((path) => /^(?:\/var)?\/tmp\/[^/,]+/.exec(path ?? '')?.[0] ?? []);
  return [...new Set([...usual, ...own])];
}
