import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../../agent/base/problem.ts';
import type { Boot } from '../../../agent/boot/stages/boot.ts';
import { bootOf } from '../../../agent/boot/stages/build-boot.ts';
import { lostState } from '../../../agent/boot/stages/lost-state.ts';
import { runStages } from '../../../agent/boot/stages/run-stages.ts';
import type { Schedule } from '../../../agent/engine/module.ts';
import { gatherFacts } from '../../../agent/facts/gather.ts';
import { identifier } from '../../../agent/identity/resolve.ts';
import type { Event } from '../../../agent/report/event.ts';
import { worst } from '../../../agent/report/summary.ts';
import { openState } from '../../../agent/state/state.ts';
import { memoryStore, type Store } from '../../../agent/state/store.ts';
import { passwords } from '../../../modules/passwords.ts';
import { rootLock } from '../../../modules/root-lock.ts';
import { ssh } from '../../../modules/ssh.ts';
import { sshKeys } from '../../../modules/ssh-keys.ts';
import { users, usersEachBoot } from '../../../modules/users.ts';
import { writeFiles } from '../../../modules/write-files.ts';
import { asking, eio, failing, nameOf, type Question } from '../../support/failing-host.ts';
import { type MemoryHost, memoryHost } from '../../support/memory-host.ts';
import { peopled } from '../../support/people/memory-accounts.ts';

const cloudKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V';
const seed = '/var/lib/cloud/seed/nocloud';
const schedule: Schedule = {
  local: [],
  early: [],
  main: [users, usersEachBoot, ssh, sshKeys, passwords, rootLock, writeFiles],
  final: [],
};
const text: Readonly<Record<string, string>> = {
  '/etc/os-release': 'ID=debian\nID_LIKE=\n',
  '/etc/bootagent/bootagent.yaml': 'write_files: [{path: /image, content: x}]\n',
  '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\n',
  '/etc/fstab': '/dev/vda1 / ext4 defaults 0 1\n',
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/proc/sys/kernel/hostname': 'vm\n',
  '/proc/self/mountinfo': '22 1 8:1 / / rw - ext4 /dev/vda1 rw\n',
  '/sys/class/dmi/id/product_uuid': '6f3a1c9e-0000-4000-8000-000000000001\n',
  '/sys/block/vda/size': '2048\n',
  '/usr/bin/bash': '',
  '/usr/sbin/visudo': '',
  '/etc/systemd/network/10-a.network': '[Network]\nDHCP=yes\n',
  [`${seed}/meta-data`]: `instance-id: i-1\npublic-keys: ["${cloudKey}"]\n`,
  [`${seed}/user-data`]: '#cloud-config\nwrite_files: [{path: /a, content: x}]\nssh_pwauth: false\n',
};

const machine = (own: Readonly<Record<string, string>> = {}): MemoryHost =>
  memoryHost({
    ...peopled({ files: { ...text, ...own } }),
    directories: ['/home', '/usr/bin', '/etc/ssh/sshd_config.d'],
  });

const clean = <T>(value: T): T => value;

interface Booted {
  readonly state: string;
  readonly told: readonly string[];
}

/** Runs a first boot with the stages of its units, over this host and this store. */
async function booted(host: MemoryHost, store: Store, own: Partial<Boot> = {}): Promise<Booted> {
  const told: string[] = [];
  const states: ('done' | 'problems' | 'failed')[] = [];
  const report = (event: Event): void => {
    if (event.event === 'problem') told.push(`${event.module} ${event.at}: ${event.problem.message}`);
    if (event.event === 'note' && event.level !== 'note') told.push(event.text);
  };
  const warn = (_: unknown, message: string): void => void told.push(message);
  const reporting = {
    report,
    warn,
    note: () => {},
    secret: () => {},
    disabled: () => {},
    end: () => {},
    follow: () => {},
    exempt: () => {},
    clean,
  };
  for (const stages of [['local'], ['early', 'main'], ['final']] as const) {
    const state = openState(store);
    const identity = identifier({ host, state, report: reporting, userData: undefined, options: {}, keeps: true });
    const lost = lostState(state);
    const boot: Boot = {
      ...(await bootOf({ version: '0', schedule, state, host, report: reporting, bootId: 'b' })),
      act: { mode: 'apply', host },
      inService: state.inService(),
      gatherFacts: () => gatherFacts(host, host),
      identify: identity.identify,
      ...(lost && { lost }),
      ...own,
    };
    states.push((await runStages(stages, boot)).state);
  }
  return { state: worst(states), told };
}

