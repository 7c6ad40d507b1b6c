import type { ServerResponse } from 'node:http';
import type { Answer } from './dialects.ts';

/** Faulty responses of a service. `good` is the correct body. */
const doings = {
  reset: (response) => response.socket?.resetAndDestroy(),
  silence: () => {},
  html: (response) => response.setHeader('content-type', 'text/html').end('<!DOCTYPE html><title>Log in</title>'),
  'bad-json': (response) => response.end('{"uuid": '),
  empty: (response) => response.end(),
  binary: (response) => response.end(Buffer.from([0, 1, 2, 255])),
  missing: (response) => response.writeHead(404).end('not found'),
  status: (response, _good, { status = 500, headers = {} }) => response.writeHead(status, headers).end('<h1>busy</h1>'),
  elsewhere: (response) => response.writeHead(302, { location: 'http://portal.invalid/' }).end(),
  loop: (response, _good, { path = response.req.url ?? '/' }) => response.writeHead(302, { location: path }).end(),
  truncated: (response, { body }) => {
    response.writeHead(200, { 'content-length': String(body.length + 100) });
    response.write(body, () => response.socket?.destroy());
  },
  overlong: (response, { body }) => raw(response, `HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${body}${body}${body}`),
  garbage: (response) => raw(response, 'SSH-2.0-OpenSSH_9.9\r\n\r\n'),
  'chunked-garbage': (response) => raw(response, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense'),
  drip: (response, { body }) => drip(response, body),
  huge: (response) => flood(response, 2 ** 30),
} as const satisfies Record<string, (response: ServerResponse, good: Answer, fault: Partial<Fault>) => unknown>;

/** A fault: the requests it affects, how often, and when. */
export interface Fault {
  readonly does: keyof typeof doings;
  /** The paths it affects; all if omitted. */
  readonly on?: RegExp;
  /** The number of good answers before it, and the number of times it then happens. */
  readonly after?: number;
  readonly times?: number;
  /** Milliseconds since the service started. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The target of a redirect loop; the same path if omitted. */
  readonly path?: string;
}

/** Returns a function that selects the fault for a request, if any. */
export function chooseFaults(faults: readonly Fault[]): (path: string, sinceMs: number) => Fault | undefined {
  const seen = faults.map(() => 0);
  return (path, sinceMs) =>
    faults.find((fault, index) => {
      const { on = /^/, after = 0, times = Number.POSITIVE_INFINITY, fromMs = 0 } = fault;
      if (!on.test(path) || sinceMs < fromMs || sinceMs >= (fault.untilMs ?? Number.POSITIVE_INFINITY)) return false;
      const count = seen[index] ?? 0;
      seen[index] = count + 1;
      return count >= after && count < after + times;
    });
}

export const commit = (fault: Fault, response: ServerResponse, good: Answer): unknown =>
  doings[fault.does](response, good, fault);

function raw(response: ServerResponse, bytes: string): void {
  const { socket } = response;
  socket?.write(bytes, () => socket.destroySoon());
}

/** Sends one byte a second without end, until the connection closes. */
function drip(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-length': String(body.length + 1_000) });
  let sent = 0;
  const timer = setInterval(() => response.write(body[sent++ % body.length] ?? ' '), 1_000);
  response.on('close', () => clearInterval(timer));
}

function flood(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'content-length': String(bytes) });
  const piece = Buffer.alloc(2 ** 16, 'x');
  let sent = 0;
  const more = (): void => {
    while (sent < bytes && !response.destroyed) {
      sent += piece.length;
      if (!response.write(piece)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}
