import type { Difference } from './changes/handler.ts';
import type { ReadHost } from './host/host.ts';

/** A machine as it will be once the changes found due so far are made: what a preview looks at. */
export interface Foresight extends ReadHost {
  foresee(difference: Difference): void;
}

/** Two changes of one file must add up in a preview as they do in a run, so later ones read what earlier ones leave. */
export function foresight(host: ReadHost): Foresight {
  const files = new Map<string, string>();
  return {
    ...host,
    readText: async (path) => files.get(path) ?? host.readText(path),
    readBytes: async (path, piece) => {
      const text = files.get(path);
      if (text === undefined) return host.readBytes(path, piece);
      const bytes = new TextEncoder().encode(text);
      return piece ? bytes.subarray(piece.from, piece.from + piece.length) : bytes;
    },
    foresee({ file }) {
      if (file) files.set(file.path, file.after);
    },
  };
}
