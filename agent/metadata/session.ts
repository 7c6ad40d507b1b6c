import { Problem } from '../base/problem.ts';
import type { Service } from './endpoint.ts';
import { leadsElsewhere } from './http-tree.ts';
import { badMetadata, notText, utf8 } from './tree.ts';

/** How a metadata service issues a session token. */
export interface TokenExchange {
  /** The path that the PUT request goes to. */
  readonly path: string;
  /** The headers of that request: the lifetime of the token, in seconds. */
  readonly headers: Readonly<Record<string, string>>;
  /** The header that carries the token in every other request. */
  readonly carriedBy: string;
}

/** A session with a service: the token, once there is one. */
export interface MetadataSession {
  headers(): Readonly<Record<string, string>>;
  renew(): Promise<void>;
  hasToken(): boolean;
}

/** Returns a session without a token; `renew` fetches one, and a new one when it has expired. */
export function sessionWith(service: Service, { path, headers, carriedBy }: TokenExchange): MetadataSession {
  let token: string | undefined;
  return {
    hasToken: () => token !== undefined,
    headers: () => (token === undefined ? {} : { [carriedBy]: token }),
    renew: async () => {
      const { status, body } = await service.ask(
        { method: 'PUT', path, headers },
        (answer) => leadsElsewhere(answer) ?? (answer.status === 200 ? notToken(answer.body) : undefined),
      );
      if (status === 403) throw turnedOff(service.where(path));
      if (status !== 200) throw badMetadata(`PUT ${service.where(path)}`, `answered ${status} instead of a token`);
      token = utf8(body).trim();
    },
  };
}

/** Returns what is wrong with a token, or undefined: it must be one printable word, not a web page of a proxy. */
const notToken = (body: Uint8Array): string | undefined =>
  notText(body) ?? (/^[\x21-\x7e]{1,512}$/.test(utf8(body).trim()) ? undefined : 'no token');

const turnedOff = (where: string): Problem =>
  new Problem('not-possible', `PUT ${where}: answered 403`, {
    hint: 'The metadata service is turned off for this instance; turn it on in the settings of the instance.',
  });
