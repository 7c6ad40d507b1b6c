import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Facts } from '../../../agent/facts/facts.ts';
import { adapt } from '../../../modules/commands/adapt-legacy.ts';
import { secretsIn } from '../../../modules/commands/secrets-in-commands.ts';
import { facts } from '../../support/facts.ts';

const today = facts({ programs: ['systemctl'] });
const adapted = (items: readonly string[], on: Facts) => adapt(items, { facts: on, at: (index) => `runcmd[${index}]` });
const notesOf = (items: readonly string[], on: Facts = today): string[] =>
  adapted(items, on).notes.map(({ text }) => text);

describe('commands of another age', () => {
  test('are left alone where there is nothing to do', () => {
    const items = [
      'echo service condor start',
      "'ls' '/selinux'",
      'cat /sys/fs/selinux/enforce',
      'condor_store_cred query',
    ];
    assert.deepEqual(adapted(items, today), { items, before: undefined, notes: [] });
    const old = facts({ programs: ['systemctl', 'service', 'chkconfig', 'ifconfig'] });
    const kept = ['service condor start', 'chkconfig condor on', 'ifconfig eth0 up'];
    assert.deepEqual(adapted(kept, old), { items: kept, before: undefined, notes: [] });
  });

  test('are told, each with its place', () => {
    const items = [
      "'service' 'autofs' 'forcerestart'",
      'chkconfig condor on',
      'echo 0 > /selinux/enforce',
      "IP=$( ifconfig eth0 | grep 'inet addr:' )",
      'if true; then\n  service network restart\nfi',
      "'condor_store_cred' 'add' '-c' '-p' 's3cret'",
    ];
    assert.deepEqual(notesOf(items), [
      '"service" is done by systemctl (runcmd[0], runcmd[4])',
      'chkconfig is not installed: systemctl runs in its place (runcmd[1])',
      'ifconfig is answered in its old words, with the address that the default route has (runcmd[3])',
      'the password of condor_store_cred goes in by standard input, not on its command line (runcmd[5])',
      '/selinux/enforce is /sys/fs/selinux/enforce here (runcmd[2])',
    ]);
  });

  test('that no program of today knows are done even where the program is left', () => {
    const left = facts({ programs: ['systemctl', 'service', 'ifconfig'] });
    assert.equal(notesOf(['service autofs forcerestart'], left).length, 1);
    assert.equal(notesOf(['service network restart'], left).length, 1);
    assert.equal(notesOf(["ifconfig eth0 | grep 'inet addr:'"], left).length, 1);
  });

  for (const [before, after] of [
    ['/sbin/service condor start', 'service condor start'],
    ['sudo -n /usr/sbin/chkconfig condor on', 'chkconfig condor on'],
    ['a && /sbin/chkconfig a on || true', 'a && chkconfig a on || true'],
    ["'/usr/sbin/condor_store_cred' 'add' '-c' '-p' 'x'", "condor_store_cred 'add' '-c' '-p' 'x'"],
    ["'sh' '-c' 'service a start; service b start'", '(\nservice a start; service b start\n)'],
    ["/bin/bash -c 'condor_store_cred add -c -p x'", '(\ncondor_store_cred add -c -p x\n)'],
    ["sh -c 'service a start'; echo more", "sh -c 'service a start'; echo more"],
    ['echo 0 > /selinux/enforce', 'echo 0 > /sys/fs/selinux/enforce'],
    ['echo 0 >/mnt/selinux/enforce', 'echo 0 >/mnt/selinux/enforce'],
  ] as const) {
    test(`${before} becomes ${after}`, () => {
      assert.deepEqual(adapted([before], today).items, [after]);
    });
  }

  test('lose nothing where SELinux is disabled', () => {
    const disabled = facts({ selinux: 'disabled' });
    assert.deepEqual(adapted(['echo 0 > /selinux/enforce'], disabled).items, ['echo 0 > /dev/null']);
    assert.deepEqual(notesOf(['echo 0 > /selinux/enforce'], disabled), [
      '/selinux/enforce is /dev/null here, since SELinux is disabled (runcmd[0])',
    ]);
  });
});

