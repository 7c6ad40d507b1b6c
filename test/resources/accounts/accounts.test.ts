import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digest } from '../../../agent/base/digest.ts';
import { Problem } from '../../../agent/base/problem.ts';
import type { Change, ChangeOf } from '../../../agent/engine/change.ts';
import type { Step } from '../../../agent/engine/step.ts';
import { applied, laws, previewed } from '../../support/laws.ts';
import { type Given, type MemoryHost, memoryHost, type Program } from '../../support/memory-host.ts';
import { peopled } from '../../support/people/memory-accounts.ts';
import { keygenOf, keyOf, rsaPair } from '../../support/ssh-keys.ts';

const plan = (...changes: readonly Change[]) => [{ at: 'x', changes }];
const said = (steps: readonly Step[]): string[] =>
  steps.map((step) => {
    const more =
      step.outcome === 'failed'
        ? step.problem.message
        : 'note' in step
          ? step.note
          : 'difference' in step
            ? step.difference.why
            : '';
    return `${step.outcome} ${more ?? ''}`.trim();
  });

const withBob = (own: Given = {}): Given =>
  peopled({
    ...own,
    directories: ['/home/bob', ...(own.directories ?? [])],
    modes: { '/home/bob': 0o700, ...own.modes },
    owners: { '/home/bob': '1000:1000', ...own.owners },
    files: {
      '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/bash\n',
      '/etc/group': 'root:x:0:\nbob:x:1000:\n',
      '/etc/shadow': 'root:$6$a$b:20000:0:99999:7:::\nbob:!:20000:0:99999:7:::\n',
      ...own.files,
    },
  });

