import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change } from '../../agent/engine/change.ts';
import type { Difference, StateHandler } from '../../agent/engine/handler.ts';
import type { Host } from '../../agent/host/host.ts';
import { handlerOf } from '../../agent/resources/index.ts';
import { type Given, memoryHost } from '../support/memory-host.ts';

const tree: Given = {
  offline: true,
  files: {
    '/etc/hosts': '127.0.0.1 localhost\n',
    '/etc/motd': 'hello\n',
    '/etc/passwd': 'root:x:0:0:::\nann:x:1000:1000::/home/ann:/bin/sh\n',
    '/etc/ifcfg-eth0': 'DEVICE=eth0\nHWADDR=52:54:00:00:00:01\n',
    '/etc/ssh/sshd_config': 'PermitRootLogin yes\n',
    '/home/ann/file': 'x',
    '/var/log/messages': 'old',
    '/tmp/a': '1',
  },
};

const changes: readonly Change[] = [
  { kind: 'file', path: '/etc/motd', content: 'world\n', append: true },
  { kind: 'edit', path: '/etc/hosts', edit: { syntax: 'lines', drop: '^::1 ', put: '::1 localhost' } },
  { kind: 'without-lines', globs: ['/etc/ifcfg-*'], lines: 'HWADDR=' },
  { kind: 'emptied', globs: ['/var/log/*'] },
  { kind: 'removed', globs: ['/tmp/*'] },
  { kind: 'removed-user', name: 'ann' },
  { kind: 'sshd', keyword: 'PermitRootLogin', value: 'no' },
];

const refuse = (what: string) => async (): Promise<never> => assert.fail(`${what} is called again`);

/** Returns the host without the reads that compare has made already. */
const withoutReads = (host: Host): Host => ({
  ...host,
  readText: refuse('readText'),
  readBytes: refuse('readBytes'),
  list: refuse('list'),
});

describe('apply uses what compare read', () => {
  for (const change of changes) {
    test(`${change.kind}: without another read, and with the same result as without an observation`, async () => {
      const handler = handlerOf(change);
      assert.ok(handler.sort === 'state');
      const [observed, alone] = [memoryHost(tree), memoryHost(tree)];
      const found = await differenceOf(handler, change, observed);
      await handler.apply(change, withoutReads(observed), found);
      await handler.apply(change, alone);
      assert.notDeepEqual(observed.did, []);
      assert.deepEqual(observed.nodes, alone.nodes);
      assert.equal(await handler.compare(change, observed), undefined);
    });
  }
});

async function differenceOf(handler: StateHandler<Change>, change: Change, host: Host): Promise<Difference> {
  const found = await handler.compare(change, host);
  assert.ok(typeof found === 'object' && 'why' in found);
  return found;
}
