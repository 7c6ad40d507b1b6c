import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Description } from './description.ts';
import { type Answer, type Asked, dialects } from './dialects.ts';
import { chooseFaults, commit, type Fault } from './faults.ts';

export interface Options {
  /** Which dialects are understood: the first that knows a path answers. */
  readonly dialects: readonly (keyof typeof dialects)[];
  readonly faults?: readonly Fault[];
  readonly host?: string;
  readonly port?: number;
  /** How many answers a second it gives, and how many may wait for theirs: the rest is turned away with 503. */
  readonly limit?: { readonly capacity: number; readonly queue: number };
  /** The clock that faults go by, in milliseconds; the real one unless told. */
  readonly now?: () => number;
  /** Told of each request as it comes. */
  readonly onRequest?: (asked: Asked) => void;
}

/** A metadata service at work. */
export interface Service {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** What was asked, in order. */
  readonly requests: readonly Asked[];
  /** How many connections were made. */
  connections(): number;
  close(): Promise<void>;
}

/** Serves one instance over HTTP, with the faults asked for; on loopback unless told otherwise. */
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
  const { host = '127.0.0.1', port = 0 } = options;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  // A server on TCP has an address of this kind.
  const bound = (server.address() as AddressInfo).port;

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

/** How long each request waits for its answer; undefined where too many wait already. */
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
