import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, test } from 'node:test';
import { tokensOf } from '../support/tokens.ts';
import { accepted } from './accepted.ts';
import { importGraph, testsOf } from './import-graph.ts';
import { mutantsOf, mutated } from './mutants.ts';

describe('the tokens of a source', () => {
  test('are all of its text but white space and comments', () => {
    for (const file of globSync('{agent,modules}/**/*.ts')) {
      const source = readFileSync(file, 'utf8');
      let at = 0;
      for (const token of tokensOf(source)) {
        assert.equal(source.slice(token.at, token.at + token.text.length), token.text, file);
        assert.match(source.slice(at, token.at), /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*$/, file);
        at = token.at + token.text.length;
      }
      assert.match(source.slice(at), /^\s*$/, file);
    }
  });

  test('tell regular expressions and templates from operators', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source that is read
    const source = 'a / b; x = /[/]\\/"/g.test(`${`}` + "}"} /`) && 1_000;';
    assert.deepEqual(
      tokensOf(source)
        .filter(({ is }) => is !== 'mark' && is !== 'word')
        .map(({ text }) => text),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the same
      ['/[/]\\/"/g', '`${`}` + "}"} /`', '1_000'],
    );
  });

  test('end a template after an expression with a quote or a brace in a regular expression', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source that is read
    const source = "x = `'${a.replace(/[\\\\'}]/g, '')}'`;\ny = 'b';";
    assert.deepEqual(
      tokensOf(source)
        .filter(({ is }) => is === 'text')
        .map(({ text }) => text),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the same
      ["`'${a.replace(/[\\\\'}]/g, '')}'`", "'b'"],
    );
  });
});

const found = (source: string): string[] => mutantsOf('x.ts', source).map((mutant) => mutated(source, mutant));

describe('the mutants of a source', () => {
  for (const [what, source, expected] of [
    ['a comparison', 'x = a === b;', ['x = a !== b;']],
    ['a limit', 'x = a < b;', ['x = a <= b;']],
    ['a conjunction', 'x = a && !b;', ['x = a || !b;', 'x = a && b;']],
    ['a condition', 'if (a(b)) c = d;', ['if (!(a(b))) c = d;']],
    ['a call that is a statement', 'fsyncSync(fd);', [';']],
    ['an awaited call', 'x = y;\nawait host.a.remove(path);', ['x = y;\n;']],
    ['a returned value', 'return a.b(c);', ['return undefined;']],
    ['a returned list', 'return [a];', ['return [];']],
    [
      'an empty text or list',
      "return '';\nreturn [];",
      ['return undefined;\nreturn [];', "return '';\nreturn undefined;"],
    ],
    ['a constant', 'const most = 1_000;', ['const most = 1001;']],
    ['a truth', 'const is = true;', ['const is = false;']],
    ['a quantifier', 'x = a.some(b);', ['x = a.every(b);']],
    [
      'types, imports and comments',
      "import { a } from 'b';\ninterface A {\n  readonly b?: 1;\n}\ntype C = true | 2; // d === e",
      [],
    ],
    ['generic types', 'const a: Map<string, B> = c;', []],
    ['texts', "x = 'a === b' + `c && d`;", []],
  ] as const) {
    test(`change ${what}`, () => assert.deepEqual(found(source), expected));
  }

  test('are valid programs', () => {
    const files = globSync('{agent/{host,engine,state},modules}/**/*.ts');
    let count = 0;
    for (const file of files) {
      const source = readFileSync(file, 'utf8');
      for (const mutant of mutantsOf(file, source)) {
        if (count++ % 7 !== 0) continue;
        assert.doesNotThrow(
          () => stripTypeScriptTypes(mutated(source, mutant)),
          `${file}:${mutant.line} ${mutant.what}`,
        );
      }
    }
    assert.ok(count > 1000, `${count} mutants`);
  });
});

describe('the tests of a source', () => {
  const graph = importGraph();

  test('are the mirrored test first, then those that import it, also through other files', () => {
    const [first, ...others] = testsOf('agent/state/lock.ts', graph);
    assert.equal(first, 'test/state/lock.test.ts');
    assert.ok(others.includes('test/boot/mutual-exclusion.test.ts'));
    assert.equal(testsOf('modules/condor/settings.ts', graph)[0], 'test/modules/condor.test.ts');
  });

  test('include those that start the program', () =>
    assert.ok(testsOf('agent/commands/run.ts', graph).includes('test/commands/terminal.test.ts')));

  test('exist for every source that is mutated', () => {
    const sources = globSync('{agent/{report,commands,host,engine,state,resources},modules}/**/*.ts');
    const untested = sources.filter((file) => !file.endsWith('.d.ts') && testsOf(file, graph).length === 0);
    assert.deepEqual(untested, []);
  });
});

test('every accepted survivor is a mutant of today, and has a reason', () => {
  for (const { file, was, what, because } of accepted) {
    const source = readFileSync(file, 'utf8');
    const lines = source.split('\n');
    const isThere = mutantsOf(file, source).some((each) => each.what === what && lines[each.line - 1]?.trim() === was);
    assert.ok(isThere, `${file}: ${what}: ${was}`);
    assert.ok(because.length > 20, `${file}: ${because}`);
  }
});
