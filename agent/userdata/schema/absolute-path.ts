import { type Decode, matching } from './decode.ts';

/** The path of a file. Control characters are refused: a NUL ends a path, and a line break ends a line of fstab or a unit. */
export const absolutePath: Decode<string> = matching(/^\/[^\0-\x1f\x7f]*[^/\0-\x1f\x7f]$/, 'an absolute path');

/** The path of a directory, with or without a slash at its end. */
export const absoluteDirectory: Decode<string> = matching(/^\/[^\0-\x1f\x7f]*$/, 'an absolute path');

/** The path of a file as the kernel shows it, without ".", ".." and repeated slashes. */
export const normalizedPath: Decode<string> = matching(
  /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0-\x1f\x7f]+)+$/,
  'an absolute path without ".."',
);
