import { failure, unreachable } from '../../agent/base/http-error.ts';
import { ec2 } from '../../agent/datasources/ec2.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import type { ReadHost, Request, Response } from '../../agent/host/host.ts';
import { identify, type Selection, type TriesBySource } from '../../agent/identity/select-datasource.ts';
import { patient as policy } from '../../agent/metadata/backoff.ts';
import { retryingClient } from '../../agent/metadata/retrying-client.ts';
import type { Clock } from './clock.ts';
import type { SimulatedService } from './service.ts';

/** One guest; resolves to whether it identified its instance. */
export type Guest = (clock: Clock, service: SimulatedService, random: () => number) => Promise<boolean>;

/** Time budgets in ms of the boot stages that fetch metadata. */
const budgets = [20_000, 300_000] as const;

/**
 * A guest that runs bootagent's own code: detection, the EC2 source, retries, both stages. Only network and time are
 * simulated; `restMs` is the time between the stages.
 */
export const bootagent =
  (facts: Facts, { restMs = 5_000 }: { readonly restMs?: number } = {}): Guest =>
  async (clock, service, random) => {
    const host = guestHost(clock, service);
    let tries: TriesBySource = {};
    for (const budgetMs of budgets) {
      const answer: Selection = await identify({
        host,
        facts,
        named: [ec2.alias],
        settings: {},
        stage: 'network',
        deadline: clock.now() + budgetMs,
        note: () => {},
        tries,
        random,
      });
      if (answer.instance) return true;
      ({ tries } = answer);
      await clock.sleep(restMs);
    }
    return false;
  };

/** A guest that applies only bootagent's retry policy, to a number of requests. */
export const patient =
  (requests: number): Guest =>
  async (clock, service, random) => {
    const host = guestHost(clock, service);
    const asking = retryingClient({ host, policy, deadline: clock.now() + 320_000, note: () => {}, random });
    try {
      for (let request = 0; request < requests; request++) await asking.ask({ url: `http://service/${request}` });
      return true;
    } catch {
      return false;
    }
  };

/** A guest that sends `requests` requests in sequence, with the pauses of another policy. */
export const by =
  (
    requests: number,
    pauseAfter: (failures: number, random: () => number, request: number) => number | undefined,
    timeoutMs: (request: number) => number = () => 10_000,
  ): Guest =>
  async (clock, service, random) => {
    for (let request = 0; request < requests; request++) {
      for (let failures = 1; (await service.ask(timeoutMs(request))) !== 200; failures++) {
        const pause = pauseAfter(failures, random, request);
        if (pause === undefined) return false;
        await clock.sleep(pause);
      }
    }
    return true;
  };

const values: Readonly<Record<string, string>> = {
  'instance-id': 'i-0abc',
  'local-hostname': 'w',
  'placement/availability-zone': 'site-1a',
  'public-keys/': '0=a',
  'public-keys/0/openssh-key': 'ssh-ed25519 AAAA a',
};

function guestHost(clock: Clock, service: SimulatedService): ReadHost {
  const nothing = async () => undefined;
  return {
    offline: false,
    root: '/',
    privileged: true,
    readText: nothing,
    readBytes: nothing,
    stat: nothing,
    list: async () => [],
    readLink: nothing,
    space: nothing,
    query: async () => ({ code: 0, stdout: '', stderr: '' }),
    http: (request) => answer(request, service),
    now: clock.now,
    clock: clock.now,
    sleep: clock.sleep,
  };
}

async function answer({ url, method = 'GET', timeoutMs }: Request, service: SimulatedService): Promise<Response> {
  // These guests have only IPv4: requests to an IPv6 address fail locally.
  if (url.startsWith('http://[')) throw unreachable(method, url, failure('ENETUNREACH'));
  const status = await service.ask(timeoutMs);
  if (status === 0) throw unreachable(method, url, failure('ETIMEDOUT'));
  if (status !== 200) return { status, headers: {}, body: new Uint8Array() };
  const [, name = ''] = /\/meta-data\/(.*)$/.exec(url) ?? [];
  const text = method === 'PUT' ? 'TOKEN' : url.endsWith('/user-data') ? '#cloud-config\n' : values[name];
  return { status: text === undefined ? 404 : 200, headers: {}, body: new TextEncoder().encode(text ?? '') };
}
