import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leftovers } from '../../modules/leftovers.ts';
import { context } from '../support/facts.ts';
import { laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { plan } from '../support/settings.ts';

const files = { '/root/anaconda-ks.cfg': 'rootpw --iscrypted $6$', '/var/log/anaconda/anaconda.log': 'x' };
const paths = ['/etc/selinux/config', '/root/anaconda-ks.cfg', '/var/log/anaconda'];

describe('leftovers', () => {
  const atFirst = { ...context({ paths }), newMachine: true };

  test('of the installer go from a new machine', () => {
    const globs = ['/root/anaconda-ks.cfg', '/var/log/anaconda'];
    assert.deepEqual(plan(leftovers, 'a: 1', atFirst), [{ at: 'leftovers', changes: [{ kind: 'removed', globs }] }]);
  });

  test('stay on a known machine, where nothing is searched', () => {
    assert.deepEqual(plan(leftovers, 'a: 1', { ...atFirst, newMachine: false }), []);
    assert.deepEqual(plan(leftovers, 'a: 1', { ...context({ paths: [] }), newMachine: true }), []);
  });

  laws('leftovers', plan(leftovers, 'a: 1', atFirst), () => memoryHost({ files }));
});
