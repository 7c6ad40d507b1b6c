import assert from 'node:assert/strict';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Boot, linesOf, soundBoot } from './support/boot.ts';
import { type Container, container } from './support/container.ts';
import { documents, noPage } from './support/image-page.ts';
import { unable } from './support/scratch.ts';
import { bootKeptSecret, patternOf, secretProbe } from './support/secret.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm') || noPage;
const secret = 'p00l-Secret';
const seed = '/var/lib/cloud/seed/nocloud/user-data';
const texts = noPage ? [] : documents('10.161.0.2', secret);

const native = `#cloud-config
users: [default, {name: aliprod, uid: 355, primary_group: aliprod, homedir: /var/lib/aliprod}]
hostname_from_ip: {domain: hltcloud}
root_lock: true
selinux: permissive
cvmfs: {http_proxy: "http://squid.example.org:3128"}
condor:
  central_manager: 10.161.0.2
  password: ${secret}
  ports: 41000-42000
  settings: {UID_DOMAIN: "*", TRUST_UID_DOMAIN: True, SOFT_UID_DOMAIN: True, START: "TRUE"}
`;

const calls = '/var/log/calls';
const stub = (name: string, more = ''): string =>
  `#!/bin/sh\necho "${name} $*" >>${calls}\nenv >>/run/environments\nps axww -o args >>/run/processes\n${more}\n`;
const unit = (name: string): string =>
  `[Unit]\nDescription=${name}\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'echo ${name} started >>${calls}'\nExecStop=/bin/sh -c 'echo ${name} stopped >>${calls}'\n[Install]\nWantedBy=multi-user.target\n`;

const probe = {
  calls: `cat ${calls}`,
  given: 'cat /var/log/given',
  enabled: 'systemctl is-enabled condor autofs',
  active: 'systemctl is-active condor autofs',
  aliprod: 'getent passwd aliprod | cut -d: -f 1,3,4,6',
  // Neither * nor ! is the hash of any password.
  shadow: "grep ^root: /etc/shadow | cut -d: -f 2 | cut -c 1 | tr '*' '!'",
  swap: 'stat --format="%s" /swap; blkid -p -o value -s TYPE /swap; grep ^/swap /etc/fstab',
  cvmfs: 'cat /etc/cvmfs/default.local',
  condor: 'ls /etc/condor; cat /etc/condor/condor_config /etc/condor/condor_config.local /etc/condor/config.d/*',
  wrapper: 'stat --format="%a" /etc/condor/job_wrapper.sh',
  hosts: 'cat /etc/hosts',
  address: "ip -4 -o addr show scope global | awk '{ print $4 }' | cut -d/ -f 1",
  memory: "awk '/^MemTotal/ { print $2 }' /proc/meminfo; nproc",
  ...secretProbe(secret),
  seen: `grep -cE '${patternOf(secret)}' /run/environments /run/processes`,
};

async function machine(userData: string): Promise<Container> {
  const made = await container('bookworm', { probe });
  const program = async (path: string, body: string) => {
    await made.write(path, body);
    await chmod(join(made.root, path), 0o755);
  };
  await program(
    '/usr/sbin/condor_store_cred',
    stub('condor_store_cred', 'cat >>/var/log/given; chmod 600 /var/log/given'),
  );
  await program('/usr/bin/cvmfs_config', stub('cvmfs_config'));
  // A machine with dnf only: on a Debian that has both, apt is used.
  await rm(join(made.root, 'usr/bin/apt-get'));
  await program('/usr/bin/dnf', stub('dnf', 'case $* in *install*) touch /run/installed ;; esac'));
  await program(
    '/usr/bin/rpm',
    '#!/bin/sh\n[ -e /run/installed ] && exit 0\nfor p; do case $p in -*) ;; *) echo "no package provides $p" ;; esac; done; exit 1',
  );
  for (const name of ['condor', 'autofs']) await made.write(`/etc/systemd/system/${name}.service`, unit(name));
  await made.write(
    '/etc/condor/condor_config',
    'LOCAL_CONFIG_FILE = /etc/condor/condor_config.local\nNO_DNS = False\n',
  );
  await made.write('/etc/condor/config.d/00-packaged', 'DAEMON_LIST = MASTER\n');
  await made.write('/etc/cvmfs/default.conf', '');
  await made.write('/etc/sysconfig/network', 'NETWORKING=yes\n');
  await made.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-worker\n');
  await made.write(seed, userData);
  await chmod(join(made.root, 'var/lib/cloud/seed/nocloud/user-data'), 0o600);
  return made;
}

/** Returns the end state that both configurations must produce. */
function endState(boot: Boot): Readonly<Record<string, unknown>> {
  const setting = (name: string) =>
    boot.read('condor').match(new RegExp(`^\\s*${name}\\s*=\\s*(.*?)\\s*$(?![\\s\\S]*^\\s*${name}\\s*=)`, 'm'))?.[1];
  const names = ['DAEMON_LIST', 'CONDOR_HOST', 'NUM_CPUS', 'NETWORK_INTERFACE', 'NO_DNS', 'DEFAULT_DOMAIN_NAME'];
  const more = ['HIGHPORT', 'LOWPORT', 'UID_DOMAIN', 'START', 'SEC_DAEMON_AUTHENTICATION_METHODS'];
  return {
    aliprod: boot.read('aliprod'),
    root: boot.read('shadow'),
    hostname: boot.read('hostname'),
    enabled: boot.read('enabled'),
    active: boot.read('active'),
    cvmfs: boot.read('cvmfs'),
    swap: linesOf(boot.read('swap')).slice(0, 2),
    condor: Object.fromEntries([...names, ...more].map((name) => [name, setting(name)])),
  };
}

