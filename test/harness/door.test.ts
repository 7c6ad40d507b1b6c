import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Readonly<Record<string, string>> };
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Readonly<Record<string, Locked>>;
};

describe('the lock file', () => {
  test('has every platform of every package, which npm 11 wants of "npm ci"', () => {
    const wanted = Object.values(packages).flatMap((each) => Object.keys(each.optionalDependencies ?? {}));
    assert.ok(wanted.length > 50);
    assert.deepEqual(
      wanted.filter((name) => !packages[`node_modules/${name}`]),
      [],
    );
  });
  test('names no registry', () =>
    assert.deepEqual(
      Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined),
      [],
    ));
});

describe('a script of package.json', () => {
  for (const [name, command] of Object.entries(scripts)) {
    test(`${name} runs on the project's own Node`, () => {
      for (const part of command.split(' && '))
        assert.match(
          part,
          /^(?:\w+=\S+ )*(?:sh packaging\/with-node\.sh |npm (?:run|test)\b|git config |cp package-lock)/,
        );
    });
  }
});

test('no page and no comment asks for the Node of the shell', () => {
  const files = globSync(['*.md', 'docs/**/*.md', 'bench/*.{md,ts}', '{packaging,examples,test}/**/*.{ts,sh}']);
  const lines = files.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) =>
        /(?:^|`|\* +)node (?:--|[\w./-]+\.[jt]s\b)|(?<!with-node\.sh )\bnode (?:agent|bench|examples|packaging|test)\//.test(
          line,
        ),
      )
      .map((line) => `${path}: ${line}`),
  );
  assert.deepEqual(lines, []);
});
