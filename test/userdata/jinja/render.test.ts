import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { render } from '../../../agent/userdata/jinja/render.ts';

/** What Python's Jinja2 3.1.2 renders with the settings of cloud-init; null where it refuses the template. */
const facts = JSON.parse(readFileSync(new URL('python.json', import.meta.url), 'utf8')) as {
  readonly variables: Record<string, unknown>;
  readonly cases: readonly (readonly [string, string | null])[];
};

describe('a template is rendered as by Python', () => {
  for (const [template, wanted] of facts.cases) {
    test(template, () => {
      const { text, error } = render(template, facts.variables);
      if (wanted === null) assert.ok(error, text);
      else assert.deepEqual([text, error], [wanted, undefined]);
    });
  }
});

const only = { v1: { a: 'x' } };

describe('no template reaches the runtime', () => {
  for (const expression of [
    'constructor',
    'v1.constructor',
    'v1.__proto__',
    'v1["__proto__"]',
    '[].constructor',
    '"".constructor',
    'v1.a.constructor',
    'toString',
    'v1.hasOwnProperty',
    'range.constructor',
    'process',
    'globalThis',
    'loop.constructor',
    '{"__proto__": 1}.x',
  ]) {
    test(`{{ ${expression} }} has no value`, () =>
      assert.match(render(`{{ ${expression} }}`, only).text, /^(?:CI_MISSING_JINJA_VAR\/\w+|)$/));
  }
  for (const expression of [
    'v1.a.constructor("x")()',
    'v1.toString()',
    '"a" | constructor',
    '1 is constructor',
    '(1).constructor()',
  ])
    test(`{{ ${expression} }} is refused`, () => assert.ok(render(`{{ ${expression} }}`, only).error));
});

describe('the work of a template is bounded', () => {
  for (const [what, template] of [
    ['a large range', '{{ range(1000000000) | list }}'],
    ['nested loops', '{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}'],
    ['a repeated text', '{{ "x" * 1000000000 }}'],
    ['a doubled text', `{% set a = "x" * 1000 %}${'{% set a = a ~ a %}'.repeat(30)}{{ a }}`],
    ['a doubled list', `{% set a = range(9000) | list %}${'{% set a = a + a %}'.repeat(30)}`],
    ['a replaced text', '{{ ("x" * 100000) | replace("x", "y" * 100000) }}'],
    ['a joined list', '{{ range(9999) | join("x" * 100000) }}'],
    ['a long output', '{% for a in range(9999) %}{{ "x" * 100000 }}{% endfor %}'],
    ['nested parentheses', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`],
    ['nested tags', '{% if 1 %}'.repeat(5000)],
    ['a list that doubles', `{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(45)}{{ a }}`],
    ['a list that doubles, in a comparison', `{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(45)}{{ a == [a] }}`],
    ['a list that doubles, as JSON', `{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(45)}{{ [a] | tojson }}`],
    ['nested lists', `{% set a = [1] %}${'{% set a = [a] %}'.repeat(5000)}{{ a }}`],
    ['a sum of many', `{{ 1${'+1'.repeat(100_000)} }}`],
    ['many filters', `{{ 1${'|abs'.repeat(100_000)} }}`],
    ['many members', `{{ a${'.b'.repeat(100_000)} }}`],
    ['many sorted lists', '{% for a in range(9999) %}{% set b = range(9999) | sort %}{% endfor %}'],
    ['many long texts', '{% set a = "x" * 100000 %}{% for b in range(9999) %}{% set c = a | upper %}{% endfor %}'],
    ['many names', Array.from({ length: 5000 }, (_, index) => `{% set a${index} = 1 %}`).join('')],
    ['many negations', `{{ ${'not '.repeat(5000)}1 }}`],
  ] as const) {
    test(`${what} is refused`, () => assert.match(render(template, {}).error?.message ?? '', /more than|too deeply/));
  }
});

for (const part of ['+1', '|abs', '.b', '<1', ' if 1', '**1', '~1'])
  test(`the longest tag of "${part}" is rendered, or refused, without an exception`, () => {
    const { error } = render(`{{ 1${part.repeat(990 / (part.startsWith(' ') ? 2 : 1))} }}`, {});
    assert.doesNotMatch(error?.message ?? '', /stack/);
  });

test('a method of rounding that does not exist is the usual one', () =>
  assert.equal(render('{{ 2.4 | round(0, "constructor") }}', {}).text, '2.0'));

test('a variable without a value is reported with its line and its whole name', () =>
  assert.deepEqual(render('a\n{{ v1.nothing }}\n{% if 1 %}\n{{ none_such }}{% endif %}', only, 5).missing, [
    { name: 'v1.nothing', line: 6 },
    { name: 'none_such', line: 8 },
  ]));

test('an error has its line', () =>
  assert.deepEqual(render('a\n{% if 1 %}\n{{ 1 / 0 }}\n{% endif %}', {}).error, {
    line: 3,
    message: 'division by zero',
  }));

test('without variables each name stands for itself', () =>
  assert.equal(
    render('a: {{ v1.region }}\n{% for x in v1.list %}- {{ x.name | upper }}\n{% endfor %}', undefined).text,
    'a: v1-region\n- V1-LIST-NAME\n',
  ));
