import type { Request, Response } from '../host/host.ts';
import type { FetchContext } from './datasource.ts';
import type { Service } from './endpoint.ts';
import { badMetadata, type Tree } from './tree.ts';
import type { Judge } from './try-endpoint.ts';

interface Options {
  /** Headers of every request; called for each one, because the token may have been renewed. */
  readonly headers?: (path: string) => Readonly<Record<string, string>>;
  /** Called after a 401, before the request is repeated once. */
  readonly renew?: () => Promise<void>;
  /** How the connection is made, where the service requires it. */
  readonly from?: Pick<Request, 'lowPort' | 'socket'>;
  /** The header that every answer of the service has, and its value. */
  readonly answersWith?: readonly [name: string, value: string];
}

/** In bytes, above the limit of every reader of user-data: the reader reports the excess, and the other metadata is used. */
export const mostUserData = 5 * 2 ** 20;
const userData = /(?:^|[/.])user[-_]?data(?:\/cloud-init)?$/;

/** Returns the tree below `base`, which ends in a slash. 404 and 204 are valid answers; invalid answers are requested again. */
export function httpTree(
  ask: FetchContext,
  service: Service,
  base: string,
  { headers, renew, from, answersWith }: Options = {},
): Tree {
  const where = (path: string): string => service.where(base + path);
  return {
    where,
    async read(path, wrong) {
      const judge: Judge = (answer) =>
        leadsElsewhere(answer) ??
        (answer.status === 200 ? (wrong?.(answer.body) ?? stranger(answer, answersWith)) : undefined);
      const cut = userData.test(path) ? { truncateAt: mostUserData } : {};
      const once = () =>
        service.ask({ path: base + path, headers: headers?.(base + path) ?? {}, ...from, ...cut }, judge);
      let answer = await once();
      if (answer.status === 401 && renew) {
        await renew();
        answer = await once();
      }
      if (answer.status === 200) return answer.body;
      if (answer.status === 401) throw badMetadata(where(path), 'answered 401 even to a fresh token');
      if (answer.status !== 404 && answer.status !== 204)
        ask.note('warning', `${where(path)}: answered ${answer.status}, taken as not there`);
      return undefined;
    },
  };
}

/** Returns why an answer comes from another service, or undefined. */
const stranger = ({ headers }: Response, expected: Options['answersWith']): string | undefined =>
  expected && headers[expected[0]] !== expected[1]
    ? `an answer without "${expected.join(': ')}", so another service answers there`
    : undefined;

/** Rejects redirects: a metadata service never redirects, but a captive portal does. */
export const leadsElsewhere: Judge = ({ status, headers }: Response) =>
  status >= 300 && status < 400 ? `answered ${status}, leading to ${headers.location ?? 'nowhere'}` : undefined;
