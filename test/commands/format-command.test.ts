import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { formatCommand } from '../../agent/commands/format-command.ts';

test('a command that is advised means the same when a shell reads it', () => {
  const root = `/mnt/my image $(reboot) 'a'`;
  const typed = formatCommand('seal', { root, only: 'logs,mail', yes: '' });
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${typed}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  assert.deepEqual(words, ['bootagent', 'seal', '--root', root, '--only', 'logs,mail', '--yes']);
});
