/**
 * The lines of public keys as a source gives them: in a text, a list or a mapping from names. Each is handed on as written,
 * with its options, whatever it is; the module that places keys judges them, and reports those that are none.
 */
export function keyLines(value: unknown): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(keyLines))];
  if (typeof value === 'object' && value !== null) return keyLines(Object.values(value));
  if (typeof value !== 'string') return [];
  // Of a private key that was given by mistake the first line is enough to say so, and the others are secret.
  const text = value.replace(/^(-----BEGIN [^\n]*)\n[\s\S]*?(?:^-----END [^\n]*$|$(?![\s\S]))/gm, '$1');
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))];
}
