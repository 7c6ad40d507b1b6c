import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checks } from '../../../agent/image/doctor/checks.ts';
import { countChecks, examine } from '../../../agent/image/doctor/examine.ts';
import { readImage } from '../../../agent/image/image.ts';
import { chosen } from '../../../agent/image/seal/choice.ts';
import { inService, isRunning } from '../../../agent/image/seal/in-service.ts';
import { operations } from '../../../agent/image/seal/operations.ts';
import { type Sealing, sealPlan } from '../../../agent/image/seal/plan.ts';
import { foreignMounts } from '../../../agent/image/submounts.ts';
import { disk } from '../../support/faults.ts';
import { assertGolden } from '../../support/golden.ts';
import { applied, laws } from '../../support/laws.ts';
import { type MemoryHost, memoryHost } from '../../support/memory-host.ts';
import { fromSharedWith } from '../../support/shared.ts';
import { usedTrees } from '../../support/used.ts';

const used = (family: string, more: object = {}) => memoryHost({ ...usedTrees[family], offline: true, ...more });
const sealingOf = async (host: MemoryHost): Promise<Sealing> => ({
  image: await readImage(host),
  foreign: [],
  session: [],
});
const planFor = async (host: MemoryHost, more: Partial<Sealing> = {}) =>
  sealPlan(operations, { ...(await sealingOf(host)), ...more });
const golden = (family: string) => new URL(`../../golden/seal/${family}.txt`, import.meta.url);

for (const family of Object.keys(usedTrees)) {
  laws(`sealing ${family}`, await planFor(used(family)), () => used(family));

  describe(`sealing a used ${family}`, () => {
    test('leaves nothing the doctor would find, and nothing to do a second time', async () => {
      const host = used(family);
      assert.ok(
        countChecks(await examine(checks, { tree: { host, sealing: await sealingOf(host) }, disk })).errors > 5,
      );
      for (const turn of ['first', 'second']) {
        const before = host.did.length;
        await applied(await planFor(host), host);
        assert.equal(host.did.length === before, turn === 'second');
        const findings = await examine(checks, { tree: { host, sealing: await sealingOf(host) }, disk });
        assert.deepEqual(
          findings.filter(({ is }) => is === 'found').map(({ check }) => check.name),
          [],
        );
      }
    });

    test('touches these paths and no others', async () => {
      const host = used(family);
      await applied(await planFor(host), host);
      assertGolden(golden(family), `${host.did.join('\n')}\n`);
    });
  });
}

describe('an operation', () => {
  test('is chosen by name, and a name that is none is refused', () => {
    const names = (more: object) => chosen('operation', operations, more).map(({ name }) => name);
    assert.deepEqual(names({ only: ['logs', 'machine-id'] }), ['machine-id', 'logs']);
    assert.equal(names({ skip: ['default-user'] }).length, operations.length - 1);
    assert.throws(() => names({ skip: ['log'] }), {
      code: 'bad-invocation',
      message: 'There is no operation "log"',
      hint: 'Did you mean "logs"?',
    });
  });

  test('keeps what the session at work needs, and the private folders of services', async () => {
    const files = { '/tmp/ssh-1/agent.2': 's', '/tmp/systemd-private-3/tmp/x': 'p', '/tmp/else': 'x' };
    const host = memoryHost({ files, offline: true });
    await applied(await planFor(host, { session: ['/tmp/ssh-1'] }), host);
    assert.deepEqual(
      host.did.filter((each) => each.includes('/tmp/')),
      ['remove /tmp/else'],
    );
  });

  test('leaves other machines’ files alone, and says so', async () => {
    const host = memoryHost({ files: { '/home/bob/.ssh/id_rsa': 'k', '/root/.ssh/id_rsa': 'k' }, offline: true });
    const plan = await planFor(host, { foreign: [{ path: '/home', why: 'is on nfs4' }, { path: '/proc' }] });
    await applied(plan, host);
    assert.deepEqual(
      host.did.filter((each) => each.startsWith('remove')),
      ['remove /root/.ssh'],
    );
    const notes = plan.find(({ at }) => at === 'ssh-user-keys')?.notes;
    assert.deepEqual(notes, [{ level: 'warning', text: '/home is on nfs4 and was left alone' }]);
  });

  test('does not go through a folder that is a link, and says so', async () => {
    const host = memoryHost({
      files: { '/data/log/messages': 'x' },
      links: { '/var/log': '/data/log' },
      offline: true,
    });
    const plan = await planFor(host);
    await applied(plan, host);
    assert.equal(host.text('/data/log/messages'), 'x');
    assert.deepEqual(plan.find(({ at }) => at === 'logs')?.notes, [
      { level: 'warning', text: '/var/log is a link to /data/log and was not followed; see to "logs" there yourself' },
    ]);
  });

  test('repairs the link that the Wakame-vdc guide makes', async () => {
    const path = '/etc/udev/rules.d/70-persistent-net.rules';
    const host = used('el6', { links: { ...usedTrees.el6?.links, [path]: '/mnt/tmp/dev/null' } });
    await applied(await planFor(host), host);
    assert.equal(host.text(path), '');
    assert.equal(host.nodes.get(path)?.type, 'file');
  });
});

