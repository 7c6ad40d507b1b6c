import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import { failure, unreachable } from '../base/http-error.ts';
import type { Request, Response } from './host.ts';
import { fromLowPort } from './low-port.ts';
import { redirectOf } from './redirect.ts';

const connectMs = 2_000;
const answerMs = 10_000;
const mostBytes = 16 * 2 ** 20;
const mostRedirects = 3;

/**
 * Returns an HTTP client with one persistent connection per origin, without proxies and retries. A response of any status
 * is a result; a missing response is a problem that `whyUnreachable` classifies. Loaded only when the network is used.
 */
export function makeHttp(): (request: Request) => Promise<Response> {
  const clients = new Map<string, Client>();
  const clientOf = (origin: string, way: Way): Client => {
    const key = `${origin} ${way.socket ?? ''} ${way.lowPort ?? ''}`;
    const client = clients.get(key) ?? connectTo(origin, way);
    clients.set(key, client);
    return client;
  };

  return async (request) => {
    // One time limit for a request with its redirects; the current exchange sets `stop`.
    const limit: Limit = { stop: () => {} };
    const timer = setTimeout(() => limit.stop(), Math.max(1, Math.ceil(request.timeoutMs ?? answerMs)));
    try {
      let { origin, path, authorization } = partsOf(request.url);
      const headers = { ...request.headers, ...authorization };
      for (let redirects = 0; ; redirects++) {
        const sent = { ...request, headers, path };
        const answer = await compiledOnce(() => exchange(clientOf(origin, request), sent, limit));
        const next = redirects < mostRedirects ? sameHost(answer, origin, path) : undefined;
        if (next === undefined || (request.method ?? 'GET') !== 'GET') return answer;
        path = next;
      }
    } catch (error) {
      throw unreachable(request.method ?? 'GET', request.url, error);
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * undici parses responses with a WebAssembly program, made at the first connection. V8 would soon compile it a second time, with
 * its optimizing compiler: for a few small responses that costs more than it saves (decision 99).
 */
async function compiledOnce<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--wasm-tiering-budget=2000000000');
  try {
    return await work();
  } finally {
    // Code that is loaded later is checked against the flags that Node's own code was compiled with.
    setFlagsFromString('--wasm-tiering-budget=13000000');
  }
}

interface Limit {
  stop(): void;
}

/** Sends one request through the dispatch API of undici: its stream APIs are slow, and the responses are small. */
function exchange(
  client: Client,
  { method = 'GET', path, headers = {}, body, limitBytes = mostBytes, truncateAt }: Request & { path: string },
  limit: Limit,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let stop: ((reason: Error) => void) | undefined;
    let late: Error | undefined;
    let [status, found]: [number, Dispatcher.ResponseData['headers']] = [0, {}];
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    limit.stop = () => {
      late = failure('ETIMEDOUT');
      // `stop` is undefined until the request is on a connection.
      stop?.(late);
      reject(late);
    };
    client.dispatch(
      { method, path, headers, body: body ?? null },
      {
        onRequestStart(controller) {
          stop = (reason) => controller.abort(reason);
          if (late) stop(late);
        },
        onResponseStart(_, code, given) {
          [status, found] = [code, given];
        },
        onResponseData(controller, piece) {
          bytes += piece.length;
          if (truncateAt !== undefined && bytes >= truncateAt) {
            pieces.push(piece);
            const body = new Uint8Array(Buffer.concat(pieces)).subarray(0, truncateAt);
            resolve({ status, headers: plain(found), body });
            controller.abort(failure('TOO_LARGE'));
          } else if (bytes > limitBytes) controller.abort(failure('TOO_LARGE'));
          else pieces.push(piece);
        },
        onResponseEnd: () => resolve({ status, headers: plain(found), body: new Uint8Array(Buffer.concat(pieces)) }),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}

/** Returns the path of a redirect to the same origin, else undefined: metadata is accepted only from the requested server. */
function sameHost(answer: Response, origin: string, path: string): string | undefined {
  const to = redirectOf(answer);
  if (to === undefined) return undefined;
  // The placeholder name replaces addresses with a zone, which URL rejects.
  const base = new URL(path, 'http://host.invalid');
  const target = URL.parse(to.replace(origin, base.origin), base);
  return target?.origin === base.origin ? target.pathname + target.search : undefined;
}

/** Splits a URL into origin, path and credentials; URL rejects the zone of a link-local address: http://[fe80::1%25eth0]/. */
function partsOf(url: string): { origin: string; path: string; authorization: Record<string, string> } {
  const parts = /^(https?:\/\/)(?:([^/?#@]*)@)?((?:\[[^\]]*\]|[^/?#[\]]*)(?::\d+)?)([^#]*)/i.exec(url);
  const [, scheme = '', who, host = '', path = ''] = parts ?? [];
  const basic = who && `Basic ${Buffer.from(decodeURIComponent(who)).toString('base64')}`;
  return {
    origin: scheme + host,
    path: path.startsWith('/') ? path : `/${path}`,
    authorization: basic ? { authorization: basic } : {},
  };
}

/** How a connection is made, other than to a host from any port. */
type Way = Pick<Request, 'lowPort' | 'socket'>;

function connectTo(origin: string, { lowPort, socket }: Way): Client {
  const [, zone] = /%(?:25)?([^\]]+)\]/.exec(origin) ?? [];
  const plainOrigin = origin.replace(/%[^\]]*/, '');
  const settings = {
    timeout: connectMs,
    allowH2: false,
    ...authorities(origin),
    ...(socket && { socketPath: socket }),
  };
  const connector = lowPort
    ? fromLowPort((localPort) => buildConnector({ ...settings, localPort }))
    : buildConnector(settings);
  return new Client(plainOrigin, {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) =>
      connector(zone ? { ...options, hostname: `${bare(options.hostname)}%${zone}` } : options, callback),
  });
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** Returns the CA certificates that the machine trusts, including those that an administrator added. */
function authorities(origin: string): { ca?: string } {
  if (!origin.startsWith('https:')) return {};
  for (const path of ['/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/certs/ca-certificates.crt']) {
    try {
      return { ca: readFileSync(path, 'utf8') };
    } catch {
      // The other distribution family uses the other path; without either, Node uses its own list.
    }
  }
  return {};
}

const plain = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
