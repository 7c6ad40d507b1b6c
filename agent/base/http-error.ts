import { mapOf } from './map-of.ts';
import { Problem } from './problem.ts';
import { shownUrl } from './shown-url.ts';

/** The reasons why a request was not answered, as far as they decide what to do next. */
export type Unreachable =
  | 'no-route'
  | 'prohibited'
  | 'refused'
  | 'timeout'
  | 'reset'
  | 'garbled'
  | 'too-large'
  | 'untrusted';

const byCode = mapOf<Unreachable>({
  ENETUNREACH: 'no-route',
  ENETDOWN: 'no-route',
  EHOSTUNREACH: 'no-route',
  EHOSTDOWN: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  // The interface that an address names does not exist yet.
  EINVAL: 'no-route',
  ENODEV: 'no-route',
  // Names cannot be resolved before there is a network.
  ENOTFOUND: 'no-route',
  EAI_AGAIN: 'no-route',
  // From connect(2), for a route of type prohibit and for a packet filter.
  EACCES: 'prohibited',
  EPERM: 'prohibited',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  TOO_LARGE: 'too-large',
});

const words: Readonly<Record<Unreachable, string>> = {
  'no-route': 'there is no route to it yet',
  prohibited:
    'this machine prohibits it, by a route or a packet filter: systemd locks the metadata service by such a route',
  refused: 'the connection was refused',
  timeout: 'no answer in time',
  reset: 'the connection was cut',
  garbled: 'the answer is not HTTP',
  'too-large': 'the answer is too large',
  untrusted: 'its certificate cannot be trusted',
};

/** Returns the problem of a request that got no answer; `whyUnreachable` returns its reason. */
export function unreachable(method: string, url: string, cause: unknown): Problem {
  return new Problem('datasource-unreachable', `${method} ${shownUrl(url)}: ${words[sortOf(cause)]}`, { cause });
}

/** Returns why a request got no answer; undefined for an error of another kind. */
export const whyUnreachable = (error: unknown): Unreachable | undefined =>
  error instanceof Problem && error.code === 'datasource-unreachable' && error.cause ? sortOf(error.cause) : undefined;

/** Reasons that stay, however often the request is repeated. */
const lasting: readonly Unreachable[] = ['prohibited', 'too-large', 'untrusted'];

/** Whether a request that got no answer can get one later. */
export const mayAnswerLater = (why: Unreachable): boolean => !lasting.includes(why);

/** Returns an error with this code, for callers that find something unreachable for a reason of their own. */
export const failure = (code: string): Error => Object.assign(new Error(code), { code });

function sortOf(cause: unknown): Unreachable {
  // A name with several addresses yields an error for each: the last one is used.
  if (cause instanceof AggregateError) return sortOf(cause.errors.at(-1));
  if (!(cause instanceof Error)) return 'garbled';
  if (cause.name === 'TimeoutError') return 'timeout';
  const code = 'code' in cause ? String(cause.code) : '';
  if (/CERT|SSL|TLS|ALTNAME|SIGNATURE/.test(code)) return 'untrusted';
  return byCode.get(code) ?? 'garbled';
}
