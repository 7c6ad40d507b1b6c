import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BootReport } from '../../agent/boot-report/boot-report.ts';
import { sendReport } from '../../agent/boot-report/send-report.ts';
import type { Request, Response } from '../../agent/host/host.ts';
import type { ReportSettings } from '../../agent/userdata/schema/report-settings.ts';
import type { Webhook } from '../../agent/userdata/schema/reporting-settings.ts';
import { memoryHost } from '../support/memory-host.ts';
import { timelineOfBoot } from '../support/timelines.ts';

const report = (state: string): BootReport => ({
  schema_version: 1,
  agent: '1',
  state,
  boot_id: 'b',
  time: 1,
  seconds: 1,
  seconds_by_stage: {},
  failures: [],
});

const url = 'http://receiver.example/v1';

/** Sends a report to a receiver that answers with these statuses, one after the other; the last is repeated. */
async function sent(
  sinks: Partial<ReportSettings>,
  state: string,
  answers: readonly (number | 'down')[],
  headers = {},
) {
  const requests: Request[] = [];
  const host = memoryHost({
    web: async (request): Promise<Response> => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? 'down';
      requests.push(request);
      if (answer === 'down') throw new Error('connection refused');
      return { status: answer, headers, body: new Uint8Array() };
    },
  });
  const began = host.now();
  const failed = await sendReport(
    { report: report(state), timeline: undefined },
    { report: { url, on: 'failure', token: undefined, textfile: undefined, ...sinks } },
    host,
    { random: () => 0.5 },
  );
  return { host, requests, failed, ms: host.now() - began };
}

describe('a report', () => {
  for (const [on, state, count] of [
    ['failure', 'done', 0],
    ['failure', 'problems', 1],
    ['failure', 'failed', 1],
    ['always', 'done', 1],
  ] as const)
    test(`on ${on} of a boot that is ${state} is sent ${count === 0 ? 'never' : 'once'}`, async () => {
      const { requests, failed } = await sent({ on }, state, [204]);
      assert.deepEqual([requests.length, failed], [count, []]);
    });

  test('is a POST of JSON with the token', async () => {
    const [request] = (await sent({ token: 't0ken' }, 'failed', [200])).requests;
    assert.deepEqual([request?.method, request?.url], ['POST', url]);
    assert.deepEqual(request?.headers, { 'content-type': 'application/json', authorization: 'Bearer t0ken' });
    assert.deepEqual(JSON.parse(request?.body ?? ''), report('failed'));
  });

  test('is sent again while the receiver is down or busy', async () => {
    const { requests, failed } = await sent({}, 'failed', ['down', 503, 429, 200]);
    assert.deepEqual([requests.length, failed], [4, []]);
  });

  test('is given up within a minute, with the reason', async () => {
    for (const headers of [{}, { 'retry-after': '3600' }]) {
      const { requests, failed, ms } = await sent({}, 'failed', [503], headers);
      assert.ok(requests.length <= 8 && ms <= 60_000, `${requests.length} requests in ${ms} ms`);
      assert.match(
        failed.join(),
        /^The boot was not reported to http:\/\/receiver\.example\/v1: it answered with 503 \(attempts: \d\)$/,
      );
    }
  });

  test('that is refused is not sent again, and its URL is shown without secrets', async () => {
    const { requests, failed } = await sent(
      { url: 'http://me:s3cret@receiver.example/v1?key=s3cret' },
      'failed',
      [403],
    );
    assert.equal(requests.length, 1);
    assert.doesNotMatch(failed.join(), /s3cret/);
  });

  test('goes to the textfile at each boot, and a receiver that is down does not prevent that', async () => {
    const textfile = '/var/lib/prometheus/bootagent.prom';
    const { host, failed } = await sent({ textfile }, 'done', ['down']);
    assert.match(host.text(textfile) ?? '', /^bootagent_boot_state\{state="done"\} 1$/m);
    assert.deepEqual([host.mode(textfile), failed], ['0644', []]);
    const down = await sent({ textfile }, 'failed', ['down']);
    assert.match(down.host.text(textfile) ?? '', /^bootagent_boot_state\{state="failed"\} 1$/m);
    assert.equal(down.failed.length, 1);
  });
});

describe('a webhook of cloud-init', () => {
  const endpoint = 'http://maas.example/events';
  const sentTo = async (webhook: Partial<Webhook>, answers: readonly number[]) => {
    const requests: Request[] = [];
    const host = memoryHost({
      web: async (request): Promise<Response> => {
        requests.push(request);
        return {
          status: answers[Math.min(requests.length, answers.length) - 1] ?? 500,
          headers: {},
          body: new Uint8Array(),
        };
      },
    });
    const given = { report: report('done'), timeline: timelineOfBoot() };
    const failed = await sendReport(given, { webhooks: [{ endpoint, ...webhook }] }, host, { random: () => 0.5 });
    return { requests, failed };
  };

  test('gets each event of the boot as a POST of JSON, in order', async () => {
    const { requests, failed } = await sentTo({}, [200]);
    assert.deepEqual([requests.length, failed], [16, []]);
    const bodies = requests.map(({ body }) => JSON.parse(body ?? ''));
    assert.deepEqual([bodies[0].name, bodies.at(-1).name], ['init-local', 'modules-final']);
    assert.deepEqual([bodies.at(-1).event_type, bodies.at(-1).result], ['finish', 'WARN']);
    assert.ok(requests.every(({ method, url }) => method === 'POST' && url === endpoint));
  });

  test('that is busy gets an event again, as often as "retries" says', async () => {
    assert.equal((await sentTo({}, [503, 503, 200])).requests.length, 18);
    const { requests, failed } = await sentTo({ retries: 1 }, [200, 503]);
    assert.equal(requests.length, 3);
    assert.match(failed.join(), /^Only 1 of 16 events .* answered with 503 \(attempts: 2\)$/);
  });

  test('that refuses an event gets no more of them', async () => {
    const { requests, failed } = await sentTo({}, [200, 200, 404]);
    assert.equal(requests.length, 3);
    assert.match(failed.join(), /^Only 2 of 16 events of cloud-init were sent to http:\/\/maas\.example\/events: /);
  });

  test('has a time limit for each request, which the settings may lower', async () => {
    assert.equal((await sentTo({ timeoutMs: 1500 }, [200])).requests[0]?.timeoutMs, 1500);
    assert.equal((await sentTo({ timeoutMs: 3_600_000 }, [200])).requests[0]?.timeoutMs, 10_000);
  });
});
