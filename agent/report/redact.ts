import { hidden, withoutUrlSecrets } from '../base/shown-url.ts';

/** Words of bootagent's own messages: to hide one would reveal that it is a password. */
const vocabulary =
  'password passwords passwd plain user users root host hosts key keys file group hostname system service default true false none';

/** Shorter secrets are not hidden. Up to `longestWord`, only whole words are hidden: "root" is part of many paths and names. */
const shortest = 3;
const longestWord = 6;

export interface Redactor {
  add(secret: string): void;
  /** Adds public words, such as user names: they stay visible, because a gap would reveal that one of them is a password. */
  exempt(words: readonly string[]): void;
  clean<T>(value: T): T;
}

/** Returns the redactor, which hides the added secrets and the secrets in URLs. All redaction goes through it. */
export function redactor(mask: (secret: string) => string = () => hidden): Redactor {
  const secrets = new Set<string>();
  const exempted = new Set(vocabulary.split(' '));
  // A short secret may be part of a longer one, whose rest would remain visible.
  let longestFirst: readonly Hiding[] | undefined;
  const hidings = (): readonly Hiding[] => {
    longestFirst ??= [...secrets]
      .filter((each) => !exempted.has(each))
      .sort((a, b) => b.length - a.length)
      .map((secret) => ({
        secret,
        shown: mask(secret),
        word: secret.length <= longestWord ? asWord(secret) : undefined,
      }));
    return longestFirst;
  };
  const cleanText = (text: string): string => {
    let out = withoutUrlSecrets(text);
    for (const { secret, shown, word } of hidings()) {
      // A function, because "$&" in a replacement text would insert the secret again.
      if (out.includes(secret)) out = out.replaceAll(word ?? secret, () => shown);
    }
    return out;
  };
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return cleanText(value);
    if (Array.isArray(value)) return value.map(clean);
    if (value instanceof Uint8Array) return value;
    if (typeof value !== 'object' || value === null) return value;
    const own = value instanceof Error ? { code: undefined, message: value.message } : {};
    return Object.fromEntries(Object.entries({ ...own, ...value }).map(([key, each]) => [key, clean(each)]));
  };
  return {
    add(secret) {
      // Very short words occur everywhere: to hide them would make the message unreadable and reveal the secret by its gaps.
      if (secret.length >= shortest) secrets.add(secret);
      for (const line of secret.split(/[\r\n]+/)) if (line.length >= 8) secrets.add(line);
      longestFirst = undefined;
    },
    exempt(words) {
      for (const word of words) exempted.add(word);
      longestFirst = undefined;
    },
    // The result has the shape of the input, with some of its text replaced.
    clean: <T>(value: T): T => clean(value) as T,
  };
}

interface Hiding {
  readonly secret: string;
  readonly shown: string;
  readonly word: RegExp | undefined;
}

const asWord = (secret: string): RegExp =>
  new RegExp(`(?<![A-Za-z0-9])${secret.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}(?![A-Za-z0-9])`, 'g');
