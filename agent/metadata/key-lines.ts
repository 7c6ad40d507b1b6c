/**
 * Returns the lines of public keys from a text, a list or a mapping from names. Each line is passed on unchanged, with its
 * options; the module that installs keys validates them and reports invalid ones.
 */
export function keyLines(value: unknown): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(keyLines))];
  if (typeof value === 'object' && value !== null) return keyLines(Object.values(value));
  if (typeof value !== 'string') return [];
  // For a private key given by mistake, the first line is enough to report it; the other lines are secret.
  const text = value.replace(/^(-----BEGIN [^\n]*)\n[\s\S]*?(?:^-----END [^\n]*$|$(?![\s\S]))/gm, '$1');
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))];
}