describe('keys for a user', () => {
  const keys: Change = { kind: 'authorized-keys', user: 'bob', keys: [`${keyOf(1)} é`] };
  laws('keys', plan(keys), () => memoryHost(withBob()));

  test('lie in a file and a folder that are the user’s alone', async () => {
    const host = memoryHost(withBob());
    await applied(plan(keys), host);
    assert.equal(host.text('/home/bob/.ssh/authorized_keys'), `${keyOf(1)} é\n`);
    const [folder, file] = [host.nodes.get('/home/bob/.ssh'), host.nodes.get('/home/bob/.ssh/authorized_keys')];
    assert.deepEqual([folder?.mode, folder?.uid, file?.mode, file?.uid], [0o700, 1000, 0o600, 1000]);
  });

  test('are added to the existing file, and its modes are repaired', async () => {
    const host = memoryHost(
      withBob({
        files: { '/home/bob/.ssh/authorized_keys': '# caf\u00e9' },
        modes: { '/home/bob/.ssh/authorized_keys': 0o666 },
      }),
    );
    await applied(plan(keys), host);
    assert.equal(host.text('/home/bob/.ssh/authorized_keys'), `# caf\u00e9\n${keyOf(1)} é\n`);
    assert.equal(host.mode('/home/bob/.ssh/authorized_keys'), '0600');
  });

  test('keep bytes that are no UTF-8', async () => {
    const old = Buffer.from('# caf\xe9\n', 'latin1');
    const host = memoryHost(withBob({ files: { '/home/bob/.ssh/authorized_keys': old } }));
    await applied(plan(keys), host);
    assert.deepEqual(
      Buffer.from(host.nodes.get('/home/bob/.ssh/authorized_keys')?.bytes ?? []).subarray(0, old.length),
      old,
    );
  });

  for (const [claim, own, outcome] of [
    [
      'where the folder is a link',
      { links: { '/home/bob/.ssh': '/root' } },
      'failed /home/bob/.ssh is a link, in or for the home of bob, and is not followed',
    ],
    [
      'where the home is a link',
      { directories: ['/home'], links: { '/home/bob': '/etc' } },
      'failed /home/bob is a link, in or for the home of bob, and is not followed',
    ],
    [
      'where the file is a link',
      { directories: ['/home/bob/.ssh'], links: { '/home/bob/.ssh/authorized_keys': '/etc/shadow' } },
      'failed /home/bob/.ssh/authorized_keys is a link, in or for the home of bob, and is not followed',
    ],
    [
      'where all users share one file',
      { files: { '/etc/ssh/sshd_config': 'AuthorizedKeysFile /etc/keys\n' } },
      'failed No keys for bob: sshd reads the keys of all users from /etc/keys: the owner of a key there could log in as any user',
    ],
    [
      'where the file is larger than any',
      { files: { '/home/bob/.ssh/authorized_keys': '#'.repeat(2 ** 20 + 1) } },
      'failed /home/bob/.ssh/authorized_keys is larger than any file of keys (1048577 bytes)',
    ],
  ] as const) {
    test(`are refused ${claim}`, async () => {
      const base = withBob();
      const host = memoryHost({ ...withBob(own), files: { ...base.files, ...('files' in own ? own.files : {}) } });
      assert.deepEqual(
        said(
          await previewed(
            plan(keys),
            memoryHost({ ...withBob(own), files: { ...base.files, ...('files' in own ? own.files : {}) } }),
          ),
        ),
        [outcome],
      );
      assert.deepEqual(said(await applied(plan(keys), host)), [outcome]);
      assert.deepEqual(host.did, []);
    });
  }

  test('for nobody are refused when they are to be made, and due before', async () => {
    const nobody: Change = { ...keys, user: 'ghost' };
    assert.deepEqual(said(await previewed(plan(nobody), memoryHost(withBob()))), ['due user does not exist yet']);
    assert.deepEqual(said(await applied(plan(nobody), memoryHost(withBob()))), ['failed There is no user ghost']);
  });

  test('in a folder of the system leave the folder alone', async () => {
    const host = memoryHost(
      withBob({
        files: { ...withBob().files, '/etc/ssh/sshd_config': 'AuthorizedKeysFile /etc/ssh/keys/%u\n' },
        directories: ['/etc/ssh/keys', '/home/bob'],
      }),
    );
    await applied(plan(keys), host);
    assert.equal(host.text('/etc/ssh/keys/bob'), `${keyOf(1)} é\n`);
    assert.deepEqual([host.mode('/etc/ssh/keys'), host.nodes.get('/etc/ssh/keys')?.uid], ['0755', 0]);
  });

  test('in a home that others can write are told to be worth nothing', async () => {
    const host = memoryHost(withBob({ modes: { '/home/bob': 0o777 } }));
    assert.deepEqual(said(await applied(plan(keys), host)), [
      'made /home/bob can be written by others: sshd accepts no keys until that is repaired',
    ]);
  });

  test('that nobody gave this machine are told with their fingerprints', async () => {
    const host = memoryHost(
      withBob({
        files: {
          ...withBob().files,
          '/root/.ssh/authorized_keys': `${keyOf(7)} old\n`,
          '/home/bob/.ssh/authorized_keys': `${keyOf(1)} mine\n`,
        },
      }),
    );
    const steps = await applied(plan({ kind: 'inherited-keys', known: [keyOf(1)] }), host);
    assert.match(
      said(steps)[0] ?? '',
      /^made the image brought keys that are in neither metadata nor user-data: root: 256 SHA256:\S+ old \(ED25519\)$/,
    );
  });
});

describe('a lock', () => {
  const lock: Change = { kind: 'locked', user: 'root', locked: true };
  laws('root’s lock', plan(lock), () => memoryHost(peopled()));
  for (const [hash, why] of [
    ['$6$a$b', 'made is not locked'],
    ['', 'made needs no password at all'],
    ['!$6$a$b', 'holds'],
    ['*', 'holds'],
    ['!!', 'holds'],
  ] as const) {
    test(`on ${JSON.stringify(hash)}: ${why}`, async () => {
      const host = memoryHost(peopled({ files: { ...peopled().files, '/etc/shadow': `root:${hash}:20000::::::\n` } }));
      assert.deepEqual(said(await applied(plan(lock), host)), [why]);
      assert.match(host.text('/etc/shadow') ?? '', /^root:[!*]/);
    });
  }
  test('is not taken off an account without a password', async () => {
    const host = memoryHost(withBob());
    assert.deepEqual(said(await applied(plan({ kind: 'locked', user: 'bob', locked: false }), host)), ['holds']);
  });
});

