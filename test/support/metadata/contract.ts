import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import type { Platform } from '../../../agent/facts/facts.ts';
import type { Request } from '../../../agent/host/host.ts';
import { makeHttp } from '../../../agent/host/http.ts';
import type { Datasource, Instance } from '../../../agent/metadata/datasource.ts';
import { readUserData } from '../../../agent/userdata/read-user-data.ts';
import { asking } from './asking.ts';
import type { Description } from './description.ts';
import type { dialects } from './dialects.ts';
import type { Fault } from './faults.ts';
import { serveMetadata } from './server.ts';

/** A datasource and the dialect that it is tested with. */
export interface ContractCase {
  readonly source: Datasource;
  readonly dialect: keyof typeof dialects;
  readonly me: Description;
  readonly platform?: Partial<Platform>;
  /** The path of the instance-id. */
  readonly identity: RegExp;
  /** The answer with the identity is JSON or YAML, so that broken JSON is invalid there. */
  readonly structured?: true;
  /** The path of the user-data; undefined where it is part of the document with the identity. */
  readonly userData?: RegExp;
  readonly expected: Partial<Instance>;
  readonly requests: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Why it cannot run here. */
  readonly skip?: string | false;
}

/** A fault of the answer that contains the instance-id, and the message about it. */
interface Trouble extends Omit<Fault, 'on' | 'times'> {
  readonly told: RegExp;
  /** Not reported if the request succeeds: redirects within the host are followed. */
  readonly quiet?: true;
}

const busy = (status: number, headers: Fault['headers'] = {}): Trouble => ({
  does: 'status',
  status,
  headers,
  told: new RegExp(`answered ${status}$`),
});

const faults: readonly Trouble[] = [
  { does: 'reset', told: /the connection was cut$/ },
  { does: 'silence', told: /no answer in time$/ },
  busy(500),
  busy(503),
  busy(503, { 'retry-after': '2' }),
  busy(429),
  busy(429, { 'retry-after': '1' }),
  { does: 'html', told: /a web page where metadata was expected$/ },
  { does: 'elsewhere', told: /answered 302, leading to http:\/\/portal\.invalid\/$/ },
  { does: 'loop', told: /answered 302, leading to \/\S+$/, quiet: true },
  { does: 'truncated', told: /the connection was cut$/ },
  { does: 'garbage', told: /the answer is not HTTP$/ },
  { does: 'chunked-garbage', told: /the answer is not HTTP$/ },
  { does: 'binary', told: /(?:binary data where a text was expected|no JSON|no token)$/ },
  { does: 'bad-json', told: /(?:no JSON|no token|no instance-id: that is one word|line 1.*)$/ },
  { does: 'huge', told: /the answer is too large$/ },
  { does: 'drip', told: /no answer in time$/ },
];

const nameOf = ({ does, status, headers = {} }: Trouble): string =>
  `${does}${status ? ` ${status}` : ''}${headers['retry-after'] ? ' with Retry-After' : ''}`;

async function fetched(
  { source, dialect, me, platform = {}, settings: own }: ContractCase,
  given: readonly Fault[],
  more: Record<string, unknown> = {},
  web = makeHttp(),
  last = false,
) {
  const clock = { now: () => 0 };
  const service = await serveMetadata(me, { dialects: [dialect], faults: given, now: () => clock.now() });
  // A short timeout only for answers that never come: a busy machine is slow to give a good answer.
  const timeout = given.some(({ does }) => does === 'silence' || does === 'drip') ? 1 : 10;
  const settings = { timeout, metadata_urls: [service.url], seedfrom: `${service.url}/seed/`, ...own, ...more };
  const { ask, notes, host } = asking({ web, settings, budgetMs: 90_000, platform });
  clock.now = host.now;
  try {
    const instance = await source.fetch({ ...ask, last }).catch((error: Error) => error);
    return { instance, notes, requests: service.requests.length, connections: service.connections() };
  } finally {
    await service.close();
  }
}

