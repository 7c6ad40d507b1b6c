/** What a secret is shown as. */
export const hidden = '(hidden)';

/** Replaces every secret it was told of in whatever passes through: the one place where that is done. */
export function redactor(): { add(secret: string): void; clean<T>(value: T): T } {
  const secrets = new Set<string>();
  // A short secret may stand in a longer one, of which the rest would be left.
  let longestFirst: readonly string[] = [];
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return cleanText(value);
    if (Array.isArray(value)) return value.map(clean);
    if (value instanceof Uint8Array) return value;
    if (typeof value !== 'object' || value === null) return value;
    const own = value instanceof Error ? { code: undefined, message: value.message } : {};
    return Object.fromEntries(Object.entries({ ...own, ...value }).map(([key, each]) => [key, clean(each)]));
  };
  const cleanText = (text: string): string => {
    let out = text;
    for (const secret of longestFirst) if (out.includes(secret)) out = out.replaceAll(secret, hidden);
    return out;
  };
  return {
    add(secret) {
      // Very short words stand everywhere; hiding them would hide the message, and tell the secret by its gaps.
      if (secret.length >= 3) secrets.add(secret);
      for (const line of secret.split('\n')) if (line.length >= 8) secrets.add(line);
      longestFirst = [...secrets].sort((a, b) => b.length - a.length);
    },
    // The same shape comes out as went in, with some of its text replaced.
    clean: <T>(value: T): T => (secrets.size === 0 ? value : (clean(value) as T)),
  };
}
