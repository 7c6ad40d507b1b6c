import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sshKeys } from '../../modules/ssh-keys.ts';
import { users } from '../../modules/users.ts';
import { context } from '../support/facts.ts';
import { plan } from '../support/settings.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILMXJn659PB2071SNuuQa3088He8uW5OhQShhZCXA13+ cloud';
const cloud = context({}, { datasource: 'ec2', publicKeys: [key] });

const changesOf = (yaml: string) =>
  [users, sshKeys].flatMap((module) => plan(module, yaml, cloud)).flatMap(({ changes }) => changes);

describe('allow_public_ssh_keys: false', () => {
  test('leaves the keys of the metadata out, and keeps those of the user-data', () => {
    const keys = (yaml: string) =>
      changesOf(yaml).flatMap((change) => (change.kind === 'authorized-keys' ? change.keys : []));
    assert.deepEqual(keys('users: [default]'), [key]);
    assert.deepEqual(keys('users: [default]\nallow_public_ssh_keys: false'), []);
    const own = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUi9HJCTdWjTEqzl1IhlNhaT3jdWfsUBqjtxCR6ggYj own';
    assert.deepEqual(keys(`ssh_authorized_keys: ["${own}"]\nallow_public_ssh_keys: false`), [own]);
  });

  test('makes no default user for keys that nobody gets', () => {
    const names = (yaml: string) => changesOf(yaml).flatMap((change) => (change.kind === 'user' ? change.name : []));
    const daemon = 'users: [{name: daemon, system: true}]';
    assert.deepEqual(names(daemon), ['daemon', 'rocky']);
    assert.deepEqual(names(`${daemon}\nallow_public_ssh_keys: false`), ['daemon']);
  });
});
