import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Dispatcher } from 'undici';
import ask from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import { failure, unreachable } from '../unreachable.ts';
import type { Request, Response } from './host.ts';

const connectMs = 2_000;
const answerMs = 10_000;
const mostBytes = 16 * 2 ** 20;
const mostRedirects = 3;

/**
 * Asks over HTTP: one connection an origin, kept open, and neither proxies nor retries. Answers of every status are
 * answers; what is none is a problem that `whyUnreachable` sorts. Loaded only by who asks the network.
 */
export function makeHttp(): (request: Request) => Promise<Response> {
  const clients = new Map<string, Client>();
  const clientOf = (origin: string): Client => {
    const client = clients.get(origin) ?? connectTo(origin);
    clients.set(origin, client);
    return client;
  };

  return async (request) => {
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(request.timeoutMs ?? answerMs)));
    try {
      let { origin, path, authorization } = partsOf(request.url);
      const headers = { ...request.headers, ...authorization };
      for (let redirects = 0; ; redirects++) {
        const answer = await once(clientOf(origin), { ...request, headers, path }, signal);
        const next = redirects < mostRedirects ? sameHost(answer, origin, path) : undefined;
        if (next === undefined || (request.method ?? 'GET') !== 'GET') return answer;
        path = next;
      }
    } catch (error) {
      throw unreachable(request.method ?? 'GET', request.url, error);
    }
  };
}

async function once(client: Client, request: Request & { path: string }, signal: AbortSignal): Promise<Response> {
  const { method = 'GET', path, headers = {}, body, limitBytes = mostBytes } = request;
  const answer = await compiledOnce(() => ask.call(client, { method, path, headers, body: body ?? null, signal }));
  return { status: answer.statusCode, headers: plain(answer.headers), body: await read(answer.body, limitBytes) };
}

/**
 * undici reads answers with a WebAssembly program, made at the first connection. V8 would soon compile it a second time,
 * better: that takes more than all the rest of a run, and a handful of small answers never give it back.
 */
async function compiledOnce<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--wasm-tiering-budget=2000000000');
  try {
    return await work();
  } finally {
    // What is loaded later is compared with the flags that Node's own code was compiled for.
    setFlagsFromString('--wasm-tiering-budget=13000000');
  }
}

async function read(stream: Dispatcher.ResponseData['body'], limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > limit) throw failure('TOO_LARGE');
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** Where a redirect leads, as long as it stays with whom we asked: metadata is nobody else's to give. */
function sameHost({ status, headers }: Response, origin: string, path: string): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined;
  // The name stands in for addresses with a zone, which URL does not take.
  const base = new URL(path, 'http://host.invalid');
  const target = URL.parse(headers.location.replace(origin, base.origin), base);
  return target?.origin === base.origin ? target.pathname + target.search : undefined;
}

/** A URL in two. Not by URL alone, which refuses the zone of a link-local address: http://[fe80::1%25eth0]/. */
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

function connectTo(origin: string): Client {
  const [, zone] = /%(?:25)?([^\]]+)\]/.exec(origin) ?? [];
  const plainOrigin = origin.replace(/%[^\]]*/, '');
  const connector = buildConnector({ timeout: connectMs, allowH2: false, ...authorities(origin) });
  return new Client(plainOrigin, {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) =>
      connector(zone ? { ...options, hostname: `${bare(options.hostname)}%${zone}` } : options, callback),
  });
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** The certificates that the machine trusts, which an administrator may have added to. */
function authorities(origin: string): { ca?: string } {
  if (!origin.startsWith('https:')) return {};
  for (const path of ['/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/certs/ca-certificates.crt']) {
    try {
      return { ca: readFileSync(path, 'utf8') };
    } catch {
      // Not this family's place; where there is none at all, Node's own list serves.
    }
  }
  return {};
}

const plain = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
