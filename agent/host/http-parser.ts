/** Whoever reads the answers is told what is in them, by places and lengths in the bytes that were handed over. */
export interface Calls {
  wasm_on_message_begin(parser: number): number;
  wasm_on_status(parser: number, at: number, length: number): number;
  wasm_on_header_field(parser: number, at: number, length: number): number;
  wasm_on_header_value(parser: number, at: number, length: number): number;
  wasm_on_headers_complete(parser: number, status: number, upgrade: number, keepAlive: number): number;
  wasm_on_body(parser: number, at: number, length: number): number;
  wasm_on_message_complete(parser: number): number;
}

/** llhttp's own numbers, of which undici knows the first and the last: what is wrong with an answer is said in words. */
const [fine, malformed, paused] = [0, 2, 21];
const [tab, lf, cr, space, colon] = [9, 10, 13, 32, 58];

const starts = ['HTTP/0.9 ', 'HTTP/1.0 ', 'HTTP/1.1 ', 'HTTP/2.0 '];
const startLength = 'HTTP/1.1 '.length;
const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]*";
const fieldName = new RegExp(`^${token}$`);
const notText = /[^\t\x20-\x7e\x80-\xff]/;
const chunkLine = new RegExp(`^([0-9A-Fa-f]+)(?:;(?=[^ ])${token}(?:=${token}(?:"(?:[^"\\\\]|\\\\.)*")?)?)*$`);
const longestChunkLine = 16_384;

export interface Parser {
  error: number;
  /** What is wrong with the answer. */
  reason: string;
  /** How far it came. */
  at: number;

  execute(bytes: Buffer, from: number, end: number): number;
  /** Nothing more comes: the other end has closed. */
  finish(): number;
  resume(): void;
}

/** Takes the HTTP/1 answers apart that come over one connection. Nobody asks for CONNECT or an upgrade: those are refused. */
export function parserOf(id: number, calls: Calls): Parser {
  let bytes: Buffer;
  let end: number;
  /** Takes what comes next of the bytes, of which there is one at least. */
  let next = start;
  /** The line, or the part of it that is looked at, as far as it came. */
  let text = '';
  let name = '';
  let isTrailer = false;
  /** Bytes of the body, or of this chunk of it, that are still to come. */
  let left = 0;
  /** What its headers say of the answer. */
  let head = newHead();

  const parser: Parser = {
    error: fine,
    reason: '',
    at: 0,
    execute(given, from, to) {
      [bytes, parser.at, end] = [given, from, to];
      while (parser.error === fine && parser.at < end) next();
      return parser.error;
    },
    finish() {
      if (parser.error !== fine || next === start || next === closed) return fine;
      if (next === piece) complete();
      else fail('Invalid EOF state');
      return parser.error;
    },
    resume() {
      if (parser.error === paused) parser.error = fine;
    },
  };
  return parser;

  function start(): void {
    if (isLineEnd()) parser.at++;
    else {
      [isTrailer, text, next, head] = [false, '', startLine, newHead()];
      asked(calls.wasm_on_message_begin(id));
    }
  }

  function startLine(): void {
    if (text.length === startLength + 3) {
      [head.isNew, head.status] = [text.startsWith('HTTP/1.1'), Number(text.slice(startLength))];
      if (bytes[parser.at] === space) then(status);
      else if (bytes[parser.at] === cr) then(statusEnd);
      else fail('Invalid response status');
      return;
    }
    text += String.fromCharCode(bytes[parser.at] ?? 0);
    const isRight = text.length > startLength ? /\d$/.test(text) : starts.some((each) => each.startsWith(text));
    if (!isRight) fail(text.length > startLength ? 'Invalid status code' : 'Expected HTTP/1.1');
    else parser.at++;
  }

  function status(): void {
    if (upTo(cr, statusEnd, calls.wasm_on_status).includes('\n')) fail('Missing expected CR after response line');
  }

  function statusEnd(): void {
    lineFeed(field);
  }

  function field(): void {
    [text, name] = ['', ''];
    if (bytes[parser.at] === cr) then(headEnd);
    else next = fieldRest;
  }

  function fieldRest(): void {
    name += upTo(colon, beforeValue, calls.wasm_on_header_field);
    if (!fieldName.test(name) || (next === beforeValue && name === '')) fail('Invalid header token');
  }

  function beforeValue(): void {
    if (bytes[parser.at] === space || bytes[parser.at] === tab) parser.at++;
    else next = value;
  }

  function value(): void {
    text += upTo(cr, valueEnd, calls.wasm_on_header_value);
    if (notText.test(text)) fail('Invalid header value char');
  }

  function valueEnd(): void {
    const wrong = learn(head, name, text);
    if (wrong === undefined) lineFeed(field);
    else fail(wrong);
  }

  function headEnd(): void {
    lineFeed(field);
    if (parser.error !== fine) return;
    if (isTrailer) complete();
    else body();
  }

  function body(): void {
    const isUpgrade = head.status === 101 && head.upgrades && head.connection.has('upgrade');
    const code = calls.wasm_on_headers_complete(id, head.status, isUpgrade ? 1 : 0, staysOpen(head) ? 1 : 0);
    if (code !== 1) asked(code);
    if (parser.error === malformed) return;
    head.skipsBody = code === 1;
    left = head.length ?? 0;
    if (hasNone(head)) complete();
    else if (head.chunked) [text, next] = ['', chunk];
    else if (head.encoded || head.length === undefined) [left, next] = [Number.POSITIVE_INFINITY, piece];
    else if (left === 0) complete();
    else next = bodyByLength;
    if (head.status === 101 && parser.error === fine) fail('Nobody asked for another protocol');
  }

  function bodyByLength(): void {
    piece();
    if (left === 0 && parser.error === fine) complete();
  }

  function chunk(): void {
    text += upTo(cr, chunkEnd);
    if (notText.test(text) || text.length > longestChunkLine || !/^[0-9A-Fa-f]*(?:;|$)/.test(text)) {
      fail('Invalid character in chunk size');
    }
  }

  function chunkEnd(): void {
    const [, size = ''] = chunkLine.exec(text) ?? [];
    left = Number.parseInt(size, 16);
    isTrailer = left === 0;
    if (size === '') fail('Invalid character in chunk size');
    else if (!Number.isSafeInteger(left)) fail('Chunk size overflow');
    else lineFeed(isTrailer ? field : chunkBytes);
  }

  function chunkBytes(): void {
    piece();
    if (left === 0) next = afterChunk;
  }

  function afterChunk(): void {
    text = '';
    if (bytes[parser.at] === cr) then(afterChunkEnd);
    else fail('Expected LF after chunk data');
  }

  function afterChunkEnd(): void {
    lineFeed(chunk);
  }

  function closed(): void {
    if (isLineEnd()) parser.at++;
    else fail('Data after `Connection: close`');
  }

  function complete(): void {
    next = staysOpen(head) ? start : closed;
    asked(calls.wasm_on_message_complete(id));
  }

  /** Hands over what is there of the body. */
  function piece(): void {
    const length = Math.min(left, end - parser.at);
    left -= length;
    const code = calls.wasm_on_body(id, parser.at, length);
    parser.at += length;
    asked(code);
  }

  /** What is there of a text that ends at this byte, which is left out. It may be one piece of several. */
  function upTo(
    byte: number,
    after: () => void,
    told?: (parser: number, at: number, length: number) => number,
  ): string {
    const from = parser.at;
    const found = bytes.subarray(from, end).indexOf(byte);
    const piece = bytes.toString('latin1', from, found < 0 ? end : from + found);
    parser.at += piece.length;
    if (found >= 0) then(after);
    if (told) asked(told(id, from, piece.length));
    return piece;
  }

  function then(after: () => void): void {
    parser.at++;
    next = after;
  }

  function lineFeed(after: () => void): void {
    if (bytes[parser.at] === lf) then(after);
    else fail('Expected LF after CR');
  }

  function isLineEnd(): boolean {
    return bytes[parser.at] === cr || bytes[parser.at] === lf;
  }

  /** What undici answered: to go on, to wait, or that it wants no more. */
  function asked(code: number): void {
    if (code === paused) parser.error = paused;
    else if (code !== fine) fail('Not wanted any more');
  }

  function fail(reason: string): void {
    [parser.error, parser.reason] = [malformed, reason];
  }
}

