import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Sandbox, sandbox, unable } from './support/sandbox.ts';

const skip = unable('useradd', 'visudo', 'sshd', 'ssh', 'ssh-keygen', 'unshare');
const people = 'ssh_host_keys,users,users_each_boot,passwords,ssh_authorized_keys,ssh,root_lock,ssh_host_keys_late';
const agent = `${process.execPath} ${join(import.meta.dirname, '../../agent/main.ts')} run --seed /seed --only`;
const hash = '$6$salt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/';

const userData = `#cloud-config
users:
  - default
  - {name: aliprod, uid: 355, primary_group: aliprod, homedir: /var/lib/aliprod, every: boot}
  - {name: ann, plain_text_passwd: "correct horse", groups: [grid], sudo: "ALL=(ALL) ALL", expiredate: 2099-01-31}
  - {name: bob, hashed_passwd: "${hash}", lock_passwd: true, shell: /bin/sh, gecos: Bob}
  - {name: "-rf"}
  - {name: eve, uid: 0}
  - {name: mal, sudo: "ALL=(ALL NOPASSWD:ALL"}
  - {name: zoe}
groups: [{grid: [bob, ghost]}]
`;

/** Returns a sandbox with a cloud's key in a seed, and a root account as weak as in the old images. */
function machine(more = ''): Sandbox & { readonly key: string } {
  const box = sandbox();
  const key = join(box.folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'cloud', '-f', key]);
  const shown = readFileSync(`${key}.pub`, 'utf8').trim();
  box.write('/seed/user-data', userData + more);
  box.write('/seed/meta-data', `instance-id: i-1\npublic-keys: ["${shown}"]\n`);
  box.write('/seed/key', readFileSync(key, 'utf8'));
  box.write('/root/.ssh/authorized_keys', `${shown}\n`);
  box.write('/var/lib/bootagent/fresh', '');
  return Object.assign(box, { key: shown });
}