/** Runs every fault against a network datasource. */
export function datasourceContract(each: ContractCase): void {
  const { me, userData, skip = false } = each;
  const [key = ''] = Object.values(me.keys);
  suite(`${each.source.name}, spoken as ${each.dialect}`, { concurrency: 4, skip }, () => {
    test(`tells who the instance is, in ${each.requests} requests and one connection`, async () => {
      const { instance, notes, requests, connections } = await fetched(each, []);
      assert.ok(instance && !(instance instanceof Error));
      const { metadata, ...rest } = each.expected;
      const { metadata: told, ...others } = instance;
      assert.deepEqual(others, rest);
      if (metadata) assert.deepEqual(told, metadata);
      assert.deepEqual([requests, connections, notes], [each.requests, 1, []]);
    });

    for (const { told, quiet, ...fault } of faults) {
      // Invalid JSON may be a valid plain value.
      if (fault.does === 'bad-json' && !each.structured) continue;

      test(`outlasts two of: ${nameOf({ ...fault, told })}`, async () => {
        const { instance, notes } = await fetched(each, [{ ...fault, on: each.identity, times: 2 }]);
        assert.ok(instance && !(instance instanceof Error), String(instance));
        assert.deepEqual([instance.id, instance.publicKeys], [me.id, [key]]);
        assert.doesNotMatch(notes.join('\n'), /TOKEN/);
        if (quiet) return;
        const [, where = '', reason = ''] =
          /^note: (\S+ \S+): (.+) \(attempt 1\), again in /.exec(notes[0] ?? '') ?? [];
        assert.match(where, each.identity, String(notes[0]));
        assert.match(where, /^(?:GET|PUT) http:\/\/127\.0\.0\.1:/);
        assert.match(reason, told);
      });

      test(`gives up where it goes on for ever: ${nameOf({ ...fault, told })}`, async () => {
        const { instance } = await fetched(each, [{ ...fault, on: each.identity }], { attempts: 2 });
        assert.ok(instance instanceof Error);
        const [, where = '', reason = ''] =
          /^(\S+ \S+): (.+); gave up after 2 failed attempts in \d+ s$/.exec(instance.message) ?? [];
        assert.match(where, each.identity, instance.message);
        assert.match(reason, told);
      });
    }

    test('outlasts a service that is not there at first', async () => {
      const http = makeHttp();
      let asked = 0;
      const web = (request: Request) =>
        http(asked++ < 2 ? { ...request, url: request.url.replace(/:\d+\//, ':1/') } : request);
      const { instance, notes } = await fetched(each, [], {}, web);
      assert.ok(instance && !(instance instanceof Error));
      assert.equal(instance.id, me.id);
      assert.match(notes[0] ?? '', /: the connection was refused \(attempt 1\), again in /);
    });

    test('outlasts a service that is out for a while', async () => {
      const { instance, notes } = await fetched(each, [{ does: 'status', status: 503, untilMs: 10_000 }]);
      assert.ok(instance && !(instance instanceof Error));
      assert.equal(instance.id, me.id);
      assert.ok(notes.length >= 2, notes.join('\n'));
    });

    if (userData) partialData(each, userData, key);

    test('finds nobody, or says so, where everything is missing', async () => {
      const { instance, notes } = await fetched(each, [{ does: 'missing' }]);
      assert.ok(instance === undefined || instance instanceof Error);
      assert.ok(instance instanceof Error || notes.length > 0);
    });

    test('ends at once on a clear no', async () => {
      const { instance, requests } = await fetched(each, [{ does: 'status', status: 403 }]);
      assert.ok(instance === undefined || instance instanceof Error);
      assert.ok(requests <= 3, `${requests} requests`);
    });
  });
}

/** Faults of the user-data alone, where it has a path of its own. */
function partialData(each: ContractCase, userData: RegExp, key: string): void {
  const { me } = each;
  test('takes user-data without an end for what is too long, asks once, and knows the rest', async () => {
    const { instance, requests } = await fetched(each, [{ does: 'huge', on: userData }]);
    assert.ok(instance && !(instance instanceof Error), String(instance));
    assert.deepEqual([instance.id, instance.publicKeys, requests], [me.id, [key], each.requests]);
    const { findings } = await readUserData(instance.userData, { source: 'user-data' });
    assert.match(findings.map(({ message }) => message).join(), /^more than 4194304 bytes$/);
  });

  test('keeps to identity and keys in the last stage, where the user-data cannot be had', async () => {
    const broken: Fault[] = [{ does: 'status', status: 500, on: userData }];
    const { instance, notes } = await fetched(each, broken, { attempts: 2 }, makeHttp(), true);
    assert.ok(instance && !(instance instanceof Error), String(instance));
    assert.deepEqual([instance.id, instance.publicKeys, instance.userData], [me.id, [key], undefined]);
    assert.match(notes.join('\n'), /data\S*: answered 500; gave up after 2 failed attempts in \d+ s: left out/);
    const early = await fetched(each, broken, { attempts: 2 });
    assert.ok(early.instance instanceof Error, 'as long as somebody asks again');
  });
}
