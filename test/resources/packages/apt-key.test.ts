import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../../agent/engine/change.ts';
import { dearmored } from '../../../agent/resources/packages/openpgp.ts';
import { applied, laws } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { armoredKey, fingerprint } from '../../support/openpgp.ts';

const url = 'https://keys.example.org/key.asc';
const path = '/etc/apt/trusted.gpg.d/a.gpg';
const plan = (more: { readonly fingerprint?: string } = {}, from = url): readonly PlanItem[] => [
  { at: 'apt.sources.a', changes: [{ kind: 'apt-key', path, url: from, ...more }] },
];
const machine = (answer: string | number = armoredKey) => memoryHost({ web: { [`GET ${url}`]: answer } });

async function run(items: readonly PlanItem[], host = machine()) {
  const [step] = await applied(items, host);
  return { host, problem: step?.outcome === 'failed' ? step.problem.message : undefined };
}

describe('the key of a repository', () => {
  test('is written in binary', async () => {
    const { host } = await run(plan());
    assert.deepEqual(await host.readBytes(path), dearmored(armoredKey));
    assert.equal(host.mode(path), '0644');
  });

  for (const id of [fingerprint, fingerprint.slice(-16), fingerprint.slice(-8)]) {
    test(`with the id ${id} is taken`, async () => {
      const { problem } = await run(plan({ fingerprint: id }));
      assert.equal(problem, undefined);
    });
  }

  test('that is another than the one asked for is refused, and not written', async () => {
    const { host, problem } = await run(plan({ fingerprint: '0000000000000000' }));
    assert.equal(problem, `${url} gave another key: ${fingerprint}, not 0000000000000000`);
    assert.equal(host.nodes.has(path), false);
  });

  test('that is no key is refused', async () => {
    const { problem } = await run(plan(), machine('<html>'));
    assert.equal(problem, `${url} gave no key: there is no public key in ASCII armor`);
  });

  test('that the server does not have costs its repository, and that is told', async () => {
    const { problem } = await run(plan(), machine(404));
    assert.equal(
      problem,
      `The key of the repository is missing, so the repository is not added: ${url} answered with status 404`,
    );
  });

  test('is read from a file, in either form', async () => {
    const binary = dearmored(armoredKey);
    assert.notEqual(typeof binary, 'string');
    for (const content of [armoredKey, binary]) {
      const host = memoryHost({ files: { '/srv/key': content } });
      assert.equal((await run(plan({}, 'file:///srv/key'), host)).problem, undefined);
      assert.deepEqual(await host.readBytes(path), binary);
    }
    assert.match((await run(plan({}, 'file:///srv/none'))).problem ?? '', /there is no file \/srv\/none$/);
  });
});

laws('the key of a repository', plan({ fingerprint }), () => machine());
