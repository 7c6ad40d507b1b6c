import { test } from 'node:test';
import { compareMime, compareYaml } from '../support/compare.ts';
import { fuzz } from '../support/fuzz.ts';
import { missing } from '../support/python.ts';

const seed = Number(process.env.SEED ?? 1);

test('100,000 documents with mistakes: all are read, every error has its line and column', () => fuzz(seed, 100_000));
test('YAML means what it means to PyYAML', { skip: missing('yaml') }, () => compareYaml(seed, 20_000));
test("messages have the parts that Python's email package finds", { skip: missing('email') }, () =>
  compareMime(seed, 10_000),
);
