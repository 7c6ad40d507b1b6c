import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bootSnapshot, type SnapshotResult } from '../../../agent/boot/skip-unchanged/boot-snapshot.ts';
import { changeTimes } from '../../../agent/boot/skip-unchanged/change-times.ts';
import { recordingHost } from '../../../agent/boot/skip-unchanged/recording-host.ts';
import type { ReadHost } from '../../../agent/host/host.ts';
import { linux } from '../../../agent/host/linux.ts';
import { currentBoot } from '../../../agent/state/markers.ts';
import { makePipes, pipes } from '../../support/stage-server.ts';

const script = readFileSync(join(import.meta.dirname, '../../../systemd/skip-if-unchanged'), 'utf8');
const kept = '/var/lib/bootagent/skip-record';
const fibTrie = (address: string) => `Local:\n  |-- ${address}\n     /32 host LOCAL\n`;
const rootMount = '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n';
const tmpMount = '31 22 0:40 / /tmp rw,nosuid - tmpfs tmpfs rw,size=1024k\n';
const dataMount = '40 22 254:17 / /srv/the\\040data rw - xfs /dev/vdb1 rw,noquota\n';
const machine: Readonly<Record<string, string>> = {
  '/etc/motd': 'welcome\n',
  '/etc/a b': 'a name with a space\n',
  '/etc/conf.d/one': '1\n',
  '/home/debian/.profile': 'umask 022\n',
  '/usr/lib/os-release': 'ID=debian\n',
  '/proc/cmdline': 'root=/dev/vda1 quiet\n',
  '/proc/meminfo': 'MemTotal:        2048000 kB\nMemFree: 12345 kB\n',
  '/proc/self/mountinfo': `${rootMount}${dataMount}${tmpMount}23 22 0:21 / /proc rw - proc proc rw\n`,
  '/proc/swaps': 'Filename Type Size Used Priority\n/swap file 1048572 0 -2\n',
  '/proc/net/fib_trie': fibTrie('127.0.0.1'),
  '/proc/net/route': 'Iface\tDestination\tGateway\n',
  '/proc/net/if_inet6': '00000000000000000000000000000001 01 80 10 80 lo\n',
  '/sys/block/vda/size': '4194304\n',
  '/sys/block/vdc/size': '2048\n',
  '/sys/devices/pci/vda/size': '4194304\n',
  '/dev/vdc': 'nothing yet\n',
  '/dev/vde': `seed${' '.repeat(200_000)}user-data`,
  '/run/bootagent/status.json': '{"of":"this boot"}\n',
};

/** A systemctl that records its arguments. */
const systemctl = `#!/bin/sh\necho "$@" >>"\${0%/*}/asked"\n`;

const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

interface Scene {
  readonly root: string;
  readonly host: ReadHost;
  readonly picture: SnapshotResult;
  /** Stores the record where the shell script reads it; nothing is due as long as the machine gets this address, if one is given. */
  keep(address?: string): Promise<void>;
}

/** Returns a tree that represents a machine, with a host that records reads. `times` is the kind of timestamps of its files. */
function scene(times: 'each' | 'seconds' | 'fixed' = 'each'): Scene {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-before-'));
  made.push(root);
  for (const [path, text] of Object.entries(machine)) put(root, path, text);
  put(root, '/programs/systemctl', systemctl);
  chmodSync(join(root, 'programs/systemctl'), 0o755);
  symlinkSync('../usr/lib/os-release', join(root, 'etc/os-release'));
  // A link resolves relative to the real path of its directory.
  symlinkSync('data/srv', join(root, 'srv'));
  put(root, '/shared/keys', 'mine\n');
  mkdirSync(join(root, 'data/srv'), { recursive: true });
  symlinkSync('../../shared/keys', join(root, 'data/srv/keys'));
  mkdirSync(join(root, 'sys/class/block'), { recursive: true });
  symlinkSync('../../devices/pci/vda', join(root, 'sys/class/block/vda'));
  const picture = bootSnapshot();
  const host = recordingHost(linux({ root, offline: true }), picture, () => times);
  const keep = async (address?: string) => {
    const drawn = await picture.done(async (bytes) => execFileSync('cksum', { input: bytes, encoding: 'utf8' }));
    assert.ok('record' in drawn, JSON.stringify(drawn));
    put(root, '/script', script);
    put(root, `${kept}/record`, below(root, drawn.record));
    put(root, `${kept}/shown`, below(root, drawn.shown));
    put(root, `${kept}/address`, address === undefined ? '' : `${address}\n`);
    put(root, `${kept}/console`, '');
    put(root, `${kept}/run/bootagent/status.json`, '{"of":"the rehearsal"}\n');
    sumUp(root);
    // As at a boot.
    rmSync(join(root, 'run'), { recursive: true });
    mkdirSync(join(root, 'run/bootagent'), { recursive: true });
  };
  return { root, host, picture, keep };
}

