import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Description } from './description.ts';
import { type Answer, type Asked, dialects } from './dialects.ts';
import { chooseFaults, commit, type Fault } from './faults.ts';

export interface Options {
  /** The dialects it serves: the first that has a path answers. */
  readonly dialects: readonly (keyof typeof dialects)[];
  readonly faults?: readonly Fault[];
  readonly host?: string;
  readonly port?: number;
  /** The Unix socket to listen on, instead of a port. */
  readonly socket?: string;
  /** The answers it gives per second, and the requests that may queue; further ones get 503. */
  readonly limit?: { readonly capacity: number; readonly queue: number };
  /** The clock for faults, in milliseconds; the real one by default. */
  readonly now?: () => number;
  /** Called with each request as it arrives. */
  readonly onRequest?: (asked: Asked) => void;
}

/** A running metadata service. */
export interface Service {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The requests, in order. */
  readonly requests: readonly Asked[];
  /** Returns the number of accepted connections. */
  connections(): number;
  close(): Promise<void>;
}

/** Serves one instance over HTTP with the given faults; on loopback by default. */
export async function serveMetadata(instance: Description, options: Options): Promise<Service> {
  const answerers = options.dialects.map((name) => dialects[name](instance));
  const faultFor = chooseFaults(options.faults ?? []);
  const waitFor = limited(options.limit);
  const requests: Asked[] = [];
  const now = options.now ?? (() => performance.now());
  const began = now();
  let connections = 0;

  const server = createServer(async (request, response) => {
    response.on('error', () => {});
    const asked = await read(request);
    requests.push(asked);
    options.onRequest?.(asked);
    const good = answerers.map((answer) => answer(asked)).find((answer) => answer !== undefined) ?? unknown;
    const wait = waitFor(performance.now());
    if (wait === undefined) {
      response.writeHead(503).end();
      return;
    }
    if (wait > 0) await pause(wait);
    const fault = faultFor(asked.path, now() - began);
    if (fault) commit(fault, response, good);
    else response.writeHead(good.status, good.headers).end(good.body);
  });
  server.on('connection', () => connections++);
  server.keepAliveTimeout = 60_000;
  const { host = '127.0.0.1', port = 0, socket } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (socket === undefined) server.listen(port, host, resolve);
    else server.listen(socket, resolve);
  });
  // The address of a TCP server is an AddressInfo.
  const bound = socket === undefined ? (server.address() as AddressInfo).port : 0;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    requests,
    connections: () => connections,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Returns a function that computes the delay of each request's answer in milliseconds, or undefined if the queue is full. */
function limited(limit: Options['limit']): (now: number) => number | undefined {
  let busyUntil = 0;
  return (now) => {
    if (!limit) return 0;
    const begins = Math.max(now, busyUntil);
    if (((begins - now) * limit.capacity) / 1_000 >= limit.queue) return undefined;
    busyUntil = begins + 1_000 / limit.capacity;
    return busyUntil - now;
  };
}

const unknown: Answer = { status: 404, body: 'not found' };

const read = async (request: IncomingMessage): Promise<Asked> => ({
  method: request.method ?? 'GET',
  path: request.url ?? '/',
  headers: request.headers,
  from: request.socket.remotePort ?? 0,
  body: await text(request),
});
