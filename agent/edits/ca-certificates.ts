// Format: ca-certificates.conf, https://manpages.debian.org/update-ca-certificates(8)
/** Deselects every certificate: "!" in front of its line keeps updates of the package from selecting it again. */
export const deselected = (text: string): string =>
  text
    .split('\n')
    .map((line) => (/^[^#!\s]/.test(line) ? `!${line}` : line))
    .join('\n');
