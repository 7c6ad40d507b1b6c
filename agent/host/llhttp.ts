import { type Calls, type Parser, parserOf } from './http-parser.ts';

/**
 * undici reads answers by llhttp, which it brings as a WebAssembly program: to compile that costs more than all the requests
 * of a boot. This looks to undici like the program (packaging/bundle.ts puts it there), and a law holds it to llhttp: of any
 * answer, cut anywhere, both tell the same. What is wrong with a length or an encoding is seen at the end of its line, not
 * in its middle; and no length is taken that a number cannot hold, nor a chunk's line of more than 16 KiB.
 */
export class Module {}

/** The program's functions, over memory of the same form: a place for words, and behind it one for the bytes that are read. */
const [wordsAt, bytesAt] = [1, 256];

export class Instance {
  readonly exports: Exports;

  constructor(_: Module, { env }: { env: Calls }) {
    const parsers = new Map<number, Parser>();
    let made = 0;
    let bytes = Buffer.from(new ArrayBuffer(bytesAt));
    const parserOfId = (id: number): Parser => {
      const parser = parsers.get(id);
      if (!parser) throw new Error('this parser was given back');
      return parser;
    };
    this.exports = {
      get memory() {
        return { buffer: bytes.buffer };
      },
      malloc(size) {
        bytes = Buffer.from(new ArrayBuffer(bytesAt + size));
        return bytesAt;
      },
      free() {},
      llhttp_alloc() {
        parsers.set(++made, parserOf(made, env));
        return made;
      },
      llhttp_free: (id) => void parsers.delete(id),
      llhttp_execute: (id, at, length) => parserOfId(id).execute(bytes, at, at + length),
      llhttp_finish: (id) => parserOfId(id).finish(),
      llhttp_resume: (id) => parserOfId(id).resume(),
      llhttp_get_error_pos: (id) => parserOfId(id).at,
      llhttp_get_error_reason(id) {
        bytes.write(`${parserOfId(id).reason}\0`, wordsAt, 'latin1');
        return wordsAt;
      },
    };
  }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBufferLike };
  malloc(size: number): number;
  free(at: number): void;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, at: number, length: number): number;
  llhttp_finish(parser: number): number;
  llhttp_resume(parser: number): void;
  llhttp_get_error_pos(parser: number): number;
  llhttp_get_error_reason(parser: number): number;
}
