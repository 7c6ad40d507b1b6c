import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { ownPaths } from '../base/own-paths.ts';

export const logs = ownPaths.logs;
const mostLogged = 1 << 20;
const mostTold = 4000;

/** The log of a list, readable by root only. */
export interface ShellLog {
  /** Writes a line before the output of an item. */
  begin(title: string): void;
  /** Returns the end of the output of the item, after waiting for the line that begins with `until`. */
  tail(until?: string): Promise<string>;
  close(): void;
}

/** Opens a log that the shell writes. While an item runs, its output is truncated to the limit per item. */
export function openLog(path: string): ShellLog {
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const fd = openSync(path, 'a+', 0o600);
  let start = fstatSync(fd).size;
  let cut = 0;
  let reading = false;
  const cutBack = () => {
    if (reading) return; // the awaited line is at the end
    const over = fstatSync(fd).size - start - mostLogged;
    if (over <= 0) return;
    ftruncateSync(fd, start + mostLogged);
    cut += over;
  };
  const timer = setInterval(cutBack, 100);
  const recent = () => {
    const end = fstatSync(fd).size;
    const from = Math.max(Math.min(start, end), end - mostTold);
    const bytes = Buffer.alloc(end - from);
    return { end, text: bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from)).toString() };
  };
  return {
    begin(title) {
      try {
        writeSync(fd, `== ${new Date().toISOString().slice(0, 19)}Z ${title}\n`);
      } catch {
        // An item runs even if its log cannot be written.
      }
      start = fstatSync(fd).size;
    },
    async tail(until) {
      reading = true;
      let { text, end } = recent();
      const most = cut > 0 ? 10 : 500;
      for (let tries = 0; until !== undefined && !text.includes(until) && tries < most; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        ({ text, end } = recent());
      }
      const found = until === undefined ? -1 : text.lastIndexOf(until);
      const words = found === -1 ? text : text.slice(0, found);
      reading = false;
      cutBack();
      if (cut > 0) writeSync(fd, `\n[${cut} bytes more were not kept]\n`);
      start = cut > 0 ? fstatSync(fd).size : end;
      cut = 0;
      return words;
    },
    close() {
      clearInterval(timer);
      closeSync(fd);
    },
  };
}
