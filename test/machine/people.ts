import assert from 'node:assert/strict';
import { appendFile, chmod, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Boot, soundBoot } from './support/boot.ts';
import { type Container, container } from './support/container.ts';
import { type Visitor, visitor } from './support/login.ts';
import { run, unable } from './support/scratch.ts';
import { metadataService } from './support/service.ts';
import type { Release } from './support/trees.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm', 'ssh', 'ssh-keygen', 'openssl');

/** The root password of the old images. */
const rootPassword = 'pippo123';
const [annsPassword, dansPassword] = ['correct horse', 'battery staple'];
const hashOf = (password: string) =>
  run('openssl', ['passwd', '-6', '-salt', 'salt', password]).then((all) => all.trim());

const probe = {
  passwd: 'cat /etc/passwd',
  shadow: 'cat /etc/shadow',
  group: 'cat /etc/group',
  home: "stat --format='%a %u:%g %n' /var/lib/aliprod",
  modes: "stat --format='%a %U %n' /home/debian/.ssh /home/debian/.ssh/authorized_keys",
  visudo: 'visudo -c',
  sudoers: 'ls /etc/sudoers.d',
  keys: 'cat /etc/ssh/ssh_host_*_key.pub',
  fingerprints: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -l -f $key | cut -d" " -f 2; done',
  authorized: 'cat /home/*/.ssh/authorized_keys',
  // The state just before sshd started, and calls of ssh-keygen by other units.
  before: 'cat /run/before-sshd',
  keygen: 'cat /run/keygen',
  hosts: 'cat /etc/hosts',
  told: 'bootagent status',
  issue: 'cat /run/issue.d/bootagent.issue',
  elsewhere: 'ls -A /root/owned /srv/elsewhere /srv/ivy 2>/dev/null | grep -v -e bash -e profile',
};

const imageHosts = '127.0.0.1 localhost\n10.161.7.2 other\n10.161.7.250  neighbour # kept\n';

/** An image with typical leftovers: a weak root account, host keys, a hosts line for a former address. */
async function image(release: Release): Promise<Container> {
  const machine = await container(release, { probe });
  const { root } = machine;
  await run('usermod', ['--root', root, '--password', await hashOf(rootPassword), 'root']);
  await appendFile(join(root, 'etc/ssh/sshd_config'), '\nPermitRootLogin yes\nPasswordAuthentication yes\n');
  for (const type of ['rsa', 'ecdsa', 'ed25519']) {
    await run('ssh-keygen', [
      '-q',
      '-t',
      type,
      '-N',
      '',
      '-C',
      'image',
      '-f',
      join(root, `etc/ssh/ssh_host_${type}_key`),
    ]);
  }
  await machine.write('/etc/bootagent/bootagent.yaml', 'datasource_list: [Ec2]\n');
  await machine.write('/etc/hosts', imageHosts);
  // Red Hat generates missing host keys with units of its own; Debian gets the same units here.
  const keygen = 'ConditionFileNotEmpty=|!/etc/ssh/ssh_host_%i_key\n[Service]\nType=oneshot';
  await machine.write(
    '/etc/systemd/system/sshd-keygen@.service',
    `[Unit]\n${keygen}\nExecStart=/usr/local/sbin/ssh-keygen -q -t %i -N "" -f /etc/ssh/ssh_host_%i_key\n`,
  );
  const units = ['rsa', 'ecdsa', 'ed25519'].map((type) => `sshd-keygen@${type}.service`).join(' ');
  await machine.write('/etc/systemd/system/sshd-keygen.target', `[Unit]\nWants=${units}\n`);
  await machine.write(
    '/etc/systemd/system/ssh.service.d/keygen.conf',
    '[Unit]\nWants=sshd-keygen.target\nAfter=sshd-keygen.target\n[Service]\nExecStartPre=/usr/local/sbin/before-sshd\n',
  );
  await machine.write(
    '/usr/local/sbin/before-sshd',
    '#!/bin/sh\n{ cat /etc/ssh/ssh_host_*_key.pub; id aliprod; hostname; } >/run/before-sshd 2>&1; exit 0\n',
    0o755,
  );
  await machine.write(
    '/usr/local/sbin/ssh-keygen',
    '#!/bin/sh\ncase "$*" in *-t*) echo "$@" >>/run/keygen ;; esac\nexec /usr/bin/ssh-keygen "$@"\n',
    0o755,
  );
  return machine;
}

