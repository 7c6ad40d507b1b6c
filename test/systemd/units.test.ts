import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const folder = join(import.meta.dirname, '../../systemd');
const names = readdirSync(folder).filter((name) => /\.(service|target)$/.test(name));
const lock = 'bootagent-metadata-lock.service';
/** The services that run the agent at a boot. */
const services = names.filter((name) => name.endsWith('.service') && name !== lock);

/** The directives in use that systemd 239 (Enterprise Linux 8) supports, from its manual pages. */
const known239 = new Set([
  ...[
    'Description',
    'Documentation',
    'Wants',
    'After',
    'Before',
    'Conflicts',
    'RequiresMountsFor',
    'DefaultDependencies',
  ],
  ...['ConditionPathExists', 'ConditionKernelCommandLine'],
  ...[
    'Type',
    'RemainAfterExit',
    'ExecStart',
    'ExecStop',
    'SuccessExitStatus',
    'TimeoutStartSec',
    'KillMode',
    'OOMScoreAdjust',
    'TasksMax',
    'StartupCPUWeight',
  ],
  ...['Environment', 'UnsetEnvironment', 'SyslogIdentifier', 'StandardOutput'],
  ...['WantedBy', 'Also'],
]);

const settings = (name: string): readonly (readonly [key: string, value: string])[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);

const values = (name: string, key: string) =>
  settings(name)
    .filter(([each]) => each === key)
    .flatMap(([, value]) => value.split(' '));

describe('the units', () => {
  for (const name of names) {
    test(`${name} uses nothing that systemd 239 does not know`, () => {
      assert.deepEqual(
        settings(name).flatMap(([key]) => (known239.has(key) ? [] : [key])),
        [],
      );
    });

    test(`${name} is ordered against neither multi-user.target nor sysinit.target's beginning, nor a socket`, () => {
      const order = [...values(name, 'Before'), ...values(name, 'After')];
      assert.ok(!order.includes('multi-user.target'));
      assert.ok(!values(name, 'Before').includes('sysinit.target'));
      assert.ok(!order.some((each) => each.endsWith('.socket')));
      assert.deepEqual(values(name, 'DefaultDependencies'), ['no']);
    });
  }

  test('keep the same variables out of every process', () => {
    const [first = [], ...others] = services.map((name) => values(name, 'UnsetEnvironment'));
    for (const name of [
      'NODE_OPTIONS',
      'NODE_REPL_EXTERNAL_MODULE',
      'NODE_V8_COVERAGE',
      'LD_PRELOAD',
      'LD_AUDIT',
      'BASH_ENV',
    ]) {
      assert.ok(first.includes(name), name);
    }
    for (const other of others) assert.deepEqual(other, first);
  });

  test('run each stage once among them, in order', () => {
    const stages = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'].flatMap((name) =>
      values(name, 'ExecStart')
        .join(' ')
        .replace(/^.*bootagent run /, '')
        .split(' '),
    );
    assert.deepEqual(stages, ['local', 'early', 'main', 'final']);
  });

  test('have nobody wait for a network, but are behind one that somebody wants', () => {
    for (const name of names) assert.ok(!values(name, 'Wants').includes('network-online.target'), name);
    assert.ok(values('bootagent-final.service', 'After').includes('network-online.target'));
  });

  test('that run the agent are enabled by the preset; the lock of the metadata is asked for', () => {
    const preset = readFileSync(join(folder, '80-bootagent.preset'), 'utf8');
    const lines = [...services.map((name) => `enable ${name}`), `disable ${lock}`];
    assert.deepEqual(preset.trim().split('\n').sort(), lines.sort());
  });
});