describe('a rule for sudo', () => {
  const named = (rule: string): ChangeOf<'sudoers'> => ({
    kind: 'sudoers',
    path: '/etc/sudoers.d/90-bootagent-bob',
    content: `# Written by bootagent.\n${rule}\n`,
  });
  const rule = named('bob ALL=(ALL) /bin/mount');
  laws('a rule', plan(rule), () => memoryHost(peopled()));
  test('counts only once visudo has taken it', async () => {
    const visudo: Program = () => ({ code: 1, stderr: '/run/bootagent/sudoers:1:5: syntax error' });
    const host = memoryHost(peopled({ programs: { visudo } }));
    assert.deepEqual(said(await applied(plan(rule), host)), [
      'failed visudo refuses the rule: the rule:1:5: syntax error',
    ]);
    assert.deepEqual([host.text(rule.path), host.text('/run/bootagent/sudoers')], [undefined, undefined]);
  });
  for (const [text, looks] of [
    ['bob ALL=(ALL) ALL', false],
    ['bob ALL=(ALL:ALL) NOPASSWD: ALL', false],
    ['bob ALL=(ALL) NOPASSWD:ALL', false],
    ['bob ALL=(ALL) NOPASSWD:ALL ALL', true],
    ['bob ALL=(ALL) NOPASSWD:ALL\nbob ALL', true],
    ['#include x', true],
    ['Defaults ALL', true],
    ['sha256 ALL=(ALL) NOPASSWD:ALL', true],
    ['sudoedit ALL=(ALL) NOPASSWD:ALL', true],
    ['sha256x ALL=(ALL) NOPASSWD:ALL', false],
    ['b.b ALL=(ALL) ALL', true],
    ['%bobs ALL=(ALL) ALL', true],
  ] as const) {
    test(`${looks ? 'is shown to' : 'is known without'} visudo: ${JSON.stringify(text)}`, async () => {
      const host = memoryHost(peopled({ files: { ...peopled().files, '/usr/sbin/visudo': '' } }));
      await applied(plan(named(text)), host);
      assert.equal(
        host.did.some((each) => each.startsWith('run visudo')),
        looks,
      );
      assert.equal(host.text('/etc/sudoers.d/90-bootagent-bob'), `# Written by bootagent.\n${text}\n`);
    });
  }
  test('is shown to visudo where sudo is not installed, which tells', async () => {
    const visudo: Program = () => ({ code: 127, stderr: 'visudo: not installed' });
    const host = memoryHost(peopled({ programs: { visudo } }));
    assert.match(said(await applied(plan(named('bob ALL=(ALL) ALL')), host))[0] ?? '', /^failed visudo/);
  });
  test('is read, though nothing was read from its folder before', async () => {
    const host = memoryHost(peopled({ files: { ...peopled().files, '/etc/sudoers': 'root ALL=(ALL) ALL' } }));
    await applied(plan(rule), host);
    assert.equal(host.text('/etc/sudoers'), 'root ALL=(ALL) ALL\n#includedir /etc/sudoers.d\n');
    assert.equal(host.mode(rule.path), '0440');
  });
});