/** Lets root log in by key before it is locked, so that the later refusal means something. */
async function withKeyForRoot(machine: Container, { shown }: Visitor): Promise<void> {
  await machine.write('/root/.ssh/authorized_keys', `${shown}\n`, 0o600);
  await chmod(join(machine.root, 'root/.ssh'), 0o700);
}

const people = async () => `#cloud-config
hostname_from_ip: {domain: hltcloud}
users:
  - default
  - {name: aliprod, uid: 355, primary_group: aliprod, homedir: /var/lib/aliprod, every: boot}
  - {name: ann, plain_text_passwd: "${annsPassword}", groups: [grid], sudo: "ALL=(ALL) ALL"}
  - {name: bob, shell: /bin/sh, gecos: Bob}
  - {name: dan, hashed_passwd: "${await hashOf(dansPassword)}"}
  - {name: gone, hashed_passwd: "${await hashOf(dansPassword)}", expiredate: 2001-01-01}
  - {name: zoe}
  - {name: eli, ssh_redirect_user: true}
groups: [{grid: [bob]}]
chpasswd:
  expire: false
  users:
    - {name: zoe, type: text, password: "${annsPassword}"}
    - {name: bob, type: RANDOM}
`;

/** User-data of another machine, whose image is a copy of the first: no login by password, none at all for root. */
const locked = `#cloud-config
hostname_from_ip: {domain: hltcloud}
users: [{name: ops, sudo: "ALL=(ALL) NOPASSWD:ALL"}]
root_lock: true
ssh_pwauth: false
`;

/** User-data with many invalid values, followed by a valid user. */
const mistaken = (key: string): string => `#cloud-config
hostname: "$(touch /root/owned)"
hostname_from_ip: {domain: hltcloud}
root_lock: true
groups:
  - /etc/passwd: [zoe]
  - grid: [ghost, zoe]
users:
  - default
  - name: "-rf"
  - name: ../x
  - name: "a:b"
  - name: "a\\nb"
  - name: Zoë
  - name: ${'l'.repeat(300)}
  - name: $(touch /root/owned)
  - {name: eve, uid: 0}
  - {name: mal, sudo: "ALL=(ALL NOPASSWD:ALL"}
  - {name: ivy, ssh_authorized_keys: ["${key}"]}
  - {name: kim, ssh_authorized_keys: ["${key}"]}
  - {name: zoe, ssh_authorized_keys: ["ssh-rsa AAAA"], shell: /bin/sh}
`;
/** The findings: key, words of the source line, and message. */
const refused = [
  ['hostname', 'touch /root/owned', 'expected a host name'],
  ['groups[0]./etc/passwd', '/etc/passwd:', 'expected the name of a group'],
  ['users[1].name', '"-rf"', 'expected the name of a user'],
  ['users[2].name', '../x', 'expected the name of a user'],
  ['users[3].name', 'a:b', 'expected the name of a user'],
  ['users[4].name', 'a\\nb', 'expected the name of a user'],
  ['users[5].name', 'Zoë', 'expected the name of a user'],
  ['users[6].name', 'lll', 'expected the name of a user'],
  ['users[7].name', 'name: $(touch', 'expected the name of a user'],
  ['users[12].ssh_authorized_keys[0]', 'ssh-rsa AAAA', 'it is truncated'],
  ['users[8]', 'eve', 'The user eve cannot have the number 0: it is that of root'],
  ['users[9].sudo', 'mal', 'visudo refuses the rule'],
  ['users[10].ssh_authorized_keys', 'ivy', '/home/ivy is a link'],
  ['users[11].ssh_authorized_keys', 'kim', '/home/kim/.ssh is a link'],
] as const;

const accountOf = (boot: Boot, table: string, name: string): readonly string[] =>
  boot
    .read(table)
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':') ?? [];

/** Returns the agent's lines about changes and failures. */
const changesIn = (boot: Boot): readonly string[] =>
  boot.read('journal').match(/bootagent\[\d+\]: (?:\d+ changes? made.*|[+~≈x] .*)/g) ?? [];

const last = (said: string): string => said.trim().split('\n').at(-1) ?? '';

/** Returns the last output of each way to log in. */
async function logins(machine: Container, first: Visitor): Promise<Readonly<Record<string, string>>> {
  return {
    'debian by key': (await first.byKey(machine, 'debian', 'id -un; sudo -n id -un')).replaceAll('\n', ' '),
    'root by key': last(await first.byKey(machine, 'root')),
    'root by password': last(await first.byPassword(machine, 'root', rootPassword)),
    'ann by password': last(await first.byPassword(machine, 'ann', annsPassword)),
    'dan by password': last(await first.byPassword(machine, 'dan', dansPassword)),
    'gone by password': last(await first.byPassword(machine, 'gone', dansPassword)),
  };
}

