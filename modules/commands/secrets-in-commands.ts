import { assignedIn, commandAt } from './shell-words.ts';

/** The secrets that lists of commands hand to programs we know: the pool password of HTCondor. */
export function secretsIn(items: readonly string[]): readonly string[] {
  const text = items.join('\n');
  const found = [...text.matchAll(/\bcondor_store_cred\b["']?/g)].flatMap(({ index, 0: written }) => {
    const { words } = commandAt(text, index + written.length);
    const option = words.findIndex(({ value }) => value === '-p');
    const secret = option === -1 ? undefined : words[option + 1];
    if (secret?.value !== undefined) return [secret.value];
    return secret?.variable === undefined ? [] : assignedIn(text, secret.variable);
  });
  return [...new Set(found.filter((secret) => secret !== ''))];
}