describe('a setting of sshd', () => {
  const noKeys = 'Unable to load host key: /run/bootagent/no-key\nsshd: no hostkeys available -- exiting.';
  const shut: Change = { kind: 'sshd', keyword: 'PermitRootLogin', value: 'no' };
  const sshd = (answer: Program): Given =>
    peopled({ programs: { '/usr/sbin/sshd': answer }, files: { ...peopled().files, '/usr/sbin/sshd': '' } });
  laws('two settings', plan(shut, { kind: 'sshd', keyword: 'PasswordAuthentication', value: 'no' }), () =>
    memoryHost(sshd(() => '')),
  );
  test('stands in a file of ours', async () => {
    const host = memoryHost(sshd(() => ''));
    await applied(plan(shut), host);
    assert.equal(host.text('/etc/ssh/sshd_config.d/01-bootagent.conf'), 'PermitRootLogin no\n');
    assert.equal(host.mode('/etc/ssh/sshd_config.d/01-bootagent.conf'), '0600');
  });
  test('stands in sshd’s own file where that reads no others', async () => {
    const host = memoryHost({ ...sshd(() => ''), files: { '/etc/ssh/sshd_config': '# x\nPermitRootLogin yes\n' } });
    await applied(plan(shut), host);
    assert.equal(host.text('/etc/ssh/sshd_config'), '# x\nPermitRootLogin no\n');
  });
  test('is not made where sshd refuses it', async () => {
    const host = memoryHost(
      sshd((_, machine) =>
        machine.text('/run/bootagent/sshd_config')?.startsWith('PermitRootLogin')
          ? { code: 255, stderr: 'line 1: Bad value' }
          : '',
      ),
    );
    assert.deepEqual(said(await applied(plan(shut), host)), [
      'failed sshd refuses "PermitRootLogin no": line 1: Bad value',
    ]);
    assert.equal(host.text('/etc/ssh/sshd_config.d/01-bootagent.conf'), undefined);
  });
  test('is made though sshd refused the previous configuration', async () => {
    const host = memoryHost(sshd(() => ({ code: 255, stderr: 'line 9: Bad configuration option' })));
    assert.deepEqual(said(await applied(plan(shut), host)), [
      'made sshd refuses its configuration as it was before: line 9: Bad configuration option',
    ]);
  });
  test('is made before there are host keys and before sshd has its folder', async () => {
    let asked = 0;
    const host = memoryHost(
      sshd(() =>
        asked++ === 0
          ? { code: 255, stderr: 'Missing privilege separation directory: /run/sshd' }
          : { code: 1, stderr: noKeys },
      ),
    );
    assert.deepEqual(said(await applied(plan(shut), host)), ['made is not set']);
    assert.equal(host.mode('/run/sshd'), '0755');
  });
  test('is checked by one sshd, which gets no key to load', async () => {
    const host = memoryHost(
      sshd((args) => (args[args.indexOf('-h') + 1] === '/run/bootagent/no-key' ? { code: 1, stderr: noKeys } : '')),
    );
    assert.deepEqual(said(await applied(plan(shut), host)), ['made is not set']);
    assert.equal(host.did.filter((each) => each.startsWith('run /usr/sbin/sshd')).length, 1);
    assert.equal(host.text('/run/bootagent/no-key'), undefined);
  });
  for (const [current, instead, outcome] of [
    ['PermitRootLogin yes\n', 'no', 'holds'],
    ['PermitRootLogin no\n', 'no', 'due is no'],
    ['', 'nothing', 'due is not set'],
    ['PermitRootLogin without-password\n', 'nothing', 'holds'],
  ] as const) {
    test(`in place of ${instead}, where it says ${JSON.stringify(current)}: ${outcome}`, async () => {
      const host = memoryHost({ files: { '/etc/ssh/sshd_config': current } });
      assert.deepEqual(said(await previewed(plan({ ...shut, value: 'prohibit-password', instead }), host)), [outcome]);
    });
  }
  test('of which there are several stands beside the others', async () => {
    const certificate = (name: string): Change => ({
      kind: 'sshd',
      keyword: 'HostCertificate',
      value: name,
      among: true,
    });
    const host = memoryHost(sshd(() => ''));
    await applied(plan(certificate('/a'), certificate('/b')), host);
    assert.equal(host.text('/etc/ssh/sshd_config.d/01-bootagent.conf'), 'HostCertificate /b\nHostCertificate /a\n');
    assert.deepEqual(said(await previewed(plan(certificate('/a'), certificate('/b')), host)), ['holds', 'holds']);
  });
});

