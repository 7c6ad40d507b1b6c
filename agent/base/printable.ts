const hex = (letter: string): string => {
  const code = letter.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
};

/**
 * A text as a terminal may show it: control characters (C0, DEL, C1) and those that turn the direction of text are written
 * as escapes, so that what others wrote moves no cursor and hides no line. Line feeds and tabs stay. By numbers:
 * \p{Cc} would have ICU loaded.
 */
export const printable = (text: string): string =>
  text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, hex);
