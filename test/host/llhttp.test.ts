import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Calls } from '../../agent/host/http-parser.ts';
import * as ours from '../../agent/host/llhttp.ts';

const program = createRequire(import.meta.url)('undici/lib/llhttp/llhttp_simd-wasm.js');
const llhttp = (globalThis as unknown as { WebAssembly: typeof ours }).WebAssembly;

interface Reader {
  /** It asked with HEAD, so that no body follows. */
  readonly isHead: boolean;
  /** After how many calls it has had enough. */
  readonly most: number;
  /** At which answer's end it wants to wait. */
  readonly waitsAt: number;
}

const waits = 21;

/**
 * What is told of the bytes, each text whole: two parsers of one program, turn by turn, as two connections have them. An
 * answer that is wrong is refused; what was told of it goes with it, but not what was whole before.
 */
function told(from: typeof ours, pieces: readonly Buffer[], reader: Reader): readonly (readonly string[])[] {
  const readers = [reader, { ...reader, waitsAt: reader.waitsAt + 1 }].map(readerOf);
  const of = (parser: number) => readers[ids.indexOf(parser)] ?? assert.fail('of no parser there is');
  let [piece, piecesAt]: [Buffer, number] = [Buffer.alloc(0), 0];
  const textOf = (kind: string) => (parser: number, at: number, length: number) =>
    of(parser).text(kind, piece.toString('latin1', at - piecesAt, at - piecesAt + length));
  const env: Calls & { wasm_on_url(): number } = {
    wasm_on_url: () => 0,
    wasm_on_message_begin: (parser) => of(parser).event('begin'),
    wasm_on_status: textOf('status'),
    wasm_on_header_field: textOf('field'),
    wasm_on_header_value: textOf('value'),
    wasm_on_headers_complete: (parser, status, upgrade, keepAlive) => {
      const answer = of(parser).event(`headers: ${status}, upgrade ${upgrade}, keep alive ${keepAlive}`);
      return upgrade || answer ? -1 : reader.isHead || status < 200 ? 1 : 0;
    },
    wasm_on_body: textOf('body'),
    wasm_on_message_complete: (parser) => of(parser).event('complete'),
  };
  const module = new (from.Module as new (program: Buffer) => ours.Module)(program);
  const { exports } = new from.Instance(module, { env });
  const ids = readers.map(() => exports.llhttp_alloc(2));
  const open = new Set(ids);
  const ended = (parser: number, code: number, rest: string) => {
    if (code === 0) return;
    open.delete(parser);
    if (code === waits) of(parser).waited(rest);
    else of(parser).refused();
  };
  let size = 0;
  for (piece of pieces) {
    if (piece.length > size) [size, piecesAt] = [piece.length, exports.malloc(piece.length)];
    for (const parser of open) {
      new Uint8Array(exports.memory.buffer, piecesAt, size).set(piece);
      const code = exports.llhttp_execute(parser, piecesAt, piece.length);
      ended(parser, code, code === 0 ? '' : piece.toString('latin1', exports.llhttp_get_error_pos(parser) - piecesAt));
    }
  }
  for (const parser of open) ended(parser, exports.llhttp_finish(parser), '');
  return readers.map(({ events }) => events);
}

function readerOf({ most, waitsAt }: Reader) {
  const events: string[] = [];
  let [calls, ends] = [0, 0];
  // Into how many pieces a text is cut, and whether one of them is empty, is nobody's business.
  const answer = () => (++calls < most ? 0 : calls === most ? -1 : assert.fail('told more than was wanted'));
  return {
    events,
    event(name: string): number {
      events.push(name);
      return name === 'complete' && ++ends === waitsAt ? waits : answer();
    },
    text(kind: string, words: string): number {
      const last = events.at(-1);
      if (last?.startsWith(`${kind}: `)) events[events.length - 1] = last + words;
      else if (kind !== 'status' || words !== '') events.push(`${kind}: ${words}`);
      return kind === 'body' && words !== '' ? answer() : 0;
    },
    waited: (rest: string) => void events.push(`waits before ${JSON.stringify(rest)}`),
    refused: () => void events.splice(events.lastIndexOf('complete') + 1, events.length, 'refused'),
  };
}

const oneOf = (...words: readonly string[]) => fc.constantFrom(...words);
const lines = (all: readonly string[]) => all.map((each) => `${each}\r\n`).join('');
const bytes = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength });

