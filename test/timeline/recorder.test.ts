import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failure, unreachable } from '../../agent/base/http-error.ts';
import { Problem } from '../../agent/base/problem.ts';
import type { Host } from '../../agent/host/host.ts';
import { redactor } from '../../agent/report/redact.ts';
import { pictureLayout } from '../../agent/timeline/layout.ts';
import { timelinesOf } from '../../agent/timeline/model.ts';
import { recordsIn } from '../../agent/timeline/record.ts';
import { bootRecorder } from '../../agent/timeline/recorder.ts';
import { memoryHost } from '../support/memory-host.ts';

/** Returns a host whose clock the test moves; programs and requests take the given time. */
function machine(web: Record<string, string | number> = {}) {
  let now = 1000;
  const inner = memoryHost({ programs: { mkswap: () => '', true: () => '' }, web });
  const host: Host = {
    ...inner,
    now: () => now,
    clock: () => 1_700_000_000_000,
    run: async (argv) => {
      now += argv[0] === 'true' ? 2 : 300;
      return inner.run(argv);
    },
    http: async (request) => {
      now += 40;
      return inner.http(request);
    },
    sleep: async (ms) => {
      now += ms;
    },
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { host, pass };
}

const asItIs = <T>(value: T): T => value;

const of = { boot: 'b', agent: '1', stages: ['main'], state: 'done' };

describe('the recorder', () => {
  test('records stages, modules, commands, programs, requests and waits with their times', async () => {
    const { host, pass } = machine({
      'GET http://10.0.0.1/a?token=(hidden)': 200,
      'GET http://10.0.0.1/a?token=s3cret': 'x',
    });
    const recorder = bootRecorder(host, 50);
    const { report } = recorder;
    report({ event: 'stage-began', stage: 'main' });
    await recorder.host.http({ url: 'http://10.0.0.1/a?token=s3cret' });
    report({ event: 'instance', id: 'i-1', datasource: 'ec2', how: 'ec2 http://10.0.0.1', standing: 'new', keys: 1 });
    report({ event: 'module-began', module: 'swap', stage: 'main' });
    await recorder.host.run(['/usr/sbin/mkswap', '/swapfile']).catch(() => {});
    await recorder.host.run(['true']);
    await recorder.host.sleep(500);
    pass(7);
    report({
      event: 'script-item',
      module: 'runcmd',
      report: { item: 2, of: 2, code: 3, ms: 7, command: 'setup --now', at: 'runcmd[1]' },
    });
    report({ event: 'module-ended', module: 'swap', result: { state: 'made', ms: 1 } });
    report({ event: 'run-ended', result: { state: 'done', changes: 1, ms: 1 } });
    const { spans, ...record } = recorder.ended(of, asItIs);
    assert.deepEqual(record, {
      v: 1,
      ...of,
      instance: 'i-1',
      clock: 1_700_000_000_000,
      process: 950,
      began: 1000,
      ms: 849,
    });
    const shown = spans.map(({ kind, name, at, ms, module, result }) => [kind, name, at, ms, module, result]);
    assert.deepEqual(
      shown,
      [
        ['stage', 'main', 1000, 849, undefined, undefined],
        ['request', 'GET http://10.0.0.1/a?token=(hidden)', 1000, 40, undefined, '200'],
        ['identity', 'ec2 http://10.0.0.1', 1000, 40, undefined, undefined],
        ['module', 'swap', 1040, 809, undefined, 'changed'],
        ['program', 'mkswap /swapfile', 1040, 300, 'swap', undefined],
        ['wait', 'pause before the next attempt', 1342, 500, 'swap', undefined],
        ['command', 'runcmd[1] setup --now', 1842, 7, 'swap', 'exit 3'],
      ].toSorted((a, b) => Number(a[2]) - Number(b[2]) || Number(b[3]) - Number(a[3])),
    );
  });

  test('records a request without an answer, with its error', async () => {
    const { host } = machine();
    const recorder = bootRecorder(
      { ...host, http: async () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })) },
      0,
    );
    await assert.rejects(recorder.host.http({ url: 'http://10.0.0.1/' }));
    assert.deepEqual(
      recorder.ended(of, asItIs).spans.map(({ result }) => result),
      ['ECONNREFUSED'],
    );
  });

  for (const [name, error, result] of [
    ['a refused connection', unreachable('GET', 'http://10.0.0.1/', failure('ECONNREFUSED')), 'ECONNREFUSED'],
    ['a certificate', unreachable('GET', 'https://10.0.0.1/', failure('CERT_HAS_EXPIRED')), 'CERT_HAS_EXPIRED'],
    ['an answer that is too large', unreachable('GET', 'http://10.0.0.1/', failure('TOO_LARGE')), 'TOO_LARGE'],
    ['an error without a code', unreachable('GET', 'http://10.0.0.1/', new Error('x')), 'failed'],
    ['a problem without a cause', new Problem('fetched-late', 'x'), 'fetched-late'],
  ] as const)
    test(`records a request that failed for ${name} with its reason, and the picture shows it as failed`, async () => {
      const { host } = machine();
      const fails = async () => Promise.reject(error);
      const recorder = bootRecorder({ ...host, http: fails, send: fails }, 0);
      await assert.rejects(recorder.host.http({ url: 'http://10.0.0.1/' }), error);
      await assert.rejects(recorder.host.send({ url: 'http://10.0.0.1/', method: 'POST' }), error);
      const record = recorder.ended(of, asItIs);
      assert.deepEqual(
        record.spans.map((each) => each.result),
        [result, result],
      );
      const [boot] = timelinesOf([record]);
      assert.ok(boot);
      const requests = pictureLayout(boot).rows.filter(({ kind }) => kind === 'request');
      assert.deepEqual(
        requests.map(({ failed }) => failed),
        [true, true],
      );
    });

  test('keeps the longest spans of very many, and all stages', async () => {
    const { host } = machine();
    const recorder = bootRecorder(host, 0);
    recorder.report({ event: 'stage-began', stage: 'final' });
    recorder.report({ event: 'run-ended', result: { state: 'done', changes: 0, ms: 0 } });
    for (let count = 0; count < 1000; count++) await recorder.host.sleep(20 + count);
    const { spans } = recorder.ended(of, asItIs);
    assert.equal(spans.length, 400);
    assert.ok(spans.some(({ kind }) => kind === 'stage'));
    assert.ok(spans.every(({ kind, ms }) => kind === 'stage' || ms >= 620));
  });

  describe('names', () => {
    const secret = 'S3cret-begin-and-end';

    /** Returns the name of the only span, a program with these arguments. */
    async function nameOf(...rest: readonly string[]): Promise<string> {
      const recorder = bootRecorder(machine().host, 0);
      await recorder.host.run(['mkswap', ...rest]);
      const secrets = redactor();
      // Known only after the span.
      secrets.add(secret);
      return recorder.ended(of, secrets.clean).spans[0]?.name ?? '';
    }

    for (const before of [133, 140, 145, 150])
      test(`show nothing of a secret that begins at character ${before + 8}`, async () => {
        const name = await nameOf('x'.repeat(before), secret);
        assert.doesNotMatch(name, /S3/);
        assert.ok(name.length <= 160 && name.startsWith(`mkswap ${'x'.repeat(before)} `), name);
      });

    test('are cut after secrets are hidden, which makes them shorter', async () => {
      const name = await nameOf(...Array.from({ length: 12 }, () => secret), 'last');
      assert.equal(name, `mkswap ${'(hidden) '.repeat(12)}last`);
    });

    test('of more than 64 KiB consist of their first word, since a secret may be longer than what is kept', async () => {
      assert.equal(await nameOf('x'.repeat(2 ** 16)), 'mkswap ...');
      assert.match(await nameOf('x'.repeat(2 ** 16 - 7)), /^mkswap x{153}$/);
    });
  });

  test('makes a record that is read as it was written', () => {
    const { host } = machine();
    const record = bootRecorder(host, 0).ended(of, asItIs);
    assert.deepEqual(recordsIn(`${JSON.stringify(record)}\n`), [record]);
  });
});
