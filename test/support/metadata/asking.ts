import type { Facts, Platform } from '../../../agent/facts/facts.ts';
import { makeHttp } from '../../../agent/host/http.ts';
import { policyOf } from '../../../agent/metadata/backoff.ts';
import type { FetchContext } from '../../../agent/metadata/datasource.ts';
import { retryingClient } from '../../../agent/metadata/retrying-client.ts';
import { facts } from '../facts.ts';
import { type Given, type MemoryHost, memoryHost } from '../memory-host.ts';

interface Options extends Given {
  /** The URL of the service, which replaces every default address. */
  readonly url?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly facts?: Partial<Facts>;
  readonly platform?: Partial<Platform>;
  readonly seed?: string;
  readonly budgetMs?: number;
  readonly random?: () => number;
}

/** Returns the context that a datasource receives, with real HTTP and a clock that advances by the pauses. */
export function asking({ url, settings = {}, seed, budgetMs = 20_000, random = () => 0.5, ...given }: Options): {
  readonly ask: FetchContext;
  readonly host: MemoryHost;
  readonly notes: string[];
} {
  const notes: string[] = [];
  const host = memoryHost({ web: makeHttp(), ...given });
  const machine = facts({ ...given.facts, platform: { ...facts().platform, ...given.platform } });
  const all = { ...(url !== undefined && { metadata_urls: [url] }), ...settings };
  const note = (level: 'note' | 'warning', text: string): void => void notes.push(`${level}: ${text}`);
  const policy = policyOf(all);
  return {
    host,
    notes,
    ask: {
      host,
      facts: machine,
      settings: all,
      deadline: budgetMs,
      client: retryingClient({ host, policy, deadline: budgetMs, note, random }),
      seed,
      note,
    },
  };
}
