/** A mutant that no test can notice, or whose effect is not worth a test. */
interface Accepted {
  readonly file: string;
  /** The line of the source, without the space around it. */
  readonly was: string;
  readonly what: string;
  readonly because: string;
}

export const accepted: readonly Accepted[] = [
  {
    file: 'agent/commands/why.ts',
    was: 'if ((!host.privileged && !host.offline) || isSecretKey(at)) return undefined;',
    what: 'drop the negation',
    because: 'it differs only for the running machine, whose state npm test never writes; trees are offline',
  },
];
