/** Exit codes of the command line. Scripts depend on them: they never change. */
export const exit = {
  done: 0,
  failed: 1,
  problems: 2,
  disabled: 3,
  badInput: 4,
  due: 10,
  locked: 75,
  timeout: 124,
} as const;
