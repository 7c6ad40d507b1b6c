import type { Response } from '../host/host.ts';
import type { FetchContext } from './datasource.ts';
import type { Service } from './endpoint.ts';
import { badMetadata, type Tree } from './tree.ts';
import type { Judge } from './try-endpoint.ts';

interface Options {
  /** Sent with every request; asked for each time, as a token may have been renewed. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Called on 401, before asking once more. */
  readonly renew?: () => Promise<void>;
}

/** More than any reader of user-data takes: it reports so, and the rest of the metadata counts. */
const mostUserData = 5 * 2 ** 20;
const userData = /(?:^|\/)user[-_]data$/;

/** The tree below a path that ends in a slash. Not found is an answer; what is no answer is asked for again. */
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

/** Metadata is given by whom we asked or by nobody: to be sent elsewhere is what a captive portal does. */
export const leadsElsewhere: Judge = ({ status, headers }: Response) =>
  status >= 300 && status < 400 ? `answered ${status}, leading to ${headers.location ?? 'nowhere'}` : undefined;