/** Runs shell text without effect on the machine's network and hostname. */
const apart = (text: string): string => `unshare --net --uts sh -c '${text.replaceAll("'", `'\\''`)}'`;

/** Adds a network interface that is up and running. */
const card = (mac: string): string =>
  `mount -t sysfs sysfs /sys; if [ -d /sys/class/dmi ]; then mount -t tmpfs tmpfs /sys/class/dmi; fi; ip link set lo up; ip link add eth0 address ${mac} type veth peer name peer; ip link set peer up; ip link set eth0 up; until ip -o link show eth0 | grep -q "state UP"; do sleep 0.05; done`;

/** Gives the interface this address, and a default route. */
const route = (address: string): string => `ip addr add ${address}/24 dev eth0; ip route add default via 10.161.7.1`;

/** Starts sshd in the sandbox, and prints the result of each way to log in. */
const logins = `
  ip link set lo up
  mkdir -p /run/sshd
  chmod 600 /seed/key
  printf '#!/bin/sh\\necho "$SECRET"\\n' >/run/ask; chmod 700 /run/ask
  for type in rsa ecdsa ed25519; do echo "[127.0.0.1]:2222 $(cat /etc/ssh/ssh_host_\${type}_key.pub)"; done >/run/known
  /usr/sbin/sshd -p 2222 -o ListenAddress=127.0.0.1 -o PidFile=/run/sshd.pid
  common="-p 2222 -o UserKnownHostsFile=/run/known -o StrictHostKeyChecking=yes -o ConnectTimeout=60 -o ForwardX11=no"
  key() { ssh $common -o IdentitiesOnly=yes -o PasswordAuthentication=no -o BatchMode=yes -i /seed/key "$1@127.0.0.1" "$2" 2>&1; }
  word() { SECRET=$2 SSH_ASKPASS=/run/ask SSH_ASKPASS_REQUIRE=force ssh $common -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 "$1@127.0.0.1" id -un 2>&1; }
  echo "key debian: $(key debian 'id -un; sudo -n id -un' | tr '\\n' ' ')"
  echo "key root: $(key root 'id -un' | tail -n 1)"
  echo "word root: $(word root pippo123 | tail -n 1)"
  echo "word ann: $(word ann 'correct horse' | tail -n 1)"
  kill "$(cat /run/sshd.pid)"`;

const shadowOf = (box: Sandbox, name: string): string =>
  box
    .text('/etc/shadow')
    ?.split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':')[1] ?? '';

describe('people, made by the real programs', { skip }, () => {
  test('come in as they were asked to, and root does not once it is locked', async () => {
    using box = machine();
    await box.sh('echo root:pippo123 | chpasswd');
    const open = await box.sh(
      apart(
        `${agent} ${people}; echo exit $?; printf 'PermitRootLogin yes\\n' >/etc/ssh/sshd_config.d/00-x.conf; ${logins}; rm /etc/ssh/sshd_config.d/00-x.conf`,
      ),
    );
    assert.match(open.text, /^key debian: debian root $/m, open.text);
    assert.match(open.text, /^key root: root$/m, 'before the lock root comes in, so the refusals below mean something');
    assert.match(open.text, /^word root: root$/m);
    assert.match(open.text, /^word ann: ann$/m);

    box.write('/seed/user-data', `${userData}root_lock: true\nssh_pwauth: 0\n`);
    box.write('/seed/meta-data', `instance-id: i-2\npublic-keys: ["${box.key}"]\n`);
    const locked = await box.sh(apart(`${agent} ${people}; ${logins}; mkdir -p /run/sshd; sshd -t && echo sound`));
    assert.match(locked.text, /^key debian: debian root $/m, locked.text);
    assert.match(locked.text, /^key root: .*Permission denied/m);
    assert.match(locked.text, /^word root: .*Permission denied/m);
    assert.match(locked.text, /^word ann: .*Permission denied/m);
    assert.match(locked.text, /^sound$/m);
    assert.match(shadowOf(box, 'root'), /^!\$/);
  });

  test('are as the user-data says, and a mistake costs nobody else', async () => {
    using box = machine();
    const { text } = await box.sh(apart(`${agent} ${people}; id aliprod; id ann; ls -ldn /var/lib/aliprod; visudo -c`));
    assert.match(text, /uid=355\(aliprod\) gid=355\(aliprod\)/, text);
    assert.match(text, /uid=\d+\(ann\) gid=\d+\(ann\) groups=\d+\(ann\),\d+\(grid\)/);
    assert.match(text, /drwx\S+ +\d+ 355 +355 .* \/var\/lib\/aliprod/);
    const passwd = box.text('/etc/passwd') ?? '';
    assert.match(passwd, /^bob:x:\d+:\d+:Bob:\/home\/bob:\/bin\/sh$/m);
    assert.equal(shadowOf(box, 'bob'), `!${hash}`);
    assert.match(shadowOf(box, 'ann'), /^\$/);
    assert.match(box.text('/etc/group') ?? '', /^grid:x:\d+:ann,bob$/m);
    assert.match(passwd, /^zoe:/m, 'behind the mistakes');
    assert.doesNotMatch(passwd, /^(-rf|eve|ghost):/m);
    assert.match(text, /users\[4\]\.name: expected the name of a user/);
    assert.match(text, /The user eve cannot have the number 0: it is that of root/);
    assert.match(text, /visudo refuses the rule/);
    assert.equal(box.text('/etc/sudoers.d/90-bootagent-mal'), undefined);
    assert.doesNotMatch(text, /correct horse|qFmFH/);
    assert.match(text, /AUTHORIZED KEYS of debian/);
  });

  test('a second run finds nothing to do, and one forced makes nothing twice', async () => {
    using box = machine();
    await box.sh(apart(`${agent} ${people}`));
    const tables = ['/etc/passwd', '/etc/group', '/home/debian/.ssh/authorized_keys', '/etc/ssh/ssh_host_ed25519_key'];
    const before = tables.map((path) => box.text(path));
    const again = await box.sh(apart(`${agent} ${people}`));
    assert.match(again.text, /^0 changes applied/m, again.text);
    await box.sh(apart(`${agent} ${people} --force`));
    assert.deepEqual(
      tables.map((path) => box.text(path)),
      before,
    );
  });

  test('a copy launched as another machine gets its own host keys, and tells whose keys it brought', async () => {
    using box = machine();
    await box.sh(apart(`${card('02:00:00:00:00:01')}; ${route('10.161.7.25')}; ${agent} ${people}`));
    const first = box.text('/etc/ssh/ssh_host_ed25519_key');
    const other = readFileSync(join(box.folder, 'key.pub'), 'utf8').replace(/^(\S+) (\S{60})\S{2}/, '$1 $2AA');
    box.write('/home/bob/.ssh/authorized_keys', other);
    box.write('/seed/meta-data', `instance-id: i-9\npublic-keys: ["${box.key}"]\n`);
    const { text } = await box.sh(apart(`${card('02:00:00:00:00:02')}; ${route('10.161.7.26')}; ${agent} ${people}`));
    assert.notEqual(box.text('/etc/ssh/ssh_host_ed25519_key'), first);
    assert.match(
      text,
      /the image brought keys that are in neither metadata nor user-data: bob: 256 SHA256:\S+ cloud \(ED25519\)/,
      text,
    );
  });

  for (const [claim, damage] of [
    ['empty', ': >/etc/ssh/ssh_host_ed25519_key'],
    ['cut', 'truncate -s 200 /etc/ssh/ssh_host_ed25519_key'],
    ['full of zeros', 'head -c 400 /dev/zero >/etc/ssh/ssh_host_ed25519_key'],
  ] as const) {
    test(`a host key that is ${claim} is repaired, and the others stay`, async () => {
      using box = machine();
      await box.sh(apart(`${agent} ${people}`));
      const [rsa, old] = ['rsa', 'ed25519'].map((type) => box.text(`/etc/ssh/ssh_host_${type}_key`));
      const { text } = await box.sh(
        apart(
          `${damage}; ${agent} ssh_host_keys; mkdir -p /run/sshd; sshd -t && echo sound; ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key | cut -d" " -f1,2; cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub`,
        ),
      );
      assert.match(text, /^sound\n(ssh-ed25519 \S+)\n\1$/m, text);
      assert.equal(box.text('/etc/ssh/ssh_host_rsa_key'), rsa);
      assert.notEqual(box.text('/etc/ssh/ssh_host_ed25519_key'), old);
    });
  }

  test('a name from the address is the kernel’s at once, without D-Bus', async () => {
    using box = machine('hostname_from_ip: {domain: hltcloud}\n');
    box.write('/etc/hosts', '127.0.0.1 localhost\n10.161.7.2 other\n10.161.7.25 old\n');
    const dress = `${card('02:00:00:00:00:01')}; ${route('10.161.7.25')}`;
    const { text } = await box.sh(
      apart(
        `${dress}; ${agent} hostname,hostname_from_ip,manage_etc_hosts; hostname; cat /etc/hostname; ip addr flush dev eth0; ${route('10.161.7.26')}; ${agent} hostname_from_ip; hostname`,
      ),
    );
    assert.match(text, /^wn-007-025\.hltcloud\nwn-007-025\.hltcloud$/m, text);
    assert.match(text, /^wn-007-026\.hltcloud$/m, text);
    const hosts = (box.text('/etc/hosts') ?? '').split('\n').filter((line) => !line.startsWith('#'));
    assert.deepEqual(hosts, [
      '127.0.0.1 localhost',
      '10.161.7.2 other',
      '10.161.7.26 wn-007-026.hltcloud wn-007-026',
      '',
    ]);
  });

  test('are put in a tree that does not run, and what only a machine can do is told', async () => {
    using box = sandbox();
    box.write('/tree/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n');
    box.write('/tree/etc/group', 'root:x:0:\n');
    box.write('/tree/etc/shadow', `root:${hash}:20000:0:99999:7:::\n`);
    box.write('/tree/root/kept', '');
    const bob = `{name: bob, uid: 1500, hashed_passwd: "${hash}", sudo: "ALL=(ALL) ALL"}`;
    const asked = `users: [${bob}]\nroot_lock: true\n`;
    await box.sh('mkdir -p /tree/home');
    const first = await box.agent(asked, '--root', '/tree', '--only', people);
    assert.match(box.text('/tree/etc/passwd') ?? '', /^bob:x:1500:/m, first.text);
    assert.match(box.text('/tree/etc/shadow') ?? '', new RegExp(`^root:!${hash.replaceAll('$', '\\$')}:`, 'm'));
    assert.equal(box.text('/tree/etc/ssh/sshd_config.d/01-bootagent.conf'), 'PermitRootLogin no\n');
    assert.match(first.text, /SSH host keys: generate \(deferred: at the next boot/);
    assert.equal(box.text('/tree/etc/ssh/ssh_host_rsa_key'), undefined);
    const second = await box.agent(asked, '--root', '/tree', '--only', people);
    assert.match(second.text, /^Nothing was due/m, second.text);
  });
});
