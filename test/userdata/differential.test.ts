import { test } from 'node:test';
import { compareMime, compareYaml } from '../support/compare.ts';
import { missing } from '../support/python.ts';

test('YAML means what it means to PyYAML', { skip: missing('yaml') }, () => compareYaml(1, 400));
test("messages have the parts that Python's email package finds", { skip: missing('email') }, () =>
  compareMime(1, 200),
);
