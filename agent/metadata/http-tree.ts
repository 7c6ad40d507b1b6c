import type { Response } from '../host/host.ts';
import type { FetchContext } from './datasource.ts';
import type { Service } from './endpoint.ts';
import { badMetadata, type Tree } from './tree.ts';
import type { Judge } from './try-endpoint.ts';

interface Options {
  /** Headers of every request; called for each one, because the token may have been renewed. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Called after a 401, before the request is repeated once. */
  readonly renew?: () => Promise<void>;
}

/** In bytes, above the limit of every reader of user-data: the reader reports the excess, and the other metadata is used. */
const mostUserData = 5 * 2 ** 20;
const userData = /(?:^|\/)user[-_]data$/;

/** Returns the tree below `base`, which ends in a slash. A 404 is a valid answer; invalid answers are requested again. */
export function httpTree(ask: FetchContext, service: Service, base: string, { headers, renew }: Options = {}): Tree {
  const where = (path: string): string => service.where(base + path);
  return {
    where,
    async read(path, wrong) {
      const judge: Judge = (answer) =>
        leadsElsewhere(answer) ?? (answer.status === 200 ? wrong?.(answer.body) : undefined);
      const cut = userData.test(path) ? { truncateAt: mostUserData } : {};
      const once = () => service.ask({ path: base + path, headers: headers?.() ?? {}, ...cut }, judge);
      let answer = await once();
      if (answer.status === 401 && renew) {
        await renew();
        answer = await once();
      }
      if (answer.status === 200) return answer.body;
      if (answer.status === 401) throw badMetadata(where(path), 'answered 401 even to a fresh token');
      if (answer.status !== 404) ask.note('warning', `${where(path)}: answered ${answer.status}, taken as not there`);
      return undefined;
    },
  };
}

/** Rejects redirects: a metadata service never redirects, but a captive portal does. */
export const leadsElsewhere: Judge = ({ status, headers }: Response) =>
  status >= 300 && status < 400 ? `answered ${status}, leading to ${headers.location ?? 'nowhere'}` : undefined;