const right = oneOf(
  'A:b',
  'Connection: close',
  'Connection: \tclose,',
  'Connection: cl ose',
  'Connection: closed',
  'Connection: keep-alive , close\t,x',
  'Connection: keep-alive, ,close',
  'Connection: keep-alive\t',
  'Connection: upgrade',
  'Connection: x, close ,y',
  'Connection: x,\t close',
  'Connection:\t',
  'Proxy-Connection: close',
  'Proxy-Connection: keep-alive',
  'Transfer-Encoding:',
  'Upgrade: websocket',
  'X-Empty: \t ',
  'X-Empty:',
  'X-Text: \u00e4\u00ff tab\there ',
  'connection: Keep-Alive',
  'content-lengthy: 5',
);
const odd = oneOf(
  ' folded: value',
  ': no name',
  'Content-Length:',
  'Content-Length: 05 ',
  'Content-Length: 5',
  'Content-Length: 5x',
  'Content-Length: 99999999999999999999999',
  'Transfer-Encoding: chunked x, chunked',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, gzip',
  'Transfer-Encoding: chunked\t',
  'Transfer-Encoding: xchunked',
  'X Space: value',
  'X-Wrong: a\u0001b',
  'no-colon',
);
const mostlyRight = fc.oneof({ weight: 30, arbitrary: right }, odd);

const extension = oneOf('', '', '', ';x', ';a=b', ';a=b;c="d;\\"e"', ';a;b', ';a=');
const chunks = fc
  .tuple(
    fc.array(fc.tuple(bytes(40), extension, oneOf('', '0')), { maxLength: 4 }),
    fc.array(mostlyRight, { maxLength: 2 }),
    extension,
  )
  .map(([all, trailers, last]) => {
    const full = all.filter(([body]) => body !== '');
    const written = full.map(([body, more, zero]) => `${zero}${body.length.toString(16)}${more}\r\n${body}\r\n`);
    return `${written.join('')}0${last}\r\n${lines(trailers)}\r\n`;
  });
const isChunked = oneOf(
  'Transfer-Encoding: ,CHUNKED',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: x, \tchunked',
  'transfer-encoding: gzip, chunked ',
);
/** A header that tells where the body ends, with that body. */
const framed = fc.oneof(
  bytes(40).map((body) => [`Content-Length: ${body.length}`, body] as const),
  bytes(40).map((body) => [`content-length:\t0${body.length} `, body] as const),
  fc.tuple(isChunked, chunks),
  bytes(40).map((body) => ['X: until the end', body] as const),
);
const status = oneOf('200 OK', '200 ', '200', '404 N', '500 \u00e4', '204 N', '304 N', '103 E', '100 C', '101 S');
const oddStart = oneOf(
  'HTTP/1.2 200',
  'HTTX/1.1 200',
  'HTTP/1.1 20',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 abc',
  'HTTP/1.1  200',
);
const version = oneOf('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0');
const start = fc.oneof({ weight: 30, arbitrary: fc.tuple(version, status).map((words) => words.join(' ')) }, oddStart);
const answer = fc
  .tuple(oneOf('', '', '\r\n', '\n'), start, fc.array(mostlyRight, { maxLength: 2 }), framed)
  .map(([before, first, headers, [frame, body]]) => {
    const hasBody = !/ (?:1..|204|304)/.test(first);
    return `${before}${first}\r\n${lines([...headers, frame])}\r\n${hasBody ? body : ''}`;
  });
const stream = fc
  .tuple(fc.array(answer, { minLength: 1, maxLength: 3 }), fc.nat(), bytes(6), fc.nat({ max: 2 }), fc.nat({ max: 5 }))
  .map(([answers, at, put, taken, fate]) => {
    const whole = answers.join('');
    const place = at % (whole.length + 1);
    if (fate === 0) return whole.slice(0, place) + put + whole.slice(place + taken);
    return fate === 1 ? whole.slice(0, place) : whole;
  });

function cut(text: string, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((each) => each % (text.length + 1)))].sort((a, b) => a - b);
  const whole = Buffer.from(text, 'latin1');
  return [0, ...places]
    .map((from, index) => whole.subarray(from, places[index] ?? whole.length))
    .filter(({ length }) => length > 0);
}

const reader: fc.Arbitrary<Reader> = fc.record({
  isHead: fc.nat({ max: 4 }).map((chance) => chance === 0),
  most: fc.oneof({ weight: 6, arbitrary: fc.constant(1000) }, fc.integer({ min: 1, max: 12 })),
  waitsAt: fc.oneof({ weight: 4, arbitrary: fc.constant(1000) }, fc.integer({ min: 0, max: 3 })),
});

suite('answers are read as llhttp reads them', () => {
  test('whatever they are, and wherever they are cut', () => {
    const seen = { all: 0, whole: 0, next: 0 };
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 8 }), reader, (text, cuts, given) => {
        const pieces = cut(text, cuts);
        const expected = told(llhttp, pieces, given);
        assert.deepEqual(told(ours, pieces, given), expected);
        const [events = []] = expected;
        seen.all++;
        if (!events.includes('refused')) seen.whole++;
        if (events.lastIndexOf('begin') > events.indexOf('complete')) seen.next++;
      }),
      { numRuns: Number(process.env.RUNS ?? 2000) },
    );
    // A law about answers that are all refused would say little.
    assert.ok(seen.whole > seen.all / 5, `${seen.whole} of ${seen.all} were right`);
    assert.ok(seen.next > seen.all / 20, `${seen.next} of ${seen.all} had another behind them`);
  });
});
