/** A mutant that no test can notice, or whose effect is not worth a test. */
interface Accepted {
  readonly file: string;
  /** The line of the source, without the space around it. */
  readonly was: string;
  readonly what: string;
  readonly because: string;
}

export const accepted: readonly Accepted[] = [];
