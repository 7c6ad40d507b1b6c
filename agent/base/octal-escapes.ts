/** Decodes octal escapes: the kernel's tables and fstab write a space as \040. */
export const decodeOctalEscapes = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
