import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../../agent/base/problem.ts';
import type { Change } from '../../../agent/engine/change.ts';
import type { Step } from '../../../agent/engine/step.ts';
import { applied, laws, previewed } from '../../support/laws.ts';
import { type Given, type MemoryHost, memoryHost, type Program } from '../../support/memory-host.ts';
import { peopled } from '../../support/people/memory-accounts.ts';

const mark = '/var/lib/bootagent/making-ann';
const ann: Change = { kind: 'user', name: 'ann', primaryGroup: 'ann' };
const plan = (...changes: readonly Change[]) => [{ at: 'x', changes }];
const why = (steps: readonly Step[]): string[] =>
  steps.map((step) => ('difference' in step ? step.difference.why : step.outcome));

/** Returns a machine on which useradd was interrupted after the group and a part of the home. */
const cut = (own: Given['files'] = {}, more: Given = {}): MemoryHost => {
  const base = peopled();
  return memoryHost({
    ...base,
    directories: ['/etc/skel/.config', '/home/ann'],
    links: { '/etc/skel/.link': '.profile' },
    ...more,
    files: {
      ...base.files,
      '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n',
      '/etc/group': 'root:x:0:\nann:x:1000:\n',
      '/etc/gshadow': 'root:*::\n',
      '/etc/skel/.profile': 'export A=1\n',
      '/etc/skel/.bashrc': 'alias a=b\n',
      '/etc/skel/.config/own': 'mine\n',
      '/etc/login.defs': '# HOME_MODE 0755\nUMASK\t027\n',
      '/home/ann/.profile': 'expo',
      [mark]: '',
      ...own,
    },
  });
};

describe('an account whose maker was killed', () => {
  laws('a cut account', plan(ann), cut);

  test('is made anew, with its group’s number and the rest of its home', async () => {
    const host = cut();
    assert.deepEqual(why(await previewed(plan(ann), cut())), ['was interrupted while it was created']);
    await applied(plan(ann), host);
    assert.match(host.text('/etc/passwd') ?? '', /^ann:x:1000:1000:/m);
    assert.match(host.text('/etc/shadow') ?? '', /^ann:!:/m);
    assert.match(host.text('/etc/gshadow') ?? '', /^ann:!:/m);
    assert.deepEqual(
      ['.profile', '.bashrc', '.config/own'].map((name) => host.text(`/home/ann/${name}`)),
      ['export A=1\n', 'alias a=b\n', 'mine\n'],
    );
    assert.equal(await host.readLink('/home/ann/.link'), '.profile');
    assert.equal(host.nodes.get('/home/ann/.bashrc')?.uid, 1000);
    assert.equal(host.text(mark), undefined);
  });

  for (const [defs, mode, before = 0] of [
    ['HOME_MODE 0710\nUMASK 077\n', '0710'],
    ['UMASK 027\n', '0750'],
    ['', '0755'],
    ['HOME_MODE 0700\n', '0700', 0o755],
  ] as const) {
    test(`has a home of the mode ${before.toString(8)} set as ${JSON.stringify(defs)} says: ${mode}`, async () => {
      const host = cut({ '/etc/login.defs': defs }, { modes: { '/home/ann': before }, programs: keepsHome });
      await applied(plan(ann), host);
      assert.deepEqual([host.mode('/home/ann'), host.nodes.get('/home/ann')?.uid], [mode, 1000]);
    });
  }

  test('keeps what its owner has written meanwhile', async () => {
    const host = cut({ '/home/ann/.profile': 'my own\n' });
    await applied(plan(ann), host);
    assert.equal(host.text('/home/ann/.profile'), 'my own\n');
  });

  test('and was given a password meanwhile is left as it is', async () => {
    const host = cut({ '/etc/shadow': 'root:*:20000:0:99999:7:::\nann:$6$own$hash:20000:0:99999:7:::\n' });
    await applied(plan(ann), host);
    assert.match(host.text('/etc/shadow') ?? '', /^ann:\$6\$own\$hash:/m);
    assert.ok(!host.did.some((each) => each.startsWith('run userdel')));
    assert.equal(host.text(mark), undefined);
  });
});

