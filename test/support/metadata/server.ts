import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Description } from './description.ts';
import { type Answer, type Asked, dialects } from './dialects.ts';
import { chooseFaults, commit, type Fault } from './faults.ts';

export interface Options {
  /** Which dialects are understood: the first that knows a path answers. */
  readonly dialects: readonly (keyof typeof dialects)[];
  readonly faults?: readonly Fault[];
  readonly host?: string;
  readonly port?: number;
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
  const requests: Asked[] = [];
  const began = performance.now();
  let connections = 0;

  const server = createServer(async (request, response) => {
    response.on('error', () => {});
    const asked = await read(request);
    requests.push(asked);
    const good = answerers.map((answer) => answer(asked)).find((answer) => answer !== undefined) ?? unknown;
    const fault = faultFor(asked.path, performance.now() - began);
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

const unknown: Answer = { status: 404, body: 'not found' };

const read = async (request: IncomingMessage): Promise<Asked> => ({
  method: request.method ?? 'GET',
  path: request.url ?? '/',
  headers: request.headers,
  body: await text(request),
});