const freshStore = () => memoryStore(new Map([['fresh', '']]));
const keyOf = (host: MemoryHost, user = 'debian'): boolean =>
  host.text(`/home/${user}/.ssh/authorized_keys`)?.includes(cloudKey) ?? false;
const anyKey = (host: MemoryHost): boolean =>
  [...host.nodes.keys()].some((path) => path.endsWith('authorized_keys') && host.text(path)?.includes(cloudKey));

/** Asserts that the key is in place, or that the status reports why not. */
function holds(host: MemoryHost, { state, told }: Booted): void {
  if (!anyKey(host)) assert.notEqual(state, 'done', 'no key, and the status says nothing');
  if (state !== 'done') assert.ok(told.length > 0, 'the status has a reason');
}

test('a first boot without a fault puts the key in place and is done', async () => {
  const host = machine();
  assert.deepEqual(await booted(host, freshStore()), { state: 'done', told: [] });
  assert.ok(keyOf(host));
  assert.equal(host.text('/a'), 'x');
});

const questions = new Map<string, Question>();
await booted(asking(machine(), (question) => questions.set(nameOf(question), question)) as MemoryHost, freshStore());

describe('a reader that fails', () => {
  let inPlace = 0;
  for (const [name, question] of questions) {
    for (const times of [1, Number.POSITIVE_INFINITY]) {
      test(`${times === 1 ? 'once' : 'for ever'} (${name}) leaves the key in place, or the status says why not`, async () => {
        const inner = machine();
        const host = failing(inner, (each) => nameOf(each) === nameOf(question), times);
        const result = await booted(host as MemoryHost, freshStore());
        holds(inner, result);
        if (anyKey(inner)) inPlace++;
      });
    }
  }

  test('costs the key only where the key itself, its account or its source cannot be read', async () => {
    assert.ok(questions.size > 100, `${questions.size}`);
    assert.ok(inPlace > 2 * questions.size * 0.9, `${inPlace} of ${2 * questions.size}`);
  });

  for (const path of [
    '/etc/systemd/network',
    '/usr/local/sbin',
    '/sys/block',
    '/etc/os-release',
    '/etc/bootagent/conf.d',
    '/etc/bootagent/disabled',
    '/var/lib/cloud/data/instance-id',
  ])
    test(`in ${path} leaves the key in place`, async () => {
      const inner = machine();
      await booted(failing(inner, (each) => each.path === path) as MemoryHost, freshStore());
      assert.ok(anyKey(inner));
    });
});

describe('a writer that fails', () => {
  /** Returns a host and a store on which every write below a folder fails. */
  const full = (folder: string) => {
    const inner = machine();
    const refuse = (path: string): void => {
      if (path.startsWith(folder)) throw new Problem('file-failed', `Cannot write ${path}: the disk is full`);
    };
    const host: MemoryHost = {
      ...inner,
      writeFile: async (path, ...rest) => {
        refuse(path);
        return inner.writeFile(path, ...rest);
      },
      makeDirectory: async (path, ...rest) => {
        refuse(path);
        return inner.makeDirectory(path, ...rest);
      },
    };
    return { inner, host };
  };
  const readOnlyStore = (): Store => {
    const refuse = (): never => {
      throw new Problem('file-failed', 'Cannot write /var/lib/bootagent: the file system is read-only');
    };
    return { ...freshStore(), append: refuse, replace: refuse, remove: refuse };
  };

  test('in the whole state leaves the key in place, and the status says so', async () => {
    const { inner, host } = full('/var/');
    const result = await booted(host, readOnlyStore());
    assert.ok(keyOf(inner));
    assert.notEqual(result.state, 'done');
  });

  test('in all of /run leaves the key in place', async () => {
    const { inner, host } = full('/run/');
    const result = await booted(host, freshStore());
    assert.ok(keyOf(inner));
    holds(inner, result);
    assert.ok(result.told.some((each) => each.includes('/run/bootagent/instance.json')));
  });

  test('in all homes is told, and the key is placed when there is space', async () => {
    const { inner, host } = full('/home/');
    const store = freshStore();
    holds(inner, await booted(host, store));
    assert.ok(!anyKey(inner));
    assert.equal((await booted(inner, store)).state, 'done');
    assert.ok(keyOf(inner));
  });

  for (const operation of ['append', 'replace', 'remove'] as const) {
    for (let count = 0; count < 12; count++) {
      test(`once, at the ${operation} number ${count} of the state, leaves the key in place`, async () => {
        const host = machine();
        const inner = freshStore();
        let left = count;
        const store: Store = {
          ...inner,
          [operation]: (name: string, line: string) => {
            if (left-- === 0) throw eio(name);
            return inner[operation](name, line);
          },
        };
        const result = await booted(host, store);
        holds(host, result);
        assert.ok(keyOf(host));
      });
    }
  }
});

