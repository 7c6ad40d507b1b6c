import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeOf } from '../../../agent/userdata/schema/source-location.ts';
import { nothing, told } from '../../../agent/userdata/schema/source-node.ts';
import { readYaml } from '../../../agent/userdata/yaml/read-yaml.ts';

const yaml = `users:
  - default
  - {name: eve, uid: 0, sudo: x}
groups:
  - grid: [ghost]
  - a.b: [ghost]
password: x
`;

describe('where a setting was written', () => {
  const silent = { error: assert.fail, warning: assert.fail, secret: () => {} };
  const settings = readYaml(yaml, 'user-data', silent) ?? assert.fail();
  for (const [at, place] of [
    ['users[1]', 'user-data:3:5'],
    ['users[1].sudo', 'user-data:3:25'],
    ['users[1].keys[2]', 'user-data:3:5'],
    ['users[9]', 'user-data:1:1'],
    ['users', 'user-data:1:1'],
    ['groups[0].grid.ghost', 'user-data:5:5'],
    ['groups[1].a.b.ghost', 'user-data:6:5'],
    ['password', 'user-data:7:1'],
    ['pass', 'default'],
    ['inherited keys', 'default'],
  ] as const) {
    test(`${at}: ${place}`, () => assert.equal(told(placeOf(at, settings)), place));
  }
  test('in no settings is nowhere', () => assert.equal(told(placeOf('users[1]', nothing)), 'default'));
});
