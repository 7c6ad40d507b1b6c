import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Mirror extends AsyncDisposable {
  readonly url: string;
  /** The paths requested so far. */
  readonly asked: string[];
  /** The number of next answers that are 503. */
  failing: number;
  /** How long all answers are 503, in milliseconds from the first request. */
  failingMs: number;
  /** The delay of each answer in milliseconds. */
  delayMs: number;
}

/** Serves a directory over HTTP, with the failures and delays of its settings. */
export async function mirror(folder: string): Promise<Mirror> {
  const asked: string[] = [];
  const state = { failing: 0, failingMs: 0, delayMs: 0 };
  let recovers: number | undefined;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    recovers ??= performance.now() + state.failingMs;
    const fails = performance.now() < recovers;
    setTimeout(() => {
      if (state.failing-- > 0 || fails) return response.writeHead(503).end();
      try {
        return response.end(readFileSync(join(folder, decodeURIComponent(path))));
      } catch {
        return response.writeHead(404).end();
      }
    }, state.delayMs);
  });
  const { port, ...closing } = await listening(server);
  return Object.assign(state, { url: `http://127.0.0.1:${port}`, asked, ...closing });
}

/** Makes a certificate that signs itself, with its key, in a folder. */
export function certificate(
  folder: string,
  subject: string,
  ...more: readonly string[]
): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-subj', subject, ...more];
  const args = ['req', '-x509', '-nodes', ...ec, '-keyout', key, '-out', cert, '-days', '7'];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

export interface TlsServer extends AsyncDisposable {
  readonly url: string;
  /** The certificate that clients must trust. */
  readonly cert: string;
  /** The paths requested so far. */
  readonly asked: readonly string[];
}

/** Answers each path over TLS with a page or a status; its certificate lies in the folder. */
export async function tlsServer(folder: string, answer: (path: string) => string | number): Promise<TlsServer> {
  const tls = certificate(folder, '/CN=keys', '-addext', 'subjectAltName=IP:127.0.0.1');
  const asked: string[] = [];
  const server = createTlsServer(tls, (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const page = answer(path);
    if (typeof page === 'number') response.writeHead(page).end();
    else response.end(page);
  });
  const { port, ...closing } = await listening(server);
  return { url: `https://127.0.0.1:${port}`, cert: tls.cert, asked, ...closing };
}

/** Starts a server on a free port of this machine. */
async function listening(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is an AddressInfo
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
