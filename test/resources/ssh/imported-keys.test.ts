import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failure, unreachable } from '../../../agent/base/http-error.ts';
import { Problem } from '../../../agent/base/problem.ts';
import type { PlanItem } from '../../../agent/engine/change.ts';
import type { ImportedKeysChange } from '../../../agent/engine/kinds/accounts.ts';
import type { Request, Response } from '../../../agent/host/host.ts';
import { applied, laws } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';

const first = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILMXJn659PB2071SNuuQa3088He8uW5OhQShhZCXA13+';
const url = 'https://keys.example.org/ann.keys';
const change: ImportedKeysChange = { kind: 'imported-keys', user: 'ann', id: 'gh:ann', url };
const plan: readonly PlanItem[] = [{ at: 'ssh_import_id[0]', changes: [change] }];
const file = '/home/ann/.ssh/authorized_keys';

type Answer = string | number | { readonly to: string };

/** Returns a machine with the account ann, whose server gives these answers in turn, the last one forever. */
function machine(...answers: readonly Answer[]) {
  const left = [...answers];
  return memoryHost({
    files: {
      '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n',
      '/etc/group': 'ann:x:1000:\n',
    },
    directories: ['/home/ann'],
    owners: { '/home/ann': '1000:1000' },
    programs: { sshd: () => '' },
    web: async ({ url }: Request): Promise<Response> => {
      const answer = (left.length > 1 ? left.shift() : left[0]) ?? 404;
      const body = new TextEncoder().encode(typeof answer === 'string' ? answer : '');
      if (typeof answer === 'object') return { status: 302, headers: { location: new URL(answer.to, url).href }, body };
      return { status: typeof answer === 'number' ? answer : 200, headers: {}, body };
    },
  });
}

async function run(...answers: readonly Answer[]) {
  const host = machine(...answers);
  const [step] = await applied(plan, host);
  const problem = step?.outcome === 'failed' ? step.problem.message : undefined;
  return { host, step, problem, text: host.text(file) };
}

describe('imported keys', () => {
  test('are added with the comment that ssh-import-id removes them by', async () => {
    const { text, step } = await run(`${first}\n`);
    assert.equal(text, `${first} # ssh-import-id gh:ann\n`);
    assert.equal(step?.outcome === 'made' && step.note, '1 key');
  });

  test('lose their options, and lines that are no keys', async () => {
    const { text, step } = await run(`command="reboot" ${first} me\n<html>\n# none\n\n`);
    assert.equal(text, `${first} me # ssh-import-id gh:ann\n`);
    assert.equal(step?.outcome === 'made' && step.note, '1 key; 1 invalid lines are skipped');
  });

  test('outlast a server that fails for a while', async () => {
    const { host, text } = await run(503, 429, first);
    assert.match(text ?? '', /^ssh-ed25519/);
    assert.equal(host.asked.length, 3);
  });

  test('are given up after five attempts', async () => {
    const { host, problem, text } = await run(500);
    assert.equal(problem, `No key was imported: ${url} answered with status 500`);
    assert.equal(host.asked.length, 5);
    assert.equal(text, undefined);
  });

  test('of an unknown account are asked for once', async () => {
    const { host, problem } = await run(404);
    assert.equal(problem, `No key was imported: ${url} answered with status 404`);
    assert.equal(host.asked.length, 1);
  });

  test('of a server that cannot be trusted are requested once, and the reason is reported', async () => {
    const inner = machine(first);
    let requests = 0;
    const http = (): Promise<Response> => {
      requests++;
      return Promise.reject(unreachable('GET', url, failure('CERT_HAS_EXPIRED')));
    };
    const [step] = await applied(plan, { ...inner, http });
    assert.match(step?.outcome === 'failed' ? step.problem.message : '', /its certificate cannot be trusted$/);
    assert.equal(requests, 1);
  });

  test('of an account without keys are an error', async () => {
    assert.equal((await run('')).problem, `gh:ann publishes no SSH key: ${url} lists none`);
  });

  test('follow a redirect to https, and none to http', async () => {
    assert.match((await run({ to: 'https://other.example.org/ann' }, first)).text ?? '', /^ssh-ed25519/);
    const { problem, text } = await run({ to: 'http://keys.example.org/ann' }, first);
    assert.match(problem ?? '', /status 302/);
    assert.equal(text, undefined);
  });

  test('that take longer than sshd waits are deferred', async () => {
    const host = { ...machine(first), http: () => Promise.reject(new Problem('fetched-late', 'GET takes too long')) };
    const [step] = await applied(plan, host);
    assert.equal(step?.outcome, 'deferred');
  });

  test('keep other keys of the user', async () => {
    const host = machine(first);
    const own = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUi9HJCTdWjTEqzl1IhlNhaT3jdWfsUBqjtxCR6ggYj mine';
    await host.writeFile(file, `${own}\n`);
    await applied(plan, host);
    assert.equal(host.text(file), `${own}\n${first} # ssh-import-id gh:ann\n`);
  });
});

laws('imported keys', plan, () => machine(first));
