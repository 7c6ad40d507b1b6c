/** The causes for which a test may be skipped in CI too, each with the reason why nothing is lost. */
const allowed: readonly { readonly cause: RegExp; readonly why: string }[] = [
  { cause: /^\.\.\/shared\/.* is not here$/, why: 'data whose licence keeps it outside of the repository' },
  {
    cause: /^(only root |needs root|not root)/,
    why: 'test:user runs the unit suite without root; `npm test` runs them',
  },
  { cause: /^ksvalidator is not installed$/, why: 'Debian has no package of pykickstart' },
  { cause: /^no package cloud-init to be had$/, why: "other systems' package list, not this project's" },
];

export const allowedSkip = (cause: string): boolean => allowed.some((each) => each.cause.test(cause));

/** Returns whether this run must prove everything, as in CI: no other skip is accepted, and no golden file is rewritten. */
export const isStrict = (): boolean => Boolean(process.env.BOOTAGENT_CI);
