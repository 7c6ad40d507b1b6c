import { closeSync, constants, openSync, writeSync } from 'node:fs';

/**
 * Returns a writer to a console that opens it again for each text: a login prompt that starts there hangs up all other open
 * files. Failed writes are ignored, because the journal has the same lines.
 */
export const consoleAt = (path: string) => (text: string) => {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY);
    writeSync(fd, text);
  } catch {
    // No console, or it has just been hung up.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};
