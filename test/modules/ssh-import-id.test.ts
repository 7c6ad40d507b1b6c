import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sshImportId } from '../../modules/ssh-import-id.ts';
import { sshKeys } from '../../modules/ssh-keys.ts';
import { context } from '../support/facts.ts';
import { foundIn, plan } from '../support/settings.ts';

const cloud = context({}, { datasource: 'ec2' });

const importsOf = (yaml: string, where = cloud) =>
  plan(sshImportId, yaml, where).map(({ at, changes: [change] }) =>
    change?.kind === 'imported-keys' ? `${at}: ${change.user} ${change.id} ${change.url}` : at,
  );

const alarms = (yaml: string, where = cloud) =>
  plan(sshKeys, yaml, where).flatMap(({ notes = [] }) => notes.map(({ level, text }) => `${level}: ${text}`));

describe('ssh_import_id', () => {
  test('at the top is for the default user', () =>
    assert.deepEqual(importsOf('ssh_import_id: [gh:ann, lp:bob, eve]'), [
      'ssh_import_id[0]: rocky gh:ann https://github.com/ann.keys',
      'ssh_import_id[1]: rocky lp:bob https://launchpad.net/~bob/+sshkeys',
      'ssh_import_id[2]: rocky lp:eve https://launchpad.net/~eve/+sshkeys',
    ]));

  test('of a user is for that user', () =>
    assert.deepEqual(importsOf('users: [default, {name: b, ssh_import_id: gh:b}]'), [
      'users[1].ssh_import_id[0]: b gh:b https://github.com/b.keys',
    ]));

  test('takes the keys from another server of the same kind', () =>
    assert.deepEqual(importsOf('ssh_import_id: [gh:a]\nssh_import_servers: {gh: "https://git.example.org:8443/"}'), [
      'ssh_import_id[0]: rocky gh:a https://git.example.org:8443/a.keys',
    ]));

  test('goes to the listed user who may log in, if no default user is listed', () =>
    assert.deepEqual(importsOf('users: [{name: b}]\nssh_import_id: [gh:a]'), [
      'ssh_import_id[0]: b gh:a https://github.com/a.keys',
    ]));

  test('that is not asked for fetches nothing', () => assert.deepEqual(importsOf('users: [default]'), []));

  for (const [yaml, text] of [
    [
      'ssh_import_id: ["gh:../x"]',
      /ssh_import_id\[0\]: expected gh:NAME \(GitHub\) or lp:NAME \(Launchpad\), got "gh:/,
    ],
    ['ssh_import_id: ["bb:x"]', /ssh_import_id\[0\]: expected gh:NAME/],
    ['ssh_import_servers: {gh: "http://a"}', /ssh_import_servers\.gh: expected an address that begins with https/],
  ] as const) {
    test(`refuses ${yaml}`, () => assert.match(foundIn(sshImportId, yaml).join(), text));
  }

  test('counts as a way to log in', () => {
    assert.deepEqual(alarms('users: [{name: b, ssh_import_id: gh:b}]'), []);
    assert.deepEqual(alarms('ssh_import_id: gh:b'), []);
    assert.match(alarms('users: [{name: b}]').join(), /^alarm: no account can log in/);
    assert.match(alarms('users: [{name: b, ssh_import_id: gh:b, shell: /bin/false}]').join(), /no account can log in/);
  });
});