describe('host keys', () => {
  const [parent, given, ...made] = Array.from({ length: 6 }, rsaPair);
  let next = 0;
  const keygen = keygenOf(() => made[next++ % made.length] ?? { secret: '', shown: '' });
  const rsa = '/etc/ssh/ssh_host_rsa_key';
  const record = '/var/lib/bootagent/host-keys';
  const wanted = (own: object = {}): Change =>
    ({ kind: 'host-keys', types: ['rsa'], machine: 'uuid me', fresh: false, given: [], ...own }) as Change;
  const machine = (files: Given['files'] = {}, more: Given = {}) =>
    memoryHost(peopled({ programs: { 'ssh-keygen': keygen }, ...more, files: { ...peopled().files, ...files } }));
  const mine = { [rsa]: parent?.secret ?? '', [`${rsa}.pub`]: parent?.shown ?? '', [record]: 'uuid me\n' };
  const safe: Given = { modes: { [rsa]: 0o600 } };

  laws('host keys', plan(wanted()), () => machine());
  laws('a clone’s host keys', plan(wanted()), () => machine({ ...mine, [record]: 'uuid another\n' }));

  test('that were found whole are not proven again until one of them is another', async () => {
    const bytes = Buffer.from('no key at all\0nor its public half');
    const lines = (text: string) => ({
      [rsa]: text,
      [`${rsa}.pub`]: 'nor its public half',
      [record]: `uuid me\nrsa ${digest(bytes)}\n`,
    });
    for (const [text, outcome] of [
      ['no key at all', 'holds'],
      ['no key at all!', 'due'],
    ] as const) {
      const [step] = await previewed(plan(wanted()), machine(lines(text), safe));
      assert.equal(step?.outcome, outcome);
    }
    const host = machine({}, safe);
    await applied(plan(wanted()), host);
    assert.match(host.text(record) ?? '', /^uuid me\nrsa [0-9a-f]{32}\n$/);
  });

  test('are made beside their place where /run is full', async () => {
    const inner = machine({}, safe);
    const host: MemoryHost = {
      ...inner,
      makeDirectory: async (path, ...rest) => {
        if (path.startsWith('/run/')) throw new Problem('file-failed', `Cannot write ${path}: the disk is full`);
        return inner.makeDirectory(path, ...rest);
      },
    };
    assert.deepEqual(
      (await applied(plan(wanted()), host)).map(({ outcome }) => outcome),
      ['made'],
    );
    assert.ok(host.text(rsa));
    assert.ok(![...host.nodes.keys()].some((path) => path.includes('.bootagent-host-keys')), 'nothing is left there');
  });

  test('of which one sort cannot be made are made of the others, and kept: a copy’s own, and no parent’s', async () => {
    const ecdsa = '/etc/ssh/ssh_host_ecdsa_key';
    const lucky = { ecdsa: false };
    const sometimes: Program = (args, ...rest) =>
      args.includes('ecdsa') && !lucky.ecdsa ? { code: 1, stderr: 'no luck' } : keygen(args, ...rest);
    const parents = { ...mine, [ecdsa]: given?.secret ?? '', [`${ecdsa}.pub`]: given?.shown ?? '' };
    const host = machine(
      { ...parents, [record]: 'uuid another\n' },
      { modes: { [rsa]: 0o600, [ecdsa]: 0o600 }, programs: { 'ssh-keygen': sometimes } },
    );
    const both = plan(wanted({ types: ['rsa', 'ecdsa'] }));
    const outcomes = async () => (await applied(both, host)).map(({ outcome }) => outcome);
    assert.deepEqual(await outcomes(), ['failed']);
    const own = host.text(rsa);
    assert.notEqual(own, parent?.secret);
    assert.equal(host.text(ecdsa), undefined);
    assert.deepEqual([await outcomes(), host.text(rsa)], [['failed'], own], 'nothing new at the next boot');
    lucky.ecdsa = true;
    assert.deepEqual([await outcomes(), host.text(rsa)], [['made'], own]);
    assert.match(host.text(ecdsa) ?? '', /PRIVATE KEY/);
  });

  test('of which none can be made stay what they are', async () => {
    const host = machine(
      { ...mine, [record]: 'uuid another\n' },
      { ...safe, programs: { 'ssh-keygen': () => ({ code: 1, stderr: 'no luck' }) } },
    );
    const [step] = await applied(plan(wanted()), host);
    assert.deepEqual([step?.outcome, host.text(rsa), host.text(record)], ['failed', parent?.secret, 'uuid another\n']);
  });

  for (const [claim, files, change, outcome] of [
    ['that are ours and whole stay', mine, wanted(), 'holds'],
    [
      'stay where nobody remembers, on no new machine',
      { ...mine, [record]: undefined },
      wanted(),
      'has keys that are not remembered as those of this machine',
    ],
    [
      'of a machine this one was copied from do not',
      { ...mine, [record]: 'uuid another\n' },
      wanted(),
      'has the keys of the machine this one was copied from',
    ],
    [
      'that came with the image do not',
      { ...mine, [record]: undefined },
      wanted({ fresh: true }),
      'has keys that are not known to be made for this machine',
    ],
    ['stay on a new machine that made them', mine, wanted({ fresh: true }), 'holds'],
    [
      'stay where no more than a card was changed',
      { ...mine, [record]: 'mac 1\n' },
      wanted({ machine: 'mac 2' }),
      'holds',
    ],
    ['that are missing are made', {}, wanted(), `${rsa} does not exist`],
    ['that are empty are made', { ...mine, [rsa]: '' }, wanted(), `${rsa} is empty`],
    ['full of zeros are made', { ...mine, [rsa]: '\0'.repeat(400) }, wanted(), `${rsa} is not a private key`],
    [
      'without their public half get it',
      { ...mine, [`${rsa}.pub`]: '' },
      wanted(),
      `${rsa} does not match its .pub file`,
    ],
    [
      'with another’s public half get their own',
      { ...mine, [`${rsa}.pub`]: given?.shown ?? '' },
      wanted(),
      `${rsa} does not match its .pub file`,
    ],
  ] as const) {
    test(claim, async () => {
      const there = Object.fromEntries(Object.entries(files).filter(([, text]) => text !== undefined)) as Record<
        string,
        string
      >;
      const [step] = await previewed(plan(change), machine(there, safe));
      const why = step?.outcome === 'due' ? step.difference.why : step?.outcome;
      assert.equal(why?.replace('has a key that is not right: ', ''), outcome);
      const host = machine(there, safe);
      await applied(plan(change), host);
      const kept = host.text(rsa) === parent?.secret;
      assert.equal(
        kept,
        !/empty|not a private|copied|made for|does not exist/.test(outcome),
        'whether the key is the old one',
      );
      assert.deepEqual(said(await previewed(plan(change), host)), ['holds']);
      assert.equal(host.mode(rsa), '0600');
    });
  }

  test('of other types go with the machine they were made for', async () => {
    const other = '/etc/ssh/ssh_host_dsa_key';
    const host = machine({
      ...mine,
      [record]: 'uuid another\n',
      [other]: 'x',
      [`${other}.pub`]: 'y',
      [`${rsa}-cert.pub`]: 'z',
      '/etc/ssh/moduli': 'm',
    });
    await applied(plan(wanted()), host);
    assert.deepEqual((await host.list('/etc/ssh')).toSorted(), [
      'moduli',
      'ssh_host_rsa_key',
      'ssh_host_rsa_key.pub',
      'sshd_config',
    ]);
  });

  describe('of a type that a later change makes', () => {
    const both = (own: object = {}) => plan(wanted({ types: ['rsa', 'ecdsa'], later: ['rsa'], fresh: true, ...own }));
    const all = plan(wanted({ types: ['rsa', 'ecdsa'] }));
    const ecdsa = '/etc/ssh/ssh_host_ecdsa_key';

    test('are left out first, and made by that change', async () => {
      const host = machine({ ...mine, [record]: 'uuid another\n' });
      await applied(both(), host);
      assert.deepEqual([host.text(rsa), host.text(ecdsa) === undefined], [undefined, false], 'the old one is gone');
      assert.deepEqual(said(await previewed(both(), host)), ['holds']);
      const own = host.text(ecdsa);
      await applied(all, host);
      assert.match(host.text(rsa) ?? '', /PRIVATE KEY/);
      assert.equal(host.text(ecdsa), own);
      for (const each of [both(), all]) assert.deepEqual(said(await previewed(each, host)), ['holds']);
    });

    for (const [claim, settings, isMade] of [
      ['are made first where sshd_config names no other', `HostKey ${rsa}\n`, true],
      ['are left out where sshd_config names another too', `HostKey ${rsa}\nHostKey ${ecdsa}\n`, false],
    ] as const) {
      test(claim, async () => {
        const host = machine({ '/etc/ssh/sshd_config': settings });
        await applied(both(), host);
        assert.equal(host.text(rsa) !== undefined, isMade);
      });
    }

    test('are made first where they are the only type', async () => {
      const host = machine();
      await applied(both({ types: ['rsa'] }), host);
      assert.notEqual(host.text(rsa), undefined);
    });
  });

  test('that are given are put in their place, with a public half made from them', async () => {
    const host = machine(mine, safe);
    await applied(plan(wanted({ given: [{ type: 'rsa', private: given?.secret, certificate: 'cert\n' }] })), host);
    assert.equal(host.text(rsa), given?.secret);
    assert.equal(host.text(`${rsa}.pub`)?.trim().split(' ')[1], given?.shown.split(' ')[1]);
    assert.equal(host.text(`${rsa}-cert.pub`), 'cert\n');
  });

  test('that others can read are shut', async () => {
    const host = machine(mine, { modes: { [rsa]: 0o644 } });
    const [note = ''] = said(await applied(plan(wanted()), host));
    assert.match(note, /^made repaired: \S+rsa_key can be read by others \(mode 0644\); RSA SHA256:\S+$/);
    assert.equal(host.text(rsa), parent?.secret);
  });

  test('are the group’s of ssh-keysign where that is one of its own', async () => {
    const host = machine(
      { '/etc/group': 'root:x:0:\nssh_keys:x:998:\n', '/usr/libexec/openssh/ssh-keysign': '' },
      {
        modes: { '/usr/libexec/openssh/ssh-keysign': 0o2555 },
        owners: { '/usr/libexec/openssh/ssh-keysign': '0:998' },
      },
    );
    await applied(plan(wanted()), host);
    assert.deepEqual([host.mode(rsa), host.nodes.get(rsa)?.gid], ['0640', 998]);
  });

  test('are not made for a tree that does not run', async () => {
    const host = memoryHost(peopled({ offline: true }));
    assert.equal((await applied(plan(wanted()), host))[0]?.outcome, 'deferred');
  });
});

