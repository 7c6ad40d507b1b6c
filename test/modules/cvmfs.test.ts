import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { edited } from '../../agent/edits/index.ts';
import { cvmfs } from '../../modules/cvmfs.ts';
import { applied, laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan } from '../support/settings.ts';

const asked =
  'cvmfs: {http_proxy: "http://proxy:3128", repositories: [alice.cern.ch, sft.cern.ch], quota_limit: 20000}';
const fileOf = (yaml: string): string => {
  const edit = plan(cvmfs, yaml)[0]?.changes[0];
  return edit?.kind === 'edit' ? edited('', edit.edit) : '';
};

describe('cvmfs', () => {
  test('plans nothing unless asked', () => {
    assert.deepEqual(plan(cvmfs, 'hostname: a'), []);
  });

  test('writes default.local, sets CVMFS up, and has autofs look at it', () => {
    assert.equal(
      fileOf(asked),
      'CVMFS_HTTP_PROXY=http://proxy:3128\nCVMFS_REPOSITORIES=alice.cern.ch,sft.cern.ch\nCVMFS_QUOTA_LIMIT=20000\n',
    );
    const [edit, ...rest] = plan(cvmfs, asked)[0]?.changes ?? [];
    assert.deepEqual(rest, [
      { kind: 'cvmfs', does: 'setup', follows: edit },
      { kind: 'cvmfs', does: 'reload', follows: edit },
      { kind: 'service', unit: 'autofs.service', boot: 'enabled' },
      { kind: 'notify', what: 'restart', unit: 'autofs.service', follows: edit },
      { kind: 'running', unit: 'autofs.service', is: 'started' },
      { kind: 'cvmfs', does: 'probe', follows: edit },
    ]);
  });

  test('is read by a shell as it was meant', () => {
    const value = `a b;"c" $HOME \`id\` it's \\ *`;
    const text = fileOf(`cvmfs: {http_proxy: [a, "b;DIRECT"], parameters: {CVMFS_X: ${JSON.stringify(value)}}}`);
    const sourced = execFileSync('sh', ['-c', `${text}printf '%s|%s' "$CVMFS_HTTP_PROXY" "$CVMFS_X"`]).toString();
    assert.equal(sourced, `a;b;DIRECT|${value}`);
  });

  test('keeps what others wrote in default.local', () => {
    const edit = plan(cvmfs, 'cvmfs: {client_profile: single}')[0]?.changes[0];
    assert.equal(
      edit?.kind === 'edit' && edited('# mine\nCVMFS_CLIENT_PROFILE=\nCVMFS_X=1\n', edit.edit),
      '# mine\nCVMFS_CLIENT_PROFILE=single\nCVMFS_X=1\n',
    );
  });

  test('mounts by systemd where there is no autofs', () => {
    const changes = plan(cvmfs, 'cvmfs: {http_proxy: DIRECT, repositories: my-x.cern.ch, mount: systemd}')[0]?.changes;
    const automount = changes?.find((each) => each.kind === 'running');
    assert.equal(automount?.unit, 'cvmfs-my\\x2dx.cern.ch.automount');
    const path = '/etc/systemd/system/cvmfs-my\\x2dx.cern.ch';
    const paths = changes?.flatMap((each) => (each.kind === 'file' ? [each.path] : []));
    assert.deepEqual(paths, [`${path}.mount`, `${path}.automount`]);
  });

  test('warns where nothing would be mounted', () => {
    assert.deepEqual(plan(cvmfs, 'cvmfs: {mount: systemd}')[0]?.notes, [
      { level: 'warning', text: 'without http_proxy, or client_profile: single, CVMFS mounts nothing' },
      { level: 'warning', text: 'mount: systemd mounts only "repositories", and none is named' },
    ]);
  });

  for (const [settings, found] of [
    ['{http_proxy: "a\\nb"}', '1:21 cvmfs.http_proxy: expected a proxy, or a list of them, got "a\\nb"'],
    [
      '{repositories: ../x}',
      '1:23 cvmfs.repositories: expected the name of a repository, or a list of them, got "../x"',
    ],
    ['{parameters: {"A;B": 1}}', '1:22 cvmfs.parameters: expected the name of a parameter, got "A;B"'],
    ['{quota_limit: lots}', '1:22 cvmfs.quota_limit: expected a whole number, got "lots"'],
  ] as const) {
    test(`tells what is wrong with ${settings}`, () => {
      assert.deepEqual(foundIn(cvmfs, `cvmfs: ${settings}`), [`user-data:${found}`]);
    });
  }

  const machine = (programs: Parameters<typeof memoryHost>[0] = {}) => {
    const state = { enabled: false, started: false };
    return memoryHost({
      files: { '/usr/lib/systemd/system/autofs.service': '' },
      ...programs,
      programs: {
        systemctl: ([verb, what]) => {
          if (verb === 'enable') state.enabled = true;
          if (what === 'start') state.started = true;
          if (verb === 'is-enabled') return state.enabled ? 'enabled' : 'disabled';
          return verb === 'show' && state.started ? 'ActiveState=active\n' : 'ActiveState=inactive\n';
        },
        cvmfs_config: () => '',
        'systemd-run': () => '',
        ...programs.programs,
      },
    });
  };
  laws('cvmfs', plan(cvmfs, asked), () => machine());

  test('is tried in the background, where nobody waits for it', async () => {
    const host = machine();
    await applied(plan(cvmfs, asked), host);
    assert.equal(
      host.did.at(-1),
      'run systemd-run --unit=bootagent-cvmfs-probe.service --no-block --property=Type=oneshot --remain-after-exit cvmfs_config probe',
    );
  });
});
