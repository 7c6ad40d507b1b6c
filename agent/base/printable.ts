const hex = (letter: string): string => {
  const code = letter.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
};

/**
 * Returns a text that a terminal may show: control characters (C0, DEL, C1) and those that change the direction of text are
 * replaced by escapes, so that foreign text moves no cursor and hides no line. Line feeds and tabs stay. The ranges are
 * numeric, since \p{Cc} would load ICU.
 */
export const printable = (text: string): string =>
  text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, hex);