/** Writes the checksum over the script, the record and the status, as the agent does. */
function sumUp(root: string): void {
  const texts = ['record', 'shown', 'address', 'console', 'run/bootagent/status.json'].map((name) => `${kept}/${name}`);
  const input = ['/script', ...texts].map((path) => readFileSync(join(root, path), 'utf8'));
  put(root, `${kept}/sum`, execFileSync('cksum', { input: input.join(''), encoding: 'utf8' }));
}

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Moves the paths of a record below the tree; lines with kernel data stay unchanged. */
const below = (root: string, record: string): string =>
  record
    .split('\n')
    .map((line) => (/^(?:mount|swap) /.test(line) ? line : line.replaceAll(/(?<=^|[\t ])\//g, `${root}/`)))
    .join('\n');

/** Moves every path of the script below the tree. */
const scriptIn = (root: string): string =>
  script
    .replaceAll(/(?<=[<>]|-e |-r )\/(proc|dev|sys)\//g, `${root}/$1/`)
    .replace('kept=/', `kept=${root}/`)
    .replace('run=/', `run=${root}/`)
    .replace(/script=.*/, `script=${root}/script`);

/** Returns the output of the first unit under this shell; it contains `it ran` if the agent starts. */
const firstUnit = ({ root }: Scene, shell = 'dash'): string =>
  execFileSync(shell, ['-c', scriptIn(root), 'sh', 'echo', 'it', 'ran'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: `${root}/programs:${process.env.PATH}` },
  });

/** Returns whether the command runs, under each shell that /bin/sh may be. */
function runs(all: Scene): boolean {
  const run = join(all.root, 'run/bootagent');
  const said = ['dash', 'bash'].map((shell) => {
    rmSync(run, { recursive: true, force: true });
    mkdirSync(run, { recursive: true });
    return firstUnit(all, shell).includes('it ran');
  });
  assert.equal(said[0], said[1], 'the shells agree');
  return said[0] ?? false;
}

async function lookAtAll({ host }: Scene): Promise<void> {
  await host.readText('/etc/motd');
  await host.readText('/etc/a b');
  await host.readText('/etc/os-release');
  await host.readText('/srv/keys');
  await host.readText('/etc/none');
  await host.list('/etc/conf.d');
  await host.stat('/etc/absent');
  await host.stat('/home/debian');
  await host.readText('/etc/motd/in a file');
  await host.readText('/proc/cmdline');
  await host.readText('/proc/meminfo');
  await host.readText('/proc/self/mountinfo');
  await host.readText('/proc/swaps');
  await host.readText('/proc/net/route');
  await host.list('/sys/block');
  await host.list('/sys/class/net');
  await host.readText('/sys/block/vda/size');
  await host.readLink('/sys/class/block/vda');
  await host.stat('/sys/block/vda');
  await host.readBytes('/dev/vdc', { from: 0, length: 512 });
  await host.readBytes('/dev/vde', { from: 200_000, length: 500 });
  await host.readBytes('/dev/vdz', { from: 0, length: 512 });
  await host.readText('/run/bootagent/status.json');
  await host.stat('/run/bootagent/status.json');
}

describe('a boot of a machine that is as it was', () => {
  test('starts no agent, and leaves what the agent would', async () => {
    const all = scene();
    await lookAtAll(all);
    await all.keep();
    assert.equal(runs(all), false);
    assert.ok(existsSync(join(all.root, 'run/bootagent/nothing-due')));
    assert.ok(!existsSync(join(all.root, 'programs/asked')), 'nobody waits for a network');
    assert.equal(readFileSync(join(all.root, 'run/bootagent/status.json'), 'utf8'), '{"of":"the rehearsal"}\n');
  });

  test('leaves the address that was supposed', async () => {
    const all = scene();
    await lookAtAll(all);
    await all.keep('10.161.7.25 eth0');
    assert.equal(runs(all), false);
    assert.equal(readFileSync(join(all.root, 'run/bootagent/nothing-due-at'), 'utf8'), '10.161.7.25 eth0\n');
    assert.ok(!existsSync(join(all.root, 'run/bootagent/nothing-due')));
    assert.ok(existsSync(join(all.root, 'run/bootagent/network-wanted')));
    const asked = readFileSync(join(all.root, 'programs/asked'), 'utf8');
    assert.equal(asked, '--no-block start network-online.target\n'.repeat(2));
  });

  test('leaves it to the last unit to ask for the network where systemd cannot be asked', async () => {
    const all = scene();
    put(all.root, '/programs/systemctl', '#!/bin/sh\nexit 1\n');
    await lookAtAll(all);
    await all.keep('10.161.7.25 eth0');
    assert.equal(runs(all), false);
    assert.ok(existsSync(join(all.root, 'run/bootagent/nothing-due-at')));
    assert.ok(!existsSync(join(all.root, 'run/bootagent/network-wanted')));
  });

  test('sees a disc by opening its drive, which nobody has done in this boot', async () => {
    const all = scene();
    const size = (blocks: string) => put(all.root, '/sys/class/block/sr0/size', `${blocks}\n`);
    await lookAtAll(all);
    put(all.root, '/dev/sr0', '');
    all.picture.block('/dev/sr0', 0, new Uint8Array());
    await all.keep();
    size('2097151');
    put(all.root, '/dev/sr0', 'a disc');
    // The kernel updates the size when the drive is opened.
    const dd = `#!/bin/sh\ncase "$*" in *count=0*) echo 726 >${all.root}/sys/class/block/sr0/size ;; esac\nexec /usr/bin/dd "$@"\n`;
    put(all.root, '/programs/dd', dd);
    chmodSync(join(all.root, 'programs/dd'), 0o755);
    assert.equal(runs(all), true);
  });

  // The kernel reports 2097151 blocks until a disc has been read in the drive.
  for (const [size, reads] of [
    ['2097151', 'does not read from'],
    ['726', 'reads from'],
  ] as const) {
    test(`${reads} a drive for discs of ${size} blocks`, async () => {
      const all = scene();
      put(all.root, '/sys/class/block/sr0/size', `${size}\n`);
      await lookAtAll(all);
      const disc = size === '726' ? Buffer.from('a disc') : new Uint8Array();
      all.picture.block('/dev/sr0', 0, disc);
      await all.keep();
      put(all.root, '/dev/sr0', 'a disc');
      assert.equal(runs(all), false);
      put(all.root, '/dev/sr0', 'another');
      assert.equal(runs(all), size === '726');
    });
  }

  // Time passes, and kernel counters grow: none of that starts the agent.
  const harmless: readonly (readonly [what: string, happens: (root: string) => void])[] = [
    ['less memory is free', (root) => put(root, '/proc/meminfo', 'MemTotal:        2048000 kB\nMemFree: 99 kB\n')],
    [
      'the kernel keeps a little more memory for itself',
      (root) => put(root, '/proc/meminfo', 'MemTotal:        2047900 kB\n'),
    ],
    [
      'mounts come in another order, and the kernel’s own are more',
      (root) =>
        put(
          root,
          '/proc/self/mountinfo',
          `31 30 0:33 / /dev/mqueue rw - mqueue mqueue rw\n${dataMount}${tmpMount.replace('0:40', '0:43')}${rootMount.replace('22 1', '29 5')}`,
        ),
    ],
    ['swap is used', (root) => put(root, '/proc/swaps', 'Filename Type\n/swap file 1048572 777 -2\n')],
    ['a file is read', (root) => void readFileSync(join(root, 'etc/motd'))],
    ['somebody leaves a file in a home', (root) => put(root, '/home/debian/.history', 'ls\n')],
    ['a file that nobody looked at changes', (root) => put(root, '/etc/other', 'new\n')],
  ];
  for (const [what, happens] of harmless) {
    test(`starts none where ${what}`, async () => {
      const all = scene();
      put(all.root, '/etc/other', 'old\n');
      await lookAtAll(all);
      await all.keep();
      happens(all.root);
      assert.equal(runs(all), false);
    });
  }

  const changes: readonly (readonly [what: string, happens: (root: string) => void])[] = [
    ['a file is written to', (root) => appendFileSync(join(root, 'etc/motd'), 'more')],
    [
      'a file is replaced by one of its size and times',
      (root) => {
        cpSync(join(root, 'etc/motd'), join(root, 'etc/new'), { preserveTimestamps: true });
        renameSync(join(root, 'etc/new'), join(root, 'etc/motd'));
      },
    ],
    ['a file gets another mode', (root) => chmodSync(join(root, 'etc/motd'), 0o600)],
    ['a home gets another mode', (root) => chmodSync(join(root, 'home/debian'), 0o777)],
    ['a home goes', (root) => rmSync(join(root, 'home/debian'), { recursive: true })],
    [
      'a home is a file',
      (root) => {
        rmSync(join(root, 'home/debian'), { recursive: true });
        put(root, '/home/debian', '');
      },
    ],
    ['a file goes', (root) => rmSync(join(root, 'etc/motd'))],
    ['a file with a space in its name is written to', (root) => appendFileSync(join(root, 'etc/a b'), 'more')],
    ['a file behind a link is written to', (root) => appendFileSync(join(root, 'usr/lib/os-release'), 'more')],
    [
      'a link leads elsewhere',
      (root) => {
        rmSync(join(root, 'etc/os-release'));
        symlinkSync('motd', join(root, 'etc/os-release'));
      },
    ],
    ['a file changes behind a link in a linked folder', (root) => put(root, '/shared/keys', 'others\n')],
    ['a file that was not there is', (root) => put(root, '/etc/none', '')],
    ['a path that was not there is, as a broken link', (root) => symlinkSync('nowhere', join(root, 'etc/absent'))],
    ['a folder gets one more', (root) => put(root, '/etc/conf.d/two', '')],
    ['the kernel’s command line is another', (root) => put(root, '/proc/cmdline', 'root=/dev/vda1 quiet ds=x\n')],
    ['there is more memory', (root) => put(root, '/proc/meminfo', 'MemTotal:        4096000 kB\n')],
    ['the kernel tells no memory', (root) => put(root, '/proc/meminfo', '')],
    ['something is no longer mounted', (root) => put(root, '/proc/self/mountinfo', rootMount + tmpMount)],
    [
      'something more is mounted',
      (root) => appendFileSync(join(root, 'proc/self/mountinfo'), '50 22 0:50 / /scratch rw - tmpfs tmpfs rw\n'),
    ],
    [
      'the root is mounted read-only',
      (root) =>
        put(root, '/proc/self/mountinfo', `${rootMount.replace('rw,relatime', 'ro,relatime')}${dataMount}${tmpMount}`),
    ],
    [
      'the root is another disk',
      (root) => put(root, '/proc/self/mountinfo', `${rootMount.replace('254:1', '8:1')}${dataMount}${tmpMount}`),
    ],
    ['the swap is off', (root) => put(root, '/proc/swaps', 'Filename Type Size Used Priority\n')],
    ['another swap is on', (root) => appendFileSync(join(root, 'proc/swaps'), '/dev/zram0 partition 1 0 5\n')],
    ['it has an address already', (root) => appendFileSync(join(root, 'proc/net/fib_trie'), fibTrie('10.0.0.2'))],
    ['it has a route already', (root) => appendFileSync(join(root, 'proc/net/route'), 'eth0\t00000000\t0100000A\n')],
    [
      'it has an address of version 6 already',
      (root) => appendFileSync(join(root, 'proc/net/if_inet6'), '20010db8000000000000000000000002 02 40 00 80 eth0\n'),
    ],
    ['there is one disk more', (root) => put(root, '/sys/block/vdd/size', '1\n')],
    ['there is a card where there was none', (root) => put(root, '/sys/class/net/eth0/address', '02:00:00:00:00:01\n')],
    ['a disk has grown', (root) => put(root, '/sys/block/vda/size', '8388608\n')],
    ['a disk that is not mounted holds something else', (root) => put(root, '/dev/vdc', 'CIDATA now\n')],
    [
      'a seed says something else',
      (root) => put(root, '/dev/vde', machine['/dev/vde']?.replace('user-data', 'meta-data') ?? ''),
    ],
    ['a disk cannot be read', (root) => rmSync(join(root, 'dev/vdc'))],
    ['a disk can be read that could not', (root) => put(root, '/dev/vdz', 'here now\n')],
    [
      'a device is another',
      (root) => {
        rmSync(join(root, 'sys/class/block/vda'));
        symlinkSync('../../block/vda', join(root, 'sys/class/block/vda'));
      },
    ],
    ['the kernel tells no addresses', (root) => rmSync(join(root, 'proc/net/fib_trie'))],
    [
      'a folder of the kernel’s is a link',
      (root) => {
        renameSync(join(root, 'sys/block/vda'), join(root, 'sys/other'));
        symlinkSync('../other', join(root, 'sys/block/vda'));
      },
    ],
    [
      'the record has a line of an unknown kind',
      (root) => {
        const path = join(root, kept, 'record');
        writeFileSync(path, `${readFileSync(path, 'utf8')}unknown\t1\n`);
        sumUp(root);
      },
    ],
    [
      'the record has no end',
      (root) => {
        const path = join(root, kept, 'record');
        writeFileSync(path, readFileSync(path, 'utf8').replace(/read\t.*/s, ''));
        sumUp(root);
      },
    ],
    ...(['record', 'shown', 'sum', 'run/bootagent/status.json'] as const).map(
      (name) =>
        [
          `one byte of ${name} is damaged`,
          (root: string) => {
            const path = join(root, kept, name);
            const bytes = readFileSync(path);
            bytes.set([(bytes[2] ?? 0) ^ 1], 2);
            writeFileSync(path, bytes);
          },
        ] as const,
    ),
    ['the script is another version', (root) => appendFileSync(join(root, 'script'), '# more\n')],
    ['there is no record', (root) => rmSync(join(root, kept, 'record'))],
    ['what it would leave is gone', (root) => rmSync(join(root, kept, 'run'), { recursive: true })],
  ];
  for (const [what, happens] of changes) {
    test(`starts it where ${what}`, async () => {
      const all = scene();
      await lookAtAll(all);
      await all.keep();
      happens(all.root);
      assert.equal(runs(all), true);
    });
  }

  test('starts it where a file changed between two looks, or after them', async () => {
    const all = scene();
    await lookAtAll(all);
    appendFileSync(join(all.root, 'etc/motd'), 'more');
    await all.keep();
    assert.equal(runs(all), true);
  });
});

/** Returns the files that the first unit leaves in /run/bootagent. */
const left = ({ root }: Scene): readonly string[] => readdirSync(join(root, 'run/bootagent')).sort();

describe('units that are started a second time within one /run', () => {
  const changed = (root: string) => appendFileSync(join(root, 'etc/motd'), 'more');

  for (const marker of ['nothing-due', 'nothing-due-at']) {
    for (const shell of ['dash', 'bash']) {
      test(`start the agent after a change, though the first boot left ${marker} (${shell})`, async () => {
        const all = scene();
        await lookAtAll(all);
        await all.keep(marker === 'nothing-due-at' ? '10.161.7.25 eth0' : undefined);
        assert.doesNotMatch(firstUnit(all, shell), /it ran/);
        assert.ok(left(all).includes(marker));
        changed(all.root);
        assert.match(firstUnit(all, shell), /it ran/);
        assert.deepEqual(left(all), ['pass']);
        assert.equal(readFileSync(join(all.root, 'run/bootagent/pass'), 'utf8'), '2\n');
      });
    }
  }

  test('start no agent where nothing changed, and publish their own status', async () => {
    const all = scene();
    await lookAtAll(all);
    await all.keep();
    for (const pass of ['1\n', '2\n', '3\n']) {
      put(all.root, '/run/bootagent/status.json', '{"of":"the boot before"}');
      if (pass === '1\n') rmSync(join(all.root, 'run/bootagent/status.json'));
      assert.doesNotMatch(firstUnit(all), /it ran/);
      assert.equal(readFileSync(join(all.root, 'run/bootagent/pass'), 'utf8'), pass);
      assert.equal(readFileSync(join(all.root, 'run/bootagent/status.json'), 'utf8'), '{"of":"the rehearsal"}\n');
    }
  });

  test('find the pipes of the stage server as the package makes them, and nothing that a stage left there', () => {
    const all = scene();
    const server = join(all.root, 'run/bootagent/stage-server');
    makePipes(server);
    assert.match(firstUnit(all), /it ran/);
    for (const name of ['begun', 'waits', 'asked', 'early.code', 'final.code']) writeFileSync(join(server, name), '');
    rmSync(join(server, 'early'));
    assert.match(firstUnit(all), /it ran/);
    assert.deepEqual(readdirSync(server).sort(), [...pipes].sort());
    for (const name of pipes) assert.ok(statSync(join(server, name)).isFIFO(), name);
  });

  test('are another boot to what is done once a boot, also under a script that did not count yet', () => {
    const all = scene();
    const before = currentBoot(all.root);
    put(all.root, '/run/bootagent/nothing-due', '');
    firstUnit(all);
    const after = currentBoot(all.root);
    assert.notEqual(after, before);
    assert.equal(currentBoot(all.root), after);
  });
});

describe('where /run cannot be written to', () => {
  for (const [name, supposed] of [
    ['nothing-due', false],
    ['nothing-due-at', true],
  ] as const) {
    test(`the agent starts and the unit says why: ${name}`, async () => {
      const all = scene();
      await lookAtAll(all);
      await all.keep(supposed ? '10.161.7.25 eth0' : undefined);
      // A directory blocks the path of the marker, because root may write anywhere else.
      mkdirSync(join(all.root, 'run/bootagent', name));
      assert.match(firstUnit(all), /^cannot write to .*run\/bootagent, is it full\?.*\nit ran\n$/);
    });
  }
});

describe('files whose times the image’s builder set', () => {
  const image = async () => {
    const all = scene('fixed');
    symlinkSync('one', join(all.root, 'etc/conf.d/two'));
    await lookAtAll(all);
    await all.host.stat('/etc/conf.d/one');
    await all.host.readLink('/etc/conf.d/two');
    await all.keep();
    return all;
  };

  test('are compared by their contents, so that another image of the same files starts no agent', async () => {
    const all = await image();
    cpSync(join(all.root, 'etc'), join(all.root, 'new'), { recursive: true, verbatimSymlinks: true });
    rmSync(join(all.root, 'etc'), { recursive: true });
    renameSync(join(all.root, 'new'), join(all.root, 'etc'));
    assert.equal(runs(all), false);
  });

  const differences: readonly (readonly [what: string, happens: (root: string) => void])[] = [
    ['a file of the same length holds something else', (root) => put(root, '/etc/motd', 'weLcome\n')],
    ['a file behind a link does', (root) => put(root, '/usr/lib/os-release', 'ID=ubuntu\n')],
    ['a file that was only looked at has another size', (root) => put(root, '/etc/conf.d/one', '12\n')],
    ['a file has another mode', (root) => chmodSync(join(root, 'etc/motd'), 0o600)],
    ['a file goes', (root) => rmSync(join(root, 'etc/motd'))],
    ['a folder gets one more', (root) => put(root, '/etc/conf.d/three', '')],
    [
      'a link leads elsewhere',
      (root) => {
        rmSync(join(root, 'etc/conf.d/two'));
        symlinkSync('../motd', join(root, 'etc/conf.d/two'));
      },
    ],
  ];
  for (const [what, happens] of differences) {
    test(`start it where ${what}`, async () => {
      const all = await image();
      happens(all.root);
      assert.equal(runs(all), true);
    });
  }

  test('make no record where one that was read is long', async () => {
    const { root, host, picture } = scene('fixed');
    put(root, '/etc/long', 'x'.repeat(70_000));
    await host.readText('/etc/long');
    assert.ok('unusable' in (await picture.done(async () => '')));
  });
});

describe('a picture', () => {
  const impossible: readonly (readonly [what: string, look: (host: ReadHost) => Promise<unknown>])[] = [
    ['a program was asked', (host) => host.query(['lsblk', '--json'] as never)],
    ['somebody on the network was asked', (host) => host.http({ url: 'http://169.254.169.254/' })],
    ['time had to pass', (host) => host.sleep(10)],
    ['a look failed', (host) => host.readText('/sys/failing')],
    ['a mount was asked for where others come and go', (host) => host.readText('/proc/self/mountinfo')],
    [
      'a unit may be started by others',
      (host) => host.query(['systemctl', 'show', '--property=ActiveState,Job', 'a.service']),
    ],
    ['much of a disk was read', (host) => host.readBytes('/dev/vdc', { from: 0, length: 2 ** 21 })],
    ['a name no line can hold was looked at', (host) => host.stat('/etc/a\nb')],
  ];
  for (const [what, look] of impossible) {
    test(`is worth nothing where ${what}`, async () => {
      const { root, host, picture } = scene();
      put(root, '/etc/fstab', 'nfs:/x /run/data nfs defaults 0 0\n');
      put(root, '/usr/lib/systemd/system/a.service', '');
      symlinkSync('failing', join(root, 'sys/failing'));
      await look(host).catch(() => {});
      assert.ok('unusable' in (await picture.done(async () => '')));
    });
  }

  test('is worth nothing where a file changed between two looks at it', async () => {
    const { root, host, picture } = scene();
    await host.readText('/etc/motd');
    appendFileSync(join(root, 'etc/motd'), 'more');
    await host.readText('/etc/motd');
    assert.ok('unusable' in (await picture.done(async () => '')));
  });

  test('is worth nothing where a file system counts its times in seconds', async () => {
    const { host, picture } = scene('seconds');
    await host.readText('/etc/motd');
    assert.ok('unusable' in (await picture.done(async () => '')));
  });

  test('trusts the times of ext4, xfs, btrfs and f2fs alone', () => {
    const types = { ext4: 0xef53, xfs: 0x58465342, btrfs: 0x9123683e, f2fs: 0xf2f52010 };
    for (const type of Object.values(types)) {
      assert.equal(changeTimes(type, 1_700_000_000_123_456_789n), 'each');
      assert.equal(changeTimes(type, 1_700_000_000_000_000_000n), 'seconds');
    }
    const others = { squashfs: 0x73717368, erofs: 0xe0f5e1e2, overlay: 0x794c7630, tmpfs: 0x01021994, nfs: 0x6969 };
    for (const type of Object.values(others)) assert.equal(changeTimes(type, 1_700_000_000_123_456_789n), 'fixed');
  });

  test('returns what the host returns', async () => {
    const { host } = scene();
    assert.equal(await host.readText('/etc/os-release'), 'ID=debian\n');
    assert.equal(await host.readText('/srv/keys'), 'mine\n');
    assert.equal(await host.readText('/etc/none'), undefined);
    assert.deepEqual(await host.list('/etc/conf.d'), ['one']);
    assert.deepEqual(await host.list('/etc/none.d'), []);
    assert.equal((await host.stat('/etc/os-release'))?.type, 'link');
    assert.equal(await host.readLink('/etc/os-release'), '../usr/lib/os-release');
    assert.deepEqual(await host.readBytes('/dev/vdc', { from: 8, length: 3 }), new Uint8Array(Buffer.from('yet')));
    assert.deepEqual(await host.readBytes('/etc/motd', { from: 3, length: 4 }), new Uint8Array(Buffer.from('come')));
  });

  test('shows that what starts at boot is about to, and nothing else', async () => {
    const { root, host } = scene();
    const told = async () =>
      (await host.query(['systemctl', 'show', '--property=ActiveState,Job', 'condor.service'])).stdout;
    put(root, '/usr/lib/systemd/system/condor.service', '[Install]\nWantedBy=multi-user.target\n');
    assert.equal(await told(), 'ActiveState=inactive\n');
    mkdirSync(join(root, 'etc/systemd/system/multi-user.target.wants'), { recursive: true });
    symlinkSync(
      '/usr/lib/systemd/system/condor.service',
      join(root, 'etc/systemd/system/multi-user.target.wants/condor.service'),
    );
    assert.equal(await told(), 'ActiveState=active\n');
    symlinkSync('/dev/null', join(root, 'etc/systemd/system/condor.service'));
    assert.equal(await told(), 'ActiveState=inactive\n');
  });

  test('hides what an earlier process of this boot left, and the network that it set up', async () => {
    const { host } = scene();
    assert.equal(await host.readText('/run/bootagent/status.json'), undefined);
    assert.equal(await host.stat('/run/bootagent/status.json'), undefined);
    assert.equal(await host.readText('/proc/net/route'), undefined);
  });
});