describe('the secrets of a list of commands', () => {
  for (const [items, secrets] of [
    [["'condor_store_cred' 'add' '-c' '-p' 'it'\\''s'"], ["it's"]],
    [['condor_store_cred -p "a \\"b\\" c" add -c && echo -p no'], ['a "b" c']],
    [['condor_store_cred add -c \\\n  -p abc\\ d; rm x'], ['abc d']],
    [['S=top', 'condor_store_cred add -c -p "$S"'], ['top']],
    [['export POOL="to p"\ncondor_store_cred add -c -p $POOL'], ['to p']],
    [['sh -c "condor_store_cred add -c -p inner"'], ['inner']],
    [['condor_store_cred add -c -p "$(cat /x)"'], []],
    [['condor_store_cred add -c -f /x'], []],
    [["echo 'root:it is' | chpasswd"], ['it is']],
    [['echo -e "a:b1:2\\nc:d4" | sudo /usr/sbin/chpasswd -e'], ['b1:2', 'd4']],
    [['chpasswd <<EOF\nann:s3cret\nEOF'], ['s3cret']],
    [['chpasswd <<< "ann:s3cret"'], ['s3cret']],
    [['echo s3cret | passwd --stdin root'], ['s3cret']],
    [
      ['mysql -u root -ps3cret -e "select 1"', 'mysql -p db', 'mysqldump --password=other x'],
      ['s3cret', 'other'],
    ],
    [['mysqladmin -u root password n3w'], ['n3w']],
    [
      ['curl -fsS -u ann:s3cret https://x', 'curl --user=bob:p2 https://x', 'curl -u ann https://x'],
      ['s3cret', 'p2'],
    ],
    [['curl -H "Authorization: Bearer abc.def" https://x'], ['abc.def']],
    [['git clone https://ann:t0k@host/x.git', 'curl http://host:8080/a@b'], ['t0k']],
    [
      ['DB_PASSWORD=s3cret ./run', "export API_KEY='k e y'"],
      ['s3cret', 'k e y'],
    ],
    [['PASSWORD=$(cat /x)', 'TOKEN=$T', 'USE_PASSWORD=yes', 'PASSWORDS=no', 'PasswordAuthentication=no'], []],
    [['T=s3cret', 'docker login --password $T'], ['s3cret']],
    [
      ['useradd -p abc y', 'sshpass -p abc2 ssh x'],
      ['abc', 'abc2'],
    ],
  ] as const) {
    test(`of ${items.join(' ; ')}: ${secrets.join()}`, () => {
      assert.deepEqual(secretsIn(items).toSorted(), [...secrets].toSorted());
    });
  }
});

/** Runs adapted commands, with stubs that record their arguments and their input. */
function ran(items: readonly string[], shell: string): string {
  using scratch = mkdtempDisposableSync(join(tmpdir(), 'bootagent-verbatim-'));
  const folder = scratch.path;
  const log = join(folder, 'log');
  for (const name of ['systemctl', 'condor_store_cred', 'ip']) {
    const more = {
      systemctl:
        '[ "$1" != cat ] || exit 1; case "$*" in *late*After*|*After*late*) echo bootagent-final.service;; esac',
      condor_store_cred: 'cat >>"$0.in"; exit 3',
      ip: 'case "$*" in *link*) exit 1;; *route*) echo "default via 10.0.0.1 dev lo proto dhcp";; *) echo "1: lo    inet 10.161.7.25/20 brd x";; esac',
    }[name];
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>${log}\n${more}\n`);
    chmodSync(path, 0o755);
  }
  writeFileSync(log, '');
  const { items: lines, before = '' } = adapted(items, today);
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  const out = execFileSync(shell, ['-c', `${before}\n${lines.join('\n')}\n`], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const input = join(folder, 'condor_store_cred.in');
  const read = lines.join().includes('condor_store_cred') ? readFileSync(input, 'utf8') : '';
  return `${readFileSync(log, 'utf8')}${read}${out}`.replaceAll(/systemctl show .*\n/g, '');
}

for (const shell of ['dash', 'bash']) {
  describe(`in ${shell}`, () => {
    for (const [command, result] of [
      ['service condor start', 'systemctl start condor.service\n'],
      ['service autofs forcerestart', 'systemctl restart autofs.service\n'],
      ['service late.service start', 'systemctl --no-block start late.service\n'],
      ['chkconfig condor on', 'systemctl enable condor.service\n'],
      ['chkconfig --level 345 condor off', 'systemctl disable condor.service\n'],
      [
        'service network restart',
        'systemctl cat network.service\nbootagent: there is no service "network" here, and nothing needs it restarted\n',
      ],
      ["condor_store_cred add -c -p 's3 cr$t'; echo $?", 'condor_store_cred add -c\ns3 cr$t\n3\n'],
      ['S=\'x\'; condor_store_cred -p "$S" add -c || echo failed', 'condor_store_cred add -c\nx\nfailed\n'],
    ] as const) {
      test(`${command} is done`, () => {
        assert.equal(ran([command], shell), result);
      });
    }

    test("an address is found as the worker node's script looks for it", () => {
      const script = String.raw`IP=$( ifconfig eth0 | grep 'inet addr:' | sed -e 's/\s*inet addr:// ; s/\s.*$//' )
echo "[$IP]"
ifconfig eth0 | sed -n 's/.*Mask:/mask /p'`;
      assert.match(ran([script], shell), /\[10\.161\.7\.25\]\nmask 255\.255\.240\.0\n$/);
    });
  });
}
