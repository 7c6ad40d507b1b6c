import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runningHandler } from '../../../agent/resources/units/running.ts';
import { memoryHost } from '../../support/memory-host.ts';

describe('a unit that is to run', () => {
  const table: readonly (readonly [says: string, started: string | undefined, stopped: string | undefined])[] = [
    ['ActiveState=active\n', undefined, 'is running'],
    ['ActiveState=activating\nJob=17\n', undefined, 'is running'],
    ['ActiveState=reloading\n', undefined, 'is running'],
    // At the start of a boot: its start job is queued.
    ['Job=203\nActiveState=inactive\n', undefined, 'is running'],
    ['Job=0\nActiveState=inactive\n', 'is not running', undefined],
    ['ActiveState=inactive\n', 'is not running', undefined],
    ['ActiveState=failed\n', 'is not running', undefined],
    ['ActiveState=deactivating\n', 'is not running', undefined],
  ];
  for (const [says, started, stopped] of table) {
    test(`where systemd says ${JSON.stringify(says)}`, async () => {
      const host = memoryHost({ programs: { systemctl: () => says } });
      const compare = (is: 'started' | 'stopped') =>
        runningHandler.compare({ kind: 'running', unit: 'a.service', is }, host);
      assert.equal(await compare('started'), started);
      assert.equal(await compare('stopped'), stopped);
    });
  }
});
