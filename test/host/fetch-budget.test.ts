import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../agent/base/problem.ts';
import { readSettings } from '../../agent/config/settings.ts';
import type { PlanItem } from '../../agent/engine/change.ts';
import { fetchBudget, fetchBudgetMs } from '../../agent/host/fetch-budget.ts';
import type { Request, Response } from '../../agent/host/host.ts';
import { instance } from '../support/facts.ts';
import { applied } from '../support/laws.ts';
import { type MemoryHost, memoryHost } from '../support/memory-host.ts';

const ok = (body: string): Response => ({ status: 200, headers: {}, body: Buffer.from(body) });
const unreachable = (code: string): Problem =>
  new Problem('datasource-unreachable', code, { cause: Object.assign(new Error(code), { code }) });

type Server = (request: Request, pass: (ms: number) => Promise<void>) => Promise<Response>;
const servers: Readonly<Record<'quick' | 'slow' | 'silent' | 'refusing' | 'busy', Server>> = {
  quick: async () => ok('content'),
  slow: async ({ timeoutMs = 10_000 }, pass) => {
    await pass(Math.min(6_000, timeoutMs));
    if (timeoutMs < 6_000) throw unreachable('ETIMEDOUT');
    return ok('content');
  },
  silent: async ({ timeoutMs = 10_000 }, pass) => {
    await pass(timeoutMs);
    throw unreachable('ETIMEDOUT');
  },
  refusing: async () => {
    throw unreachable('ECONNREFUSED');
  },
  busy: async () => ({ status: 503, headers: {}, body: new Uint8Array() }),
};

/** Returns a machine before sshd starts: the server that the URL names answers its requests. */
function machine(): { inner: MemoryHost; budget: ReturnType<typeof fetchBudget> } {
  const inner: MemoryHost = memoryHost({
    web: (request) => {
      const name = new URL(request.url).hostname as keyof typeof servers;
      return servers[name](request, (ms) => inner.sleep(ms));
    },
  });
  return { inner, budget: fetchBudget(inner) };
}

const files = (...names: (keyof typeof servers)[]): readonly PlanItem[] =>
  names.map((name, index) => ({
    at: `write_files[${index}]`,
    changes: [{ kind: 'download', path: `/${index}`, url: `http://${name}/x`, otherwise: 'instead' }],
  }));

describe('what is fetched before sshd', () => {
  for (const [names, outcomes] of [
    [
      ['quick', 'quick'],
      ['made', 'made'],
    ],
    [
      ['slow', 'slow', 'slow'],
      ['made', 'made', 'made'],
    ],
    [
      ['slow', 'slow', 'slow', 'slow', 'slow'],
      ['made', 'made', 'made', 'deferred', 'deferred'],
    ],
    [['silent'], ['deferred']],
    [
      ['silent', 'quick'],
      ['deferred', 'deferred'],
    ],
    [
      ['quick', 'silent', 'silent', 'slow'],
      ['made', 'deferred', 'deferred', 'deferred'],
    ],
    [['refusing'], ['deferred']],
    [
      ['busy', 'quick'],
      ['deferred', 'deferred'],
    ],
  ] as const) {
    test(`shares one budget: ${names.join(', ')}`, async () => {
      const { inner, budget } = machine();
      const plan = files(...names);
      const steps = await applied(plan, budget.host as MemoryHost);
      assert.deepEqual(
        steps.map(({ outcome }) => outcome),
        outcomes,
      );
      assert.ok(inner.now() <= fetchBudgetMs, `sshd waits ${inner.now()} ms`);
      assert.equal(
        budget.isSpent(),
        outcomes.some((each) => each === 'deferred'),
      );
      for (const step of steps)
        if (step.outcome === 'deferred')
          assert.match(
            step.because,
            /^after sshd: (?:.*: no answer in time|No time is left to fetch again) \(sshd waits 20 s /,
          );
      outcomes.forEach((outcome, index) => {
        assert.equal(inner.text(`/${index}`), outcome === 'made' ? 'content' : undefined);
      });
    });
  }

  test('counts the time of fetching alone', async () => {
    const { inner, budget } = machine();
    await inner.sleep(60_000);
    assert.deepEqual(
      (await applied(files('slow'), budget.host as MemoryHost)).map(({ outcome }) => outcome),
      ['made'],
    );
  });

  test('and is late is fetched behind sshd, with all the time it takes', async () => {
    const { inner } = machine();
    const steps = await applied(files('busy', 'quick'), inner);
    assert.deepEqual(
      steps.map(({ outcome }) => outcome),
      ['made', 'made'],
    );
    assert.deepEqual([inner.text('/0'), inner.text('/1')], ['instead', 'content']);
  });

  test('holds for includes too: one that is silent costs the budget once, and is reported', async () => {
    const { inner, budget } = machine();
    const userData = Buffer.from('#include\nhttp://silent/a\nhttp://silent/b\nhttp://quick/c\n');
    const { findings } = await readSettings(instance({ userData }), [], {
      include: async (url) => (await budget.host.http({ url })).body,
    });
    assert.ok(inner.now() <= fetchBudgetMs);
    assert.equal(findings.length, 3);
    assert.ok(findings.every(({ message }) => message.includes('sshd waits 20 s for all fetches')));
    assert.ok(budget.isSpent());
  });
});
