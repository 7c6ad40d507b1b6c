/** Returns a short name for a list of patterns: "/tmp/* and 1 more". */
export const several = ([first = '', ...more]: readonly string[]): string =>
  more.length === 0 ? first : `${first} and ${more.length} more`;

/** "1 is there", "3 are there". */
export const counted = (paths: readonly string[], one: string, many: string, what: string): string =>
  `${paths.length} ${paths.length === 1 ? one : many} ${what}`;

/** "1 path", "3 paths". */
export const countedPaths = (paths: readonly string[]): string =>
  `${paths.length} ${paths.length === 1 ? 'path' : 'paths'}`;