describe('a host name', () => {
  const name: Change = { kind: 'hostname', name: 'wn-1.x' };
  const files = { '/etc/hostname': 'old\n', '/proc/sys/kernel/hostname': 'old\n' };
  laws('a host name', plan(name), () => memoryHost({ files }));
  test('is the kernel’s at once, and the next boot’s', async () => {
    const host = memoryHost({ files });
    await applied(plan(name), host);
    assert.deepEqual([host.text('/etc/hostname'), host.text('/proc/sys/kernel/hostname')], ['wn-1.x\n', 'wn-1.x']);
  });
  test('is the kernel’s too where its file is read-only, as in a container', async () => {
    const kernel = '/proc/sys/kernel/hostname';
    const hostnameProgram: Program = ([word = ''], { nodes }) => {
      nodes.set(kernel, { ...(nodes.get(kernel) ?? assert.fail()), bytes: Buffer.from(`${word}\n`) });
    };
    const host = memoryHost({ files, programs: { hostname: hostnameProgram } });
    const readOnly: typeof host = {
      ...host,
      async writeFile(path, ...more) {
        if (path === kernel) throw new Problem('file-failed', `Cannot write ${path}: the file system is read-only`);
        await host.writeFile(path, ...more);
      },
    };
    const steps = await applied(plan(name), readOnly);
    assert.deepEqual([steps.map(({ outcome }) => outcome), host.text(kernel)], [['made'], 'wn-1.x\n']);
  });
  test('of a tree is no kernel’s', async () => {
    const host = memoryHost({ files, offline: true });
    await applied(plan(name), host);
    assert.deepEqual([host.text('/etc/hostname'), host.text('/proc/sys/kernel/hostname')], ['wn-1.x\n', 'old\n']);
  });
});

