import { writeSync } from 'node:fs';

/** Writes directly to the descriptor: Node's streams take as long to load as a small command takes in total. */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return; // the reader has closed the pipe
      if (code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

/** Waits a few milliseconds: an inherited descriptor may be non-blocking. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
