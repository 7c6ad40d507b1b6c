import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { groupOf, isServedAlike } from '../../agent/host/unit-process.ts';

describe('the folder of a control group', () => {
  for (const [line, unified, folder, isSystemds] of [
    ['0::/system.slice/bootagent.service', true, '/sys/fs/cgroup/system.slice/bootagent.service', true],
    ['0::/system.slice/bootagent.service', false, '/sys/fs/cgroup/unified/system.slice/bootagent.service', false],
    ['1:name=systemd:/system.slice/b.service', false, '/sys/fs/cgroup/systemd/system.slice/b.service', true],
    ['4:cpu,cpuacct:/', false, '/sys/fs/cgroup/cpu,cpuacct/', false],
  ] as const) {
    test(`of ${line}, ${unified ? 'one tree' : 'many trees'}`, () =>
      assert.deepEqual(groupOf(line, unified), { folder, isSystemds }));
  }
});

describe('what a process has from its unit', () => {
  const sleeping = (command: string, env: Readonly<Record<string, string>> = {}) =>
    spawn('sh', ['-c', `${command}; echo ready; exec sleep 60`], { env: { ...process.env, ...env } });
  for (const [claim, command, env, expected] of [
    ['is what we have', ':', {}, true],
    ['is that also where it was called anew', ':', { INVOCATION_ID: 'another', SHLVL: '7' }, true],
    ['is something else by a variable', ':', { https_proxy: 'http://10.0.0.1:3128' }, false],
    ['is something else by a limit', 'ulimit -c 17', {}, false],
  ] as const) {
    test(claim, async () => {
      const child = sleeping(command, env);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      assert.equal(isServedAlike(String(child.pid)), expected);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.on('exit', resolve));
    });
  }

  test('is nothing where it has ended', () => assert.equal(isServedAlike('4194305'), false));
});