describe('settings that cannot be read', () => {
  for (const failsFor of ['user-data', 'everything']) {
    test(`leave the metadata's key in place: ${failsFor}`, async () => {
      const host = machine();
      const state = openState(freshStore());
      const reporting = { report: () => {}, secret: () => {}, warn: () => {}, exempt: () => {}, clean };
      const { settingsOf } = await bootOf({ version: '0', schedule, state, host, report: reporting, bootId: 'b' });
      const result = await booted(host, freshStore(), {
        settingsOf: async (instance) => {
          if (instance || failsFor === 'everything') throw new TypeError('broken');
          return settingsOf(instance);
        },
      });
      assert.ok(keyOf(host));
      assert.equal(result.state, 'problems');
      assert.equal(host.text('/image'), failsFor === 'user-data' ? 'x' : undefined);
    });
  }
});

describe('whatever text lies in the files that are read', () => {
  const words = fc.constantFrom(
    ...[
      'Match',
      'User',
      'all',
      'en[',
      '!*',
      '[!0]',
      'Include',
      '/etc/ssh/*',
      'AuthorizedKeysFile',
      '.ssh/authorized_keys',
    ],
    ...[
      'none',
      '%h/.ssh/k',
      '/etc/ssh/keys/%u',
      '%%',
      '%',
      'PermitRootLogin',
      'no',
      'debian',
      ':',
      'x',
      '0',
      '-1',
      '\0',
    ],
    ...[
      'ID=',
      'ID_LIKE="rhel',
      "'",
      '"',
      '\\',
      '=',
      '#',
      '/',
      '..',
      '~',
      '1:1:1',
      '\t',
      ' ',
      '\n',
      '\r',
      'é',
      '\u2028',
      '[',
      ']',
      '*',
    ],
    ...[
      '__proto__',
      'constructor',
      'network:',
      'ethernets: {',
      'UUID=',
      '/home/debian',
      'debian:x:1000:1000::/home/debian:/bin/sh',
    ],
  );
  const lines = fc.array(fc.oneof(words, fc.string({ maxLength: 8 })), { maxLength: 30 }).map((all) => all.join(''));
  const files = [
    '/etc/ssh/sshd_config',
    '/etc/fstab',
    '/etc/passwd',
    '/etc/group',
    '/etc/shadow',
    '/etc/hosts',
    '/etc/os-release',
  ];
  const others = [
    '/etc/netplan/50.yaml',
    '/etc/ssh/sshd_config.d/a.conf',
    '/etc/login.defs',
    '/etc/sudoers',
    '/proc/self/mountinfo',
    '/proc/swaps',
    '/proc/cmdline',
    '/etc/bootagent/bootagent.yaml',
  ];

  for (const path of [...files, ...others]) {
    test(`the login modules place the keys or give a problem: ${path}`, async () => {
      await fc.assert(
        fc.asyncProperty(lines, fc.boolean(), async (content, isWhole) => {
          const before = text[path] ?? peopled().files?.[path] ?? '';
          const host = machine({ [path]: isWhole ? content : `${before}${content}` });
          holds(host, await booted(host, freshStore()));
        }),
        { seed: 28, numRuns: 25 },
      );
    });
  }
});