describe('a disk that is full or read-only', () => {
  const refusing = (host: MemoryHost, isRefused: (path: string) => boolean): MemoryHost => ({
    ...host,
    writeFile: async (path, ...rest) => {
      if (isRefused(path)) throw new Problem('file-failed', `Cannot write ${path}: the file system is read-only`);
      return host.writeFile(path, ...rest);
    },
  });
  const fresh = (own: Given = {}): MemoryHost =>
    memoryHost({ ...peopled(own), files: { ...peopled().files, '/etc/skel/.profile': 'export A=1\n' } });

  for (const [what, isRefused] of [
    ['the state', (path: string) => path.startsWith('/var/lib/')],
    ['the state and /etc/bootagent', (path: string) => /^\/(?:var\/lib|etc\/bootagent)\//.test(path)],
  ] as const) {
    test(`costs no account where it is ${what}`, async () => {
      const host = refusing(fresh(), isRefused);
      assert.deepEqual(why(await applied(plan({ kind: 'user', name: 'ann' }), host)), ['does not exist']);
      assert.match(host.text('/etc/passwd') ?? '', /^ann:/m);
    });
  }

  for (const [what, home] of [
    ['was not made', undefined],
    ['was begun', { uid: 0, gid: 0 }],
  ] as const) {
    test(`of the homes: a home that ${what} is completed when there is space again, and is its owner's`, async () => {
      let full = true;
      const { useradd } = peopled().programs ?? {};
      const host: MemoryHost = fresh({
        programs: {
          useradd: (args, machine, input) => {
            const kept = machine.nodes.get('/home/ann');
            const answer = useradd?.(args, machine, input);
            const root = machine.nodes.get('/');
            machine.nodes.delete('/home/ann');
            if (!full && !kept && root) machine.nodes.set('/home/ann', { ...root, uid: 1000, gid: 1000 });
            if (kept || (full && home))
              machine.nodes.set('/home/ann', { ...(kept ?? root), ...home } as NonNullable<typeof root>);
            return full ? { code: 12, stderr: 'useradd: cannot create directory /home/ann' } : answer;
          },
        },
      });
      const user: Change = { kind: 'user', name: 'ann' };
      assert.equal((await applied(plan(user), host))[0]?.outcome, 'failed');
      assert.match(host.text('/etc/passwd') ?? '', /^ann:/m);
      full = false;
      assert.deepEqual(why(await applied(plan(user), host)), ['was interrupted while it was created']);
      assert.deepEqual(
        [host.nodes.get('/home/ann')?.uid, host.nodes.get('/home/ann')?.gid, host.text('/home/ann/.profile')],
        [1000, 1000, 'export A=1\n'],
      );
      assert.deepEqual(why(await applied(plan(user), host)), ['holds']);
    });
  }

  test('of the homes, where the account has a password meanwhile: its home is completed, and it is not made anew', async () => {
    const host = cut({ '/etc/shadow': 'root:*:1::::::\nann:$6$own$hash:1::::::\n' });
    for (const path of [...host.nodes.keys()]) if (path.startsWith('/home/ann')) host.nodes.delete(path);
    await applied(plan(ann), host);
    assert.equal(host.text('/home/ann/.profile'), 'export A=1\n');
    assert.equal(host.nodes.get('/home/ann')?.uid, 1000);
    assert.ok(!host.did.some((each) => each.startsWith('run userdel')));
  });
});

/** useradd leaves an existing home unchanged. */
const keepsHome: Readonly<Record<string, Program>> = {
  ...peopled().programs,
  useradd: (args, machine, input) => {
    const home = machine.nodes.get('/home/ann');
    const answer = peopled().programs?.useradd?.(args, machine, input);
    if (home) machine.nodes.set('/home/ann', home);
    return answer;
  },
};

describe('a table that lacks a line the other has', () => {
  test('is shadow: the account gets one that no password opens', async () => {
    const host = cut({ [mark]: undefined as never });
    host.nodes.delete(mark);
    assert.deepEqual(why(await applied(plan(ann), host)), ['lacks its line in /etc/shadow']);
    assert.match(host.text('/etc/shadow') ?? '', /^ann:!:/m);
    assert.ok(!host.did.some((each) => /useradd|userdel/.test(each)));
  });

  const group: Change = { kind: 'group', name: 'ann' };
  laws('a group without its shadow', plan(group), cut);
  test('is gshadow: so does the group', async () => {
    const host = cut();
    assert.deepEqual(why(await applied(plan(group), host)), ['lacks its line in /etc/gshadow']);
    assert.match(host.text('/etc/gshadow') ?? '', /^ann:!::$/m);
  });
});

describe('a member of a group in one table of two', () => {
  const files = { '/etc/group': 'root:x:0:\nann:x:1000:\ngrid:x:9:ann\n', '/etc/gshadow': 'ann:!::\ngrid:!::eve\n' };
  const half = () => {
    const host = cut({ ...files, '/etc/shadow': 'root:*:1::::::\nann:!:1::::::\n' });
    host.nodes.delete(mark);
    return host;
  };
  for (const [change, reason] of [
    [{ kind: 'member', user: 'ann', group: 'grid' }, 'is not a member in /etc/gshadow'],
    [{ kind: 'user', name: 'ann', groups: ['grid'] }, 'has another set of groups (lacks grid)'],
  ] as const) {
    laws(`a member by ${change.kind}`, plan(change), half);
    test(`is made one in the other: ${change.kind}`, async () => {
      const host = half();
      assert.deepEqual(why(await applied(plan(change), host)), [reason]);
      assert.match(host.text('/etc/gshadow') ?? '', /^grid:!::eve,ann$/m);
    });
  }
});

describe('what a killed program left', () => {
  const locks = { '/etc/passwd.lock': '', '/etc/group.4711': '4711', '/etc/shadow+': 'half' };
  const both = plan({ kind: 'group', name: 'ann' }, ann, { kind: 'member', user: 'ann', group: 'root' });
  laws('leftovers', both, () => cut(locks));

  test('is a difference of what holds, and the next program finds it gone', async () => {
    const host = cut({ ...locks, '/etc/gshadow': 'root:*::\nann:!::\n' });
    const [first] = why(await applied(plan({ kind: 'group', name: 'ann' }), host));
    assert.equal(first, 'holds, but a program that was killed left /etc/group.4711, /etc/passwd.lock, /etc/shadow+');
    for (const path of Object.keys(locks)) assert.equal(host.text(path), undefined, path);
    assert.equal(host.did.length, Object.keys(locks).length);
    assert.ok(host.did.every((each) => each.startsWith('remove ')));
  });

  for (const [claim, held] of [
    ['by the number in the lock', '1: POSIX  ADVISORY  WRITE 4712 fe:00:9 0 EOF\n'],
    ['by the number in a name', '7: POSIX  ADVISORY  WRITE 4711 fe:00:9 0 EOF\n'],
  ] as const) {
    test(`stays while somebody is at work: ${claim}`, async () => {
      const host = cut({ ...locks, '/etc/passwd.lock': '4712\0', '/proc/locks': held });
      await applied(plan({ kind: 'group', name: 'ann' }), host);
      for (const path of Object.keys(locks)) assert.notEqual(host.text(path), undefined, path);
    });
  }
});

describe('a tree without /etc/shadow', () => {
  for (const change of [
    { kind: 'password', user: 'ann', hash: '$6$a$b' },
    { kind: 'plain-password', user: 'ann', password: 'word' },
  ] as const) {
    test(`is given no hash for everybody to read: ${change.kind}`, async () => {
      const host = cut();
      host.nodes.delete('/etc/shadow');
      const [step] = await applied(plan(change), host);
      assert.equal(step?.outcome === 'failed' && step.problem.code, 'not-possible');
      assert.match(
        step?.outcome === 'failed' ? step.problem.message : '',
        /^The password of ann is not set: there is no/,
      );
      assert.deepEqual(host.did, []);
    });
  }
});
