import { shownUrl } from '../base/shown-url.ts';
import type { ReadHost, Request, Response } from '../host/host.ts';
import type { FetchContext } from './datasource.ts';
import type { Roots } from './retrying-client.ts';
import type { Judge } from './try-endpoint.ts';

/** A metadata service with one or more possible endpoints; after the first answer only that endpoint is used. */
export interface Service {
  /** Returns the URL of a path for messages, at the endpoint that answered or else at the first one. */
  where(path: string): string;
  ask(request: Omit<Request, 'url'> & { readonly path: string }, judge?: Judge): Promise<Response>;
}

export function serviceAt({ client: patience }: FetchContext, places: readonly string[] | Roots): Service {
  const roots = typeof places === 'function' ? places : async () => places;
  let known = typeof places === 'function' ? undefined : places[0];
  let kept: readonly string[] | undefined;
  return {
    where: (path) => shownUrl(`${known ?? ''}${path}`),
    async ask({ path, ...request }, judge) {
      const found = kept;
      const { root, answer } = await patience.askAny(
        found ? async () => found : roots,
        (root) => ({ ...request, url: root + path }),
        judge,
      );
      known = root;
      kept = [root];
      return answer;
    },
  };
}

/** The usual endpoints of a service. "%25*" in an address stands for each interface. */
export type Endpoints = readonly string[] | ((host: ReadHost) => Promise<readonly string[]>);

/** Returns the service at the endpoints from the settings of the image, or else at the usual ones. */
export function serviceFor(ask: FetchContext, usual: Endpoints): Service {
  const named = placesFor(ask, []);
  if (named.length > 0) return serviceAt(ask, named);
  if (typeof usual === 'function') return serviceAt(ask, () => usual(ask.host));
  if (!usual.some((each) => each.includes('%25*'))) return serviceAt(ask, usual);
  return serviceAt(ask, async () => {
    const interfaces = (await ask.host.list('/sys/class/net')).filter((name) => name !== 'lo');
    return usual.flatMap((each) =>
      each.includes('%25*') ? interfaces.map((name) => each.replace('*', name)) : [each],
    );
  });
}

/** Returns the endpoints from the settings of the image (cloud-init's `metadata_urls`), or else the usual ones. */
export function placesFor({ settings }: FetchContext, usual: readonly string[]): readonly string[] {
  const named = settings.metadata_urls;
  const urls = Array.isArray(named) ? named.map(String).filter((url) => /^https?:\/\//.test(url)) : [];
  return urls.length > 0 ? urls.map((url) => url.replace(/\/+$/, '')) : usual;
}