/** Returns the host keys that the machine presents, by type. */
const hostKeys = (text: string): readonly string[] => text.match(/(?:ssh|ecdsa)-\S+ AAAA\S+/g) ?? [];

const machineState = ['passwd', 'shadow', 'group', 'keys', 'authorized', 'hosts', 'hostname', 'sudoers'] as const;

describe('people and names of a machine in a cloud', { skip }, () => {
  test('first boot, reboots, and an unsealed copy of it as another machine', async (t) => {
    await using machine = await image('bookworm');
    const first = await visitor(machine.folder, 'first');
    const second = await visitor(machine.folder, 'second');
    await withKeyForRoot(machine, first);
    const ofImage = hostKeys(await readFile(join(machine.root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8'));
    const tried: Readonly<Record<string, string>>[] = [];
    const visit = async (visiting: Visitor) => void tried.push(await logins(machine, visiting));

    const service = metadataService(machine.network.server, machine.folder);
    await service.serve({ id: 'i-a', keys: { first: first.shown }, userData: await people() }, 'imdsv2');
    const boot = await machine.boot(() => visit(first));
    await service.silence();

    await t.test('who should come in does, with the fetched key and sudo, and as yet root too', () => {
      soundBoot(boot);
      assert.deepEqual(tried[0], {
        'debian by key': 'debian root ',
        'root by key': 'root',
        'root by password': 'root',
        'ann by password': 'ann',
        'dan by password': 'dan',
        'gone by password': `Connection closed by ${machine.network.address} port 22`,
      });
      assert.equal(boot.read('modes'), '700 debian /home/debian/.ssh\n600 debian /home/debian/.ssh/authorized_keys\n');
    });
    await t.test('the console shows whose key was put in, and the keys of the host', () => {
      const shown = boot.console.replaceAll('\r', '');
      assert.ok(
        shown.includes(`AUTHORIZED KEYS of debian\nbootagent: *****************\nbootagent: ${first.fingerprint}\n`),
        shown,
      );
      for (const line of boot.read('fingerprints').trim().split('\n')) assert.ok(shown.includes(line), line);
    });
    await t.test('the grid user has its numbers and its home before sshd or any other service starts', () => {
      assert.match(boot.read('before'), /^uid=355\(aliprod\) gid=355\(aliprod\) groups=355\(aliprod\)$/m);
      assert.equal(boot.read('home'), '755 355:355 /var/lib/aliprod\n');
      assert.deepEqual(accountOf(boot, 'passwd', 'aliprod').slice(2, 6), ['355', '355', '', '/var/lib/aliprod']);
    });
    await t.test('groups, rules for sudo, comments, shells and ends are as asked', () => {
      assert.equal(accountOf(boot, 'group', 'grid')[3], 'ann,bob');
      assert.match(boot.read('visudo'), /^\/etc\/sudoers\.d\/90-bootagent-ann: parsed OK$/m);
      assert.deepEqual(accountOf(boot, 'passwd', 'bob').slice(4), ['Bob', '/home/bob', '/bin/sh']);
      assert.equal(accountOf(boot, 'shadow', 'gone')[7], '11323');
      assert.match(accountOf(boot, 'shadow', 'zoe')[1] ?? '', /^\$/);
      assert.equal(accountOf(boot, 'shadow', 'debian')[1], '!');
    });
    await t.test('host keys are fresh before sshd starts, and each was made once', () => {
      const shown = hostKeys(boot.read('keys'));
      assert.equal(shown.length, 3);
      assert.ok(!shown.some((key) => ofImage.includes(key)));
      const behind = shown.filter((key) => key.startsWith('ssh-rsa '));
      assert.equal(behind.length, 1);
      assert.deepEqual(
        hostKeys(boot.read('before')),
        shown.filter((key) => !behind.includes(key)),
        'the RSA key is made behind sshd',
      );
      const made = boot.read('keygen').match(/-t \w+/g);
      assert.deepEqual(made, ['-t ecdsa', '-t ed25519', '-t rsa']);
    });
    await t.test('its name is made of its address, at once, and other lines of /etc/hosts stay', () => {
      assert.equal(boot.read('hostname'), 'wn-007-025.hltcloud\n');
      assert.match(boot.read('before'), /^wn-007-025\.hltcloud$/m);
      assert.equal(
        boot.read('hosts'),
        `${imageHosts}# This machine, by its address (kept by bootagent):\n10.161.7.25 wn-007-025.hltcloud wn-007-025\n`,
      );
    });

    const made = /the password of bob is (\w{20})\r?$/m.exec(boot.console)?.[1] ?? '';
    let bob = '';
    const again = await machine.boot(async () => {
      await visit(first);
      bob = await first.byPassword(machine, 'bob', made);
    });
    await t.test('a password that was made up stands on the console alone, and lets its user in', async () => {
      assert.equal(last(bob), 'bob');
      assert.doesNotMatch(boot.read('journal') + boot.read('told'), new RegExp(made));
      const kept = await run('grep', [
        '-rlF',
        made,
        ...['etc', 'var', 'root', 'home'].map((each) => join(machine.root, each)),
      ]).catch(() => '');
      assert.equal(kept, '');
    });
    await t.test('a later boot finds nothing to do, though nobody answers', () => {
      soundBoot(again);
      assert.deepEqual(changesIn(again), []);
      for (const name of machineState) assert.equal(again.read(name), boot.read(name), name);
      assert.deepEqual(hostKeys(again.read('before')), hostKeys(boot.read('keys')));
      assert.match(again.read('keygen'), /No such file/);
      assert.equal(tried[1]?.['debian by key'], 'debian root ');
    });

    for (const name of ['aliprod', 'zoe']) await run('userdel', ['--root', machine.root, name]);
    const shut = '/etc/bootagent/conf.d/50-root.yaml';
    await machine.write(shut, 'disable_root: true\n');
    const closed: Record<string, string> = {};
    const third = await machine.boot(async () => {
      closed['root by key'] = last(await first.byKey(machine, 'root'));
      closed['root by password'] = last(await first.byPassword(machine, 'root', rootPassword));
      closed['debian by key'] = last(await first.byKey(machine, 'debian', 'sudo -n id -un'));
      closed['eli by key'] = (await first.byKey(machine, 'eli')).trim();
    });
    await t.test('whom an admin removed stays away, but for who is looked after at each boot', () => {
      soundBoot(third);
      assert.deepEqual(accountOf(third, 'passwd', 'aliprod').slice(2, 4), ['355', '355']);
      assert.deepEqual(accountOf(third, 'passwd', 'zoe'), []);
    });
    await t.test(
      'root that is disabled is kept out, with a key of its own too, and who is redirected is told whither',
      () => {
        assert.equal(tried[1]?.['root by key'], 'root');
        const denied = 'root@10.161.7.25: Permission denied (publickey,password).';
        assert.deepEqual(closed, {
          'root by key': denied,
          'root by password': denied,
          'debian by key': 'root',
          'eli by key': 'Please login as the user "debian" rather than the user "eli".',
        });
      },
    );
    // Root can log in again, so that the lock of the copy means something.
    for (const path of [shut, '/etc/ssh/sshd_config.d/01-bootagent.conf']) await rm(join(machine.root, path));

    await machine.move('10.161.7.26');
    const elsewhere = metadataService(machine.network.server, machine.folder);
    await elsewhere.serve({ id: 'i-b', keys: { second: second.shown }, userData: locked }, 'imdsv2');
    const copy = await machine.boot(async () => {
      await visit(second);
      tried.push(await logins(machine, first), {
        'ops by key': (await second.byKey(machine, 'ops', 'id -un; sudo -n id -un')).replaceAll('\n', ' '),
      });
    });
    await elsewhere.silence();

    await t.test('the copy has host keys of its own, before sshd starts', () => {
      soundBoot(copy);
      const inherited = hostKeys(boot.read('keys'));
      assert.equal(hostKeys(copy.read('keys')).length, 3);
      assert.ok(!hostKeys(copy.read('keys')).some((key) => inherited.includes(key)));
      const isBehind = (key: string): boolean => key.startsWith('ssh-rsa ');
      assert.deepEqual(
        hostKeys(copy.read('before')),
        hostKeys(copy.read('keys')).filter((key) => !isBehind(key)),
      );
    });
    await t.test('the copy has its own name, and the line of the old address is gone', () => {
      assert.equal(copy.read('hostname'), 'wn-007-026.hltcloud\n');
      assert.equal(
        copy.read('hosts'),
        boot.read('hosts').replace(/^10\.161\.7\.25 .*$/m, '10.161.7.26 wn-007-026.hltcloud wn-007-026'),
      );
    });
    await t.test('the keys that the copy inherited are listed by status', () => {
      for (const user of ['root', 'debian'])
        assert.match(
          copy.read('told'),
          new RegExp(`keys that are in neither metadata nor user-data: .*${user}: 256 SHA256:\\S+ first`),
        );
    });
    await t.test('root, locked, comes in neither by key nor by password, and nobody does by password', () => {
      const denied = (user: string, ways: string) => `${user}@10.161.7.26: Permission denied (${ways}).`;
      assert.deepEqual(tried[3], {
        'debian by key': 'debian root ',
        ...Object.fromEntries(
          ['root', 'ann', 'dan', 'gone'].map((user) => [`${user} by password`, denied(user, 'publickey')]),
        ),
        'root by key': denied('root', 'publickey'),
      });
      assert.match(accountOf(copy, 'shadow', 'root')[1] ?? '', /^!\$6\$/);
    });
    await t.test('a list without "default" locks nobody out, and that is told loudly', () => {
      assert.equal(tried[4]?.['ops by key'], 'ops root ');
      assert.match(tried[2]?.['debian by key'] ?? '', /Permission denied/);
      assert.match(copy.read('journal'), /"users" lists no "default".*they are given to ops/);
      assert.match(copy.console, /bootagent: ssh_authorized_keys: warning: "users" lists no "default".* given to ops/);
      assert.match(copy.read('told'), /"users" lists no "default".*they are given to ops/);
    });
  });

  test('mistakes cost themselves alone, and a lock is on from the first boot', async (t) => {
    await using machine = await image('trixie');
    const { root } = machine;
    const first = await visitor(machine.folder, 'first');
    await withKeyForRoot(machine, first);
    for (const name of ['ivy', 'kim']) await run('useradd', ['--root', root, '--create-home', name]);
    // Homes that lead elsewhere: one is a link, in the other its owner has created one.
    await mkdir(join(root, 'srv/elsewhere'));
    await rename(join(root, 'home/ivy'), join(root, 'srv/ivy'));
    await symlink('/srv/ivy', join(root, 'home/ivy'));
    await symlink('/srv/elsewhere', join(root, 'home/kim/.ssh'));
    await run('chroot', [root, 'chown', '--no-dereference', 'kim:kim', '/home/kim/.ssh']);

    const userData = mistaken(first.shown);
    const service = metadataService(machine.network.server, machine.folder);
    await service.serve({ id: 'i-a', keys: { first: first.shown }, userData }, 'imdsv2');
    let came: Readonly<Record<string, string>> = {};
    const boot = await machine.boot(async () => {
      came = await logins(machine, first);
    });
    await service.silence();
    const journal = boot.read('journal');

    for (const [at, words, why] of refused) {
      await t.test(`${at} (${words}) is refused, with its line and why`, () => {
        const line = userData.split('\n').findIndex((each) => each.includes(words)) + 1;
        const told = journal
          .split('\n')
          .filter((each) => each.includes(` user-data:${line}:`) && each.includes(`${at}: `));
        assert.ok(
          told.some((each) => each.includes(why)),
          told.join('\n'),
        );
      });
    }
    await t.test('above the login prompt stands that not all was done', () =>
      assert.match(boot.read('issue'), /^bootagent: failed.*\ncause /),
    );
    await t.test('a member who does not exist is told', () => assert.match(journal, / x users .*ghost/));
    await t.test('nothing of the rest is lost', () => {
      assert.equal(accountOf(boot, 'group', 'grid')[3], 'zoe');
      assert.deepEqual(accountOf(boot, 'passwd', 'zoe').slice(5), ['/home/zoe', '/bin/sh']);
      assert.equal(boot.read('hostname'), 'wn-007-025.hltcloud\n');
      assert.match(boot.read('visudo'), /90-bootagent-debian: parsed OK/);
    });
    await t.test('nothing was made elsewhere, and no shell has read a name', () => {
      assert.equal(boot.read('elsewhere'), '/srv/elsewhere:\n\n/srv/ivy:\n');
      assert.deepEqual(
        boot
          .read('passwd')
          .trim()
          .split('\n')
          .map((line) => line.split(':')[0])
          .slice(-5),
        ['ivy', 'kim', 'debian', 'mal', 'zoe'],
      );
    });
    await t.test('the lock is on: root comes in neither by key nor by password', () => {
      const denied = `root@${machine.network.address}: Permission denied`;
      assert.equal(came['debian by key'], 'debian root ');
      assert.ok(came['root by key']?.startsWith(denied), JSON.stringify(came));
      assert.ok(came['root by password']?.startsWith(denied), JSON.stringify(came));
    });
  });
});