describe("the CentOS 6 image's user-data, booted", { skip, concurrency: 1 }, () => {
  test('root is locked', async () => {
    await using made = await machine(texts[0] ?? '');
    const boot = await made.boot();
    assert.equal(boot.read('shadow').trim(), '!');
  });

  test('swap is made for each core, and is in fstab', async () => {
    await using made = await machine(texts[1] ?? '');
    const boot = await made.boot();
    const [, cores = ''] = linesOf(boot.read('memory'));
    const [bytes, type, line] = linesOf(boot.read('swap'));
    assert.equal(Number(bytes), Number(cores) * 3_000_000);
    assert.equal(type, 'swap');
    assert.match(line ?? '', /^\/swap\s/);
  });

  test('packages are upgraded and installed from the repository, and CVMFS is set up', async () => {
    await using made = await machine(texts[2] ?? '');
    const boot = await made.boot();
    const said = linesOf(boot.read('calls')).map((call) => call.replace(/--setopt=\S+ /g, ''));
    assert.deepEqual(said, [
      'dnf -y upgrade',
      'dnf -y install cvmfs htop',
      'cvmfs_config setup',
      'cvmfs_config reload',
      'autofs started',
    ]);
    assert.match(boot.read('enabled'), /^disabled\nenabled$/m);
    assert.equal(boot.read('cvmfs'), 'CVMFS_HTTP_PROXY=http://squid.example.org:3128\n');
  });

  test('the worker node comes to the same in shell and in settings, and its secret is seen by nobody', async () => {
    await using old = await machine(texts[3] ?? '');
    const verbatim = await old.boot();
    await using fresh = await machine(native);
    const settings = await fresh.boot();
    const [address = ''] = linesOf(verbatim.read('address'));
    const [third = 0, fourth = 0] = address.split('.').slice(2).map(Number);
    const name = `wn-${String(third).padStart(3, '0')}-${String(fourth).padStart(3, '0')}`;
    const [memory = 0, cores = 0] = linesOf(verbatim.read('memory')).map(Number);

    assert.deepEqual(endState(verbatim), {
      aliprod: 'aliprod:355:355:/var/lib/aliprod\n',
      root: '!\n',
      hostname: `${name}.hltcloud\n`,
      enabled: 'enabled\nenabled\n',
      active: 'active\nactive\n',
      cvmfs: 'CVMFS_HTTP_PROXY=http://squid.example.org:3128\n',
      swap: [String(cores * 3_000_000), 'swap'],
      condor: {
        DAEMON_LIST: 'MASTER, STARTD',
        CONDOR_HOST: '10.161.0.2',
        NUM_CPUS: String(Math.min(cores, Math.floor(memory / 2_700_000))),
        NETWORK_INTERFACE: address,
        NO_DNS: 'True',
        DEFAULT_DOMAIN_NAME: 'condor-net',
        HIGHPORT: '42000',
        LOWPORT: '41000',
        UID_DOMAIN: '*',
        START: 'TRUE',
        SEC_DAEMON_AUTHENTICATION_METHODS: 'password',
      },
    });
    const [wn, ...others] = linesOf(verbatim.read('hosts'))
      .filter((line) => line.startsWith(address))
      .reverse();
    assert.equal(wn, `${address} ${name}.hltcloud ${name}`);
    assert.deepEqual(others, []);
    assert.equal(verbatim.read('wrapper').trim(), '755');
    assert.match(verbatim.read('condor'), /^condor_config\ncondor_config\.local\njob_wrapper\.sh$/m);
    assert.equal(verbatim.read('given'), `${secret}\n`);
    assert.deepEqual(linesOf(verbatim.read('calls')).slice(-3), [
      'autofs started',
      'condor_store_cred add -c',
      'condor started',
    ]);
    assert.match(verbatim.read('seen'), /environments:0\n.*processes:0/);
    bootKeptSecret(verbatim, secret, [seed, '/var/log/given']);
    bootKeptSecret(settings, secret, [seed]);
    // A container's root is an overlay: swap by settings needs a virtual machine.
    const inContainer = { swap: [] };
    assert.deepEqual({ ...endState(settings), ...inContainer }, { ...endState(verbatim), ...inContainer });
  });
});

test('what is asked of programs that are not installed is told, and costs nothing else', {
  skip: unable('systemd-nspawn', 'mmdebstrap', 'rpm'),
}, async () => {
  const left = {
    left: 'ls -d /etc/condor /etc/cvmfs; cat /root/ran',
    said: 'journalctl --boot --no-pager -t bootagent',
  };
  await using made = await container('bookworm', { probe: left });
  await made.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-bare\n');
  const asked = `condor: {central_manager: 10.161.0.2, password: ${secret}}\nservices: {start: [missing]}\nruncmd: [echo ran >/root/ran]\n`;
  await made.write(seed, `#cloud-config\n${asked}`, 0o600);
  const boot = await made.boot();
  soundBoot(boot);
  assert.match(boot.read('said'), /user-data:2:1: condor: No unit condor\.service is installed/);
  assert.match(boot.read('said'), /user-data:3:20: services\.start\[0\]: No unit missing\.service is installed/);
  assert.match(boot.read('left'), /'\/etc\/condor': No such file[\s\S]*^ran$/m);
  assert.equal(JSON.parse(boot.read('status')).state, 'problems');
});
