import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BootReport } from '../../agent/boot-report/boot-report.ts';
import { type ReportSinks, sendReport } from '../../agent/boot-report/send-report.ts';
import type { Request, Response } from '../../agent/host/host.ts';
import { memoryHost } from '../support/memory-host.ts';

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
async function sent(sinks: Partial<ReportSinks>, state: string, answers: readonly (number | 'down')[], headers = {}) {
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
  const failed = await sendReport(report(state), { url, on: 'failure', ...sinks }, host, () => 0.5);
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