/** `openssl passwd -6 -salt abc x` */
const ofX = '$6$abc$K4v3HcZ8yAmpRfxML6S46NCcqy9r4/KdbQpFvqSWsBf4dgySOEOo1DHJTrmn2BsJK2aNmPN8Tfb826D2o9.z51';
/** Returns a chpasswd that writes this hash, whatever its input. */
const writes =
  (hash: string): Program =>
  (_, { nodes }) => {
    const shadow = nodes.get('/etc/shadow') ?? assert.fail();
    nodes.set('/etc/shadow', { ...shadow, bytes: Buffer.from(`root:*:1::::::\nbob:${hash}:20000::::::\n`) });
    return '';
  };

describe('a password', () => {
  test('that is made up is shown on the console and nowhere else', async () => {
    const inputs: string[] = [];
    const programs = { dd: ((_, __, input) => void inputs.push(input)) as Program };
    const host = memoryHost(
      withBob({ programs: { ...peopled().programs, ...programs }, files: { ...withBob().files, '/dev/console': '' } }),
    );
    const steps = await applied(plan({ kind: 'plain-password', user: 'bob', password: { random: 20 } }), host);
    assert.deepEqual(said(steps), ['made it is shown on the console alone']);
    const made = /is ([A-Za-z0-9]{20})\r\n$/.exec(inputs[0] ?? '')?.[1] ?? '';
    assert.equal(made.length, 20);
    assert.ok(!JSON.stringify([steps, host.did]).includes(made));
    assert.match(host.text('/etc/shadow') ?? '', new RegExp(`bob:\\$y\\$of\\$${Buffer.from(made).toString('hex')}:`));
  });
  for (const [what, given, password, refused] of [
    [
      'is not made up where nobody could read it',
      {},
      { random: 20 },
      'There is no console to show the password of bob on',
    ],
    [
      'is not made up for a tree, which has no console',
      { offline: true, files: { '/dev/console': '' } },
      { random: 20 },
      'There is no console to show the password of bob on',
    ],
    [
      'is not set where every user could read its hash',
      {},
      'x',
      'The password of bob is not set: there is no /etc/shadow to keep its hash in',
    ],
  ] as const) {
    test(`${what}, and a preview says so`, async () => {
      const host = memoryHost(withBob(given));
      if (typeof password === 'string') host.nodes.delete('/etc/shadow');
      const asked = plan({ kind: 'plain-password', user: 'bob', password });
      for (const steps of [await previewed(asked, host), await applied(asked, host)])
        assert.deepEqual(said(steps), [`failed ${refused}`]);
      assert.deepEqual(host.did, []);
    });
  }
  test('of a user to be created is refused by the preview too where there is no table for it', async () => {
    const asked = plan(
      { kind: 'user', name: 'eve' },
      { kind: 'password', user: 'eve', hash: '$6$a$b' },
      { kind: 'plain-password', user: 'eve', password: 'x' },
    );
    const host = memoryHost(withBob());
    host.nodes.delete('/etc/shadow');
    const why = 'failed The password of eve is not set: there is no /etc/shadow to keep its hash in';
    assert.deepEqual(said(await previewed(asked, host)), ['due does not exist', why, 'skipped']);
    assert.deepEqual(said(await applied(asked, host)), ['made does not exist', why, 'skipped']);
  });
  test('is set by name in a tree, too', async () => {
    const host = memoryHost(withBob({ offline: true }));
    const steps = await applied(plan({ kind: 'plain-password', user: 'bob', password: 'x' }), host);
    assert.deepEqual(said(steps), ['made sets the password']);
    assert.deepEqual(host.did, ['run chpasswd --root /image']);
  });
  for (const [what, chpasswd] of [
    ['reads nothing', () => ''],
    ['writes no hash', writes('!!')],
    ['writes another password', writes(ofX)],
  ] as readonly (readonly [string, Program])[]) {
    test(`is not reported as set, and not shown, by a chpasswd that ${what} and ends with 0`, async () => {
      for (const password of ['y', { random: 20 }]) {
        const shown: string[] = [];
        const programs = { ...peopled().programs, chpasswd, dd: ((_, __, input) => void shown.push(input)) as Program };
        const host = memoryHost(withBob({ programs, files: { ...withBob().files, '/dev/console': '' } }));
        const steps = await applied(plan({ kind: 'plain-password', user: 'bob', password }), host);
        assert.deepEqual(said(steps), [
          'failed chpasswd ended with 0, but the password of bob in /etc/shadow is not set',
        ]);
        assert.deepEqual(shown, []);
      }
    });
  }
  test('is reported as set where its hash is that of the password', async () => {
    const host = memoryHost(withBob({ programs: { ...peopled().programs, chpasswd: writes(ofX) } }));
    const steps = await applied(plan({ kind: 'plain-password', user: 'bob', password: 'x' }), host);
    assert.deepEqual(said(steps), ['made sets the password']);
  });
  test('is not reported as expired by a chage that ends with 0 and changes nothing', async () => {
    const host = memoryHost(withBob({ programs: { ...peopled().programs, chage: () => '' } }));
    const steps = await applied(plan({ kind: 'expired-password', user: 'bob' }), host);
    assert.deepEqual(said(steps), ['failed chage ended with 0, but the password of bob does not have to be changed']);
  });
});
