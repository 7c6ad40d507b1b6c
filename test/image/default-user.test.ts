import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultUserIn } from '../../agent/image/default-user.ts';

describe('the default user of a configuration', () => {
  for (const [text, name] of [
    ['system_info:\n  default_user:\n    name: centos\n    lock_passwd: true\n', 'centos'],
    ['system_info:\n  default_user:\n\n    # ours\n    lock_passwd: true\n    name: "cloud-user"\n', 'cloud-user'],
    ["system_info:\n  default_user: {sudo: 'ALL', name: ops}\n", 'ops'],
    ['system_info:\n  default_user:\n    lock_passwd: true\n  name: somebody\n', undefined],
    ['# default_user:\n#   name: x\n', undefined],
    ['users:\n  - name: bob\n', undefined],
    ['', undefined],
  ] as const) {
    test(`${JSON.stringify(text)}: ${name}`, () => assert.equal(defaultUserIn(text), name));
  }
});