describe('the id of a machine', () => {
  for (const [family, content] of [
    ['el6', undefined],
    ['el7', ''],
    ['el8', ''],
    ['el9', ''],
    ['debian', ''],
  ] as const) {
    test(`of ${family} becomes ${JSON.stringify(content)}`, async () => {
      const host = used(family);
      await applied(await planFor(host), host);
      assert.equal(host.text('/etc/machine-id'), content);
    });
  }
});

test('boot entries named by a machine-id are kept and reported', async () => {
  const entry = `/boot/loader/entries/${'a'.repeat(32)}-5.14.0.conf`;
  const host = used('el9', { files: { ...usedTrees.el9?.files, [entry]: 'title Linux\n' } });
  const without = await planFor(used('el9'));
  const plan = await planFor(host);
  await applied(plan, host);
  assert.equal(host.text(entry), 'title Linux\n');
  const [note] = plan.find(({ at }) => at === 'machine-id')?.notes ?? [];
  assert.ok(note?.text.startsWith(`${entry}: named by a machine-id`));
  assert.equal(without.find(({ at }) => at === 'machine-id')?.notes, undefined);
});

const page = fromSharedWith('seeds', 'CentOS 6 Cloud Image');
test('everything that the CentOS 6 image’s list removes is gone or empty', { skip: page.skip }, async () => {
  const list = /rm -rf \\\n((?: {2}\S+ ?\\?\n)+)/.exec(page.text())?.[1] ?? '';
  const patterns = list.split('\n').flatMap((line) => line.trim().replace(/ \\$/, '') || []);
  assert.equal(patterns.length, 66);
  const paths = patterns.map((pattern) => pattern.replaceAll('*', 'a'));
  const host = memoryHost({ files: Object.fromEntries(paths.map((path) => [path, 'x'])), offline: true });
  await applied(await planFor(host), host);
  assert.deepEqual(
    paths.filter((path) => host.text(path)),
    [],
  );
});

describe('mounts that are not the image’s', () => {
  const mountinfo = [
    '22 1 8:1 / / rw - ext4 /dev/vda1 rw',
    '23 22 8:2 / /home rw - xfs /dev/vda2 rw',
    '24 22 0:50 / /data rw - nfs4 server:/x rw',
    '25 22 0:21 / /proc rw - proc proc rw',
    '26 22 0:22 / /tmp rw - tmpfs tmpfs rw',
    '27 22 8:1 /srv/cache /var/cache/dnf rw - ext4 /dev/vda1 rw',
    '30 22 7:1 / /mnt/image rw - ext4 /dev/loop0p1 rw',
    '31 30 7:2 / /mnt/image/boot rw - ext4 /dev/loop0p2 rw',
    '32 30 8:2 / /mnt/image/home rw - xfs /dev/vda2 rw',
    '33 30 8:1 /var/cache/apt /mnt/image/var/cache/apt rw - ext4 /dev/vda1 rw',
    '34 30 0:60 / /mnt/image/a\\040b rw - fuse.sshfs x rw',
  ].join('\n');
  test('below this machine’s root', () => {
    assert.deepEqual(
      foreignMounts(mountinfo, '/').filter(({ path }) => !path.startsWith('/mnt')),
      [
        { path: '/data', why: 'is on nfs4' },
        { path: '/proc' },
        { path: '/tmp' },
        { path: '/var/cache/dnf', why: 'is bound from elsewhere' },
      ],
    );
  });
  test('below an image’s root: what this machine has mounted too', () => {
    assert.deepEqual(foreignMounts(mountinfo, '/mnt/image'), [
      { path: '/home', why: 'is bound from elsewhere' },
      { path: '/var/cache/apt', why: 'is bound from elsewhere' },
      { path: '/a b', why: 'is on fuse.sshfs' },
    ]);
  });
});

describe('a machine in service', () => {
  const up = { '/run/systemd/system/x': '', '/var/lib/bootagent/fresh': '', '/proc/uptime': '1000.5 1\n' };
  for (const [name, files, why] of [
    ['was just made', {}, []],
    ['was identified, and is being made an image of', { '/var/lib/bootagent/journal.ndjson': '{}' }, []],
    ['has been up for long', { '/proc/uptime': '777600.1 1\n' }, ['it has been up for 9 days']],
    ['runs jobs', { '/proc/7/comm': 'condor_starter\n', '/proc/8/comm': 'bash\n' }, ['an HTCondor job is running']],
  ] as const) {
    test(`that ${name}: ${why[0] ?? 'no'}`, async () => {
      assert.deepEqual(await inService(memoryHost({ files: { ...up, ...files } })), why);
    });
  }
  test('that nobody meant to become an image', async () => {
    assert.deepEqual(await inService(memoryHost()), ['nothing says that this machine was made to become an image']);
  });

  const first = '22 1 0:30 / / rw - overlay o rw\n';
  for (const [name, files, runs] of [
    ['a booted system', up, true],
    [
      'an installer’s chroot',
      { ...up, '/proc/1/mountinfo': first, '/proc/self/mountinfo': '9 1 8:1 / / rw - xfs /dev/vda1 rw\n' },
      false,
    ],
    ['a system in its own root', { ...up, '/proc/1/mountinfo': first, '/proc/self/mountinfo': first }, true],
    ['a container without systemd', {}, false],
  ] as const) {
    test(`${name} ${runs ? 'is' : 'is not'} a machine that runs`, async () => {
      assert.equal(await isRunning(memoryHost({ files })), runs);
    });
  }
});
