import { Problem } from '../problem.ts';

/** Those of the named things that were asked for; a name that there is not is refused, since a typing error would cost the rest. */
export function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  { only = [], skip = [] }: { readonly only?: readonly string[]; readonly skip?: readonly string[] },
): T[] {
  for (const name of [...only, ...skip]) {
    if (all.some((each) => each.name === name)) continue;
    const near = all.map((each) => each.name).filter((each) => each.includes(name) || name.includes(each));
    throw new Problem('bad-invocation', `There is no "${name}"`, {
      hint: near.length > 0 ? `Is it ${near.join(' or ')}?` : 'Look at the names with --list.',
    });
  }
  return all.filter(({ name }) => (only.length === 0 || only.includes(name)) && !skip.includes(name));
}
