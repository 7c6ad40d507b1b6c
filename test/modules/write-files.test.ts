import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Module } from '../../agent/engine/module.ts';
import { deferredFiles, writeFiles } from '../../modules/write-files.ts';
import { context } from '../support/facts.ts';
import { applied } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

const fileWith = (fields: string): unknown => {
  const change = plan(writeFiles, `write_files:\n  - path: /etc/a\n    ${fields}\n`)[0]?.changes[0];
  return change?.kind === 'file' ? String(change.content) : undefined;
};
const account = { uid: 0, gid: 0, home: '/', shell: '/bin/sh' };
const known = context({
  users: ['root', 'ann'].map((name) => ({ ...account, name })),
  groups: ['root', 'ann', 'adm'].map((name) => ({ name, gid: 0, members: [] })),
});
const zipped = gzipSync('from gzip').toString('base64');

describe('write_files', () => {
  test('unpacks content however it is spelled', () => {
    assert.equal(fileWith('content: plain'), 'plain');
    for (const encoding of ['b64', 'base64', 'BASE64']) {
      assert.equal(fileWith(`content: ZnJvbSBiYXNlNjQ=\n    encoding: ${encoding}`), 'from base64');
    }
    for (const encoding of ['gz+b64', 'gzip+base64', 'gz+base64']) {
      assert.equal(fileWith(`content: ${zipped}\n    encoding: ${encoding}`), 'from gzip');
    }
    assert.equal(fileWith(`content: !!binary ${zipped}\n    encoding: gzip`), 'from gzip');
    assert.equal(fileWith('content: !!binary aGk='), String(Buffer.from('hi')).replace('hi', '104,105'));
  });

  test('refuses what is not what it is said to be, and only that file', () => {
    assert.deepEqual(foundIn(writeFiles, 'write_files:\n  - {path: /a, content: x, encoding: gz}\n  - {path: /b}\n'), [
      'user-data:2:5 write_files[0]: the content is not gzip data; it is said to be gz',
    ]);
  });

  test('tells an encoding that is not known, and writes the content as it stands', () => {
    const asked = 'write_files: [{path: /a, content: x, encoding: rot13}]';
    assert.match(foundIn(writeFiles, asked)[0] ?? '', /the encoding "rot13" is not known/);
  });

  test('fetches a source, and has its content in reserve', () => {
    const settings = 'source: {uri: "https://x/y", headers: {Token: a}}, content: instead, permissions: "0600"';
    assert.deepEqual(plan(writeFiles, `write_files: [{path: /a, ${settings}}]`)[0]?.changes, [
      {
        kind: 'download',
        path: '/a',
        url: 'https://x/y',
        headers: { Token: 'a' },
        otherwise: 'instead',
        mode: 0o600,
        owner: 'root',
        group: 'root',
        secret: true,
      },
    ]);
  });

  for (const [settings, found] of [
    [
      'source: {uri: "ftp://x"}',
      '1:40 write_files[0].source.uri: expected an address that begins with http://, https:// or file://, got "ftp://x"',
    ],
    ['source: {uri: "https://x"}, append: true', '1:15 write_files[0]: source and append exclude each other'],
  ] as const) {
    test(`tells what is wrong with ${settings}`, () => {
      assert.deepEqual(foundIn(writeFiles, `write_files: [{path: /a, ${settings}}]`), [`user-data:${found}`]);
    });
  }

  const changeOf = (module: Module, fields: string) =>
    plan(module, `write_files: [{path: /etc/a, content: x${fields}}]`, known)[0]?.changes[0];
  const plain = { kind: 'file', path: '/etc/a', content: 'x', mode: 0o644, owner: 'root', group: 'root' };

  for (const [written, owner] of [
    ['ann', { owner: 'ann' }],
    ['"ann:"', { owner: 'ann' }],
    ['":adm"', { group: 'adm' }],
    ['ann:none', { owner: 'ann' }],
    ['-1:-1', {}],
    ['""', {}],
  ] as const) {
    test(`with the owner ${written} leaves what is not named as it is`, () => {
      const { owner: _, group: __, ...rest } = plain;
      const fields = `, owner: ${written}`;
      assert.deepEqual(changeOf(writeFiles, fields), { ...rest, ...owner });
      const [late] = plan(deferredFiles, `write_files: [{path: /etc/a, content: x${fields}}]`, known);
      assert.equal(late?.again, Object.keys(owner).length > 0 ? true : undefined);
    });
  }

  for (const [fields, more] of [
    ['', {}],
    [', owner: "ann:adm"', { owner: 'ann', group: 'adm' }],
    [", permissions: '0755'", { mode: 0o755 }],
    [", permissions: '0600'", { mode: 0o600, secret: true }],
    [', append: true', { append: true }],
  ] as const) {
    test(`with "${fields}" is planned before sshd starts, and compared again if its owner has a name`, () => {
      assert.deepEqual(changeOf(writeFiles, fields), { ...plain, ...more });
      const [late] = plan(deferredFiles, `write_files: [{path: /etc/a, content: x${fields}}]`, known);
      assert.equal(late?.again, 'owner' in more ? true : undefined);
      assert.equal(late === undefined, !('owner' in more));
    });
  }

  for (const fields of [', defer: true', ', owner: "tomcat:tomcat"']) {
    test(`with "${fields}" is planned once, in the last stage`, () => {
      assert.equal(changeOf(writeFiles, fields), undefined);
      assert.equal(changeOf(deferredFiles, fields)?.kind, 'file');
    });
  }

  test('appends once', async () => {
    const host = memoryHost({ files: { '/etc/a': 'first\n' } });
    const items = plan(writeFiles, 'write_files: [{path: /etc/a, content: "more\\n", append: true}]');
    for (const _ of ['first run', 'second run']) await applied(items, host);
    assert.equal(host.text('/etc/a'), 'first\nmore\n');
  });

  test('makes missing folders for whom the home they are in belongs to', async () => {
    const host = memoryHost({
      files: { '/etc/passwd': 'root:x:0:0::/:\nann:x:7:8::/home/ann:\n', '/etc/group': 'root:x:0:\nann:x:8:\n' },
      directories: ['/home/ann'],
      owners: { '/home/ann': '7:8' },
    });
    await applied(plan(writeFiles, 'write_files: [{path: /home/ann/.config/x/y, content: a}, {path: /opt/x/y}]'), host);
    for (const path of ['/home/ann/.config', '/home/ann/.config/x']) {
      assert.deepEqual([host.nodes.get(path)?.uid, host.nodes.get(path)?.gid], [7, 8]);
    }
    assert.equal(host.nodes.get('/opt/x')?.uid, 0);
  });

  for (const [slip, meant] of [
    ['permission', 'permissions'],
    ['premissions', 'permissions'],
    ['Permissions', 'permissions'],
    ['perm', 'permissions'],
    ['mode', 'permissions'],
    ['ownr', 'owner'],
    ['user', 'owner'],
    ['apend', 'append'],
  ] as const) {
    test(`a misspelt setting that guards a file withholds it: ${slip}`, () => {
      const asked = `write_files:\n  - path: /etc/secret\n    content: s3cret\n    ${slip}: '0600'\n  - path: /etc/b\n`;
      const { plan, findings } = planned(writeFiles, asked);
      assert.deepEqual(
        plan.map(({ at }) => at),
        ['write_files[1]'],
      );
      assert.deepEqual(
        findings.map(({ level, place, at, message, hint }) => [level, place.line, at, message, hint]),
        [
          [
            'error',
            4,
            `write_files[0].${slip}`,
            `no such setting; the item is left out, as this may mean "${meant}"`,
            `did you mean "${meant}"?`,
          ],
        ],
      );
    });
  }

  test('a misspelt setting that guards nothing costs only itself', () => {
    for (const slip of ['comment: a', 'defr: true', 'constructor: a']) {
      const { plan, findings } = planned(writeFiles, `write_files: [{path: /a, ${slip}}]`);
      assert.equal(plan.length, 1, slip);
      assert.equal(findings.length, 1, slip);
    }
  });
});