interface Head {
  /** HTTP/1.1, where a connection stays open unless it is said otherwise. */
  isNew: boolean;
  status: number;
  readonly connection: Set<string>;
  length: number | undefined;
  encoded: boolean;
  chunked: boolean;
  upgrades: boolean;
  /** It answers a HEAD. */
  skipsBody: boolean;
}

const newHead = (): Head => ({
  isNew: true,
  status: 0,
  connection: new Set(),
  length: undefined,
  encoded: false,
  chunked: false,
  upgrades: false,
  skipsBody: false,
});

const hasNone = ({ status, skipsBody }: Head): boolean =>
  skipsBody || (status >= 100 && status < 200) || status === 204 || status === 304;

/** Whether another answer may come after this one. */
function staysOpen(head: Head): boolean {
  const asked = head.isNew ? !head.connection.has('close') : head.connection.has('keep-alive');
  const hasEnd = hasNone(head) || (head.encoded ? head.chunked : head.length !== undefined);
  return asked && hasEnd;
}

/** Takes from a header what the bounds of the answer hang on, or tells what is wrong with it. */
function learn(head: Head, name: string, value: string): string | undefined {
  switch (name.toLowerCase()) {
    case 'connection':
    case 'proxy-connection':
      for (const each of value.split(',')) {
        const [, word] = /^[\t ]*(close|keep-alive|upgrade) *$/i.exec(each) ?? [];
        if (word !== undefined) head.connection.add(word.toLowerCase());
      }
      return undefined;
    case 'content-length':
      if (head.encoded) return "Content-Length can't be present with Transfer-Encoding";
      if (head.length !== undefined) return 'Duplicate Content-Length';
      if (!/^\d+[\t ]*$/.test(value)) return 'Invalid character in Content-Length';
      head.length = Number(value);
      return Number.isSafeInteger(head.length) ? undefined : 'Content-Length overflow';
    case 'transfer-encoding':
      if (head.length !== undefined) return "Transfer-Encoding can't be present with Content-Length";
      // Several of them are one: the last is the outermost.
      if (value !== '') [head.encoded, head.chunked] = [true, /(?:^|,)[\t ]*chunked *$/i.test(value)];
      return undefined;
    case 'upgrade':
      head.upgrades ||= value !== '';
      return undefined;
    default:
      return undefined;
  }
}
