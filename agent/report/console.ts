import { closeSync, constants, openSync, writeSync } from 'node:fs';

/**
 * Writes lines to a console, opened anew for each: a login prompt that starts there hangs up on everybody else. What
 * cannot be written is lost, for it is in the journal too and no line is worth a run.
 */
export const consoleAt = (path: string) => (text: string) => {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY);
    writeSync(fd, text);
  } catch {
    // A machine without a console, or one that has just hung up.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};
