import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Calls } from '../../agent/host/http-parser.ts';
import * as ours from '../../agent/host/llhttp.ts';

const program = createRequire(import.meta.url)('undici/lib/llhttp/llhttp_simd-wasm.js');
const llhttp = (globalThis as unknown as { WebAssembly: typeof ours }).WebAssembly;

/** What a parser tells of the bytes, as undici would have it told: each text whole, and whether all was well in the end. */
function told({ Module, Instance }: typeof ours, pieces: readonly Buffer[], isHead: boolean, most: number) {
  const events: string[] = [];
  let piece: Buffer = Buffer.alloc(0);
  let piecesAt = 0;
  let calls = 0;
  const answer = () => (++calls < most ? 0 : -1);
  const event = (name: string) => {
    events.push(name);
    return answer();
  };
  const text = (kind: string) => (_: number, at: number, length: number) => {
    const words = piece.toString('latin1', at - piecesAt, at - piecesAt + length);
    const last = events.at(-1);
    if (last?.startsWith(`${kind}: `)) events[events.length - 1] = last + words;
    else events.push(`${kind}: ${words}`);
    // Into how many pieces a text is cut, and whether one of them is empty, is nobody's business.
    return kind === 'body' && length > 0 ? answer() : 0;
  };
  const env: Calls & { wasm_on_url(): number } = {
    wasm_on_url: () => 0,
    wasm_on_message_begin: () => event('begin'),
    wasm_on_status: text('status'),
    wasm_on_header_field: text('field'),
    wasm_on_header_value: text('value'),
    wasm_on_headers_complete: (_, status, upgrade, keepAlive) => {
      events.push(`headers: ${status}, upgrade ${upgrade}, keep alive ${keepAlive}`);
      return upgrade || answer() ? -1 : isHead || status < 200 ? 1 : 0;
    },
    wasm_on_body: text('body'),
    wasm_on_message_complete: () => event('complete'),
  };
  const given = new (Module as new (program: Buffer) => ours.Module)(program);
  const { exports } = new Instance(given, { env });
  const parser = exports.llhttp_alloc(2);
  let code = 0;
  for (piece of pieces) {
    piecesAt = exports.malloc(piece.length);
    new Uint8Array(exports.memory.buffer, piecesAt, piece.length).set(piece);
    code = exports.llhttp_execute(parser, piecesAt, piece.length);
    if (code !== 0) break;
  }
  if (code === 0) code = exports.llhttp_finish(parser);
  // Of a status nothing is made, and an empty one may be told or not.
  const seen = events.filter((event) => event !== 'status: ');
  if (calls > most) return 'told more than was wanted';
  // Where an answer is wrong it is refused, and what was told of it before goes with it.
  return code === 0 ? seen : 'refused';
}

const oneOf = (...words: readonly string[]) => fc.constantFrom(...words);
const any = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 6,
});
const header = fc.oneof(
  oneOf(
    'Connection: close',
    'connection: Keep-Alive',
    'Connection: x, close ,y',
    'Connection: x,\t close',
    'Connection: \tclose,',
    'Connection: keep-alive , close\t,x',
    'Connection: closed',
    'Connection: keep-alive\t',
    'Proxy-Connection: close',
    'Connection: upgrade',
    'Upgrade: websocket',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked ',
    'Transfer-Encoding: chunked, gzip',
    'Transfer-Encoding: chunked\t',
    'Transfer-Encoding: x, \tchunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: chunked x, chunked',
    'Transfer-Encoding: , CHUNKED',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding:',
    'Content-Length: 5',
    'Content-Length: 05 ',
    'Content-Length: 0',
    'Content-Length: 5x',
    'Content-Length:',
    'Content-Length: 99999999999999999999999',
    'X-Empty:',
    'X-Empty: \t ',
    ' folded: value',
    'X Space: value',
    'no-colon',
    ': no name',
    'X-Text: \u00e4\u00ff tab\there ',
    'X-Wrong: a\u0001b',
  ),
  fc.tuple(oneOf('A', 'etag', 'x-y_z', 'content-lengthy', 'connection-x'), any).map((parts) => parts.join(': ')),
);
const chunk = fc.oneof(
  oneOf(
    '5\r\nhello\r\n',
    '5;a=b;c="d;\\"e"\r\nhello\r\n',
    '05;x\r\nhello\r\n',
    '5\r\nhello\n',
    '5 \r\nhello\r\n',
    'g\r\n',
    '5;\r\nhello\r\n',
  ),
  any.map((bytes) => `${bytes.length.toString(16)}\r\n${bytes}\r\n`).filter((text) => !text.startsWith('0')),
);
const body = fc.oneof(
  oneOf('', 'hello', 'hello, more', '0\r\n\r\n'),
  fc
    .tuple(fc.array(chunk, { maxLength: 3 }), fc.array(header, { maxLength: 1 }), oneOf('0', '00', '0;x'))
    .map(
      ([chunks, trailers, end]) => `${chunks.join('')}${end}\r\n${trailers.map((each) => `${each}\r\n`).join('')}\r\n`,
    ),
);
const answer = fc
  .tuple(
    oneOf('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', 'HTTX/1.1'),
    oneOf(
      '200 OK',
      '200 ',
      '200',
      '404 Not Found',
      '204 None',
      '304 As it was',
      '100 Continue',
      '103 Early',
      '101 Switching',
      '20',
      '2000 OK',
      'abc',
      '500 \u00e4',
    ),
    fc.array(header, { maxLength: 4 }),
    body,
  )
  .map(
    ([version, status, headers, rest]) =>
      `${version} ${status}\r\n${headers.map((each) => `${each}\r\n`).join('')}\r\n${rest}`,
  );
const spoilt = fc
  .tuple(fc.array(answer, { minLength: 1, maxLength: 3 }), fc.nat(), any, fc.nat({ max: 2 }), fc.boolean())
  .map(([answers, at, put, taken, isSpoilt]) => {
    const whole = answers.join('');
    const place = at % (whole.length + 1);
    return isSpoilt ? whole.slice(0, place) + put + whole.slice(place + taken) : whole;
  });

/** After how many calls whoever is told has had enough. */
const patience = fc.oneof({ weight: 4, arbitrary: fc.constant(1000) }, fc.integer({ min: 1, max: 12 }));

function cut(text: string, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((each) => each % (text.length + 1)))].sort((a, b) => a - b);
  const bytes = Buffer.from(text, 'latin1');
  return [0, ...places]
    .map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
    .filter(({ length }) => length > 0);
}

suite('answers are read as llhttp reads them', () => {
  test('whatever they are, and wherever they are cut', () => {
    fc.assert(
      fc.property(spoilt, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), patience, (text, cuts, isHead, most) => {
        const pieces = cut(text, cuts);
        assert.deepEqual(told(ours, pieces, isHead, most), told(llhttp, pieces, isHead, most));
      }),
      { numRuns: Number(process.env.RUNS ?? 3000) },
    );
  });
});
