import { nearest } from '../../base/nearest.ts';
import { Problem } from '../../base/problem.ts';

/** Returns what `only` and `skip` select. An unknown name is an error, since a typing error would change the selection. */
export function chosen<T extends { readonly name: string }>(
  what: string,
  all: readonly T[],
  { only = [], skip = [] }: { readonly only?: readonly string[]; readonly skip?: readonly string[] },
): T[] {
  for (const name of [...only, ...skip]) {
    if (all.some((each) => each.name === name)) continue;
    const names = all.map((each) => each.name);
    const slip = nearest(name, names);
    const near = slip === undefined ? names.filter((each) => each.includes(name) || name.includes(each)) : [slip];
    throw new Problem('bad-invocation', `There is no ${what} "${name}"`, {
      hint:
        near.length > 0
          ? `Did you mean ${near.map((each) => `"${each}"`).join(' or ')}?`
          : 'Look at the names with --list.',
    });
  }
  return all.filter(({ name }) => (only.length === 0 || only.includes(name)) && !skip.includes(name));
}
