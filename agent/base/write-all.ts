import { writeSync } from 'node:fs';

/** Straight to the descriptor: Node's streams cost as much to load as a small command takes in all. */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return; // the reader has seen enough
      if (code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

/** Whoever started us may have given us a descriptor that does not wait by itself: a few milliseconds. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
