import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type StringLiteral, stringLiterals } from '../support/string-literals.ts';

/** Words and phrases that do not occur in messages and documents, with what to write instead. */
const oldWords: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(?:somebody|whoever|anybody|everybody)\b/i, '"anyone", "every user", or the name of the program'],
  [/(?<!\bas |-u )\bnobody\b(?! has a well-known)/i, '"no datasource", "no user", "no answer"'],
  [/\bwho (?:it|they|this|(?:this|the) machine) (?:is|are)\b/i, '"the instance", "its identity"'],
  [/\basked\b/i, '"requested", "configured", "queried"'],
  [/(?<!\bthere )\bis no (?!longer|larger|more|less)[a-z]/i, '"is not a"'],
  [/\b(?:that|which) are no [a-z]/i, '"that are not"'],
  [/\band yet\b/i, '"but still"'],
  [/\btold\b|\btells?\b|\btelling\b/i, '"reported", "shows"'],
  [/\blearn(?:s|ed|t|ing)?\b/i, '"reads", "detects"'],
  [/\bmend(?:s|ed|ing)?\b/i, '"fix"'],
  [/\bcut (?:off|short)\b/i, '"interrupted", "truncated"'],
  [/\blooked (?:at|into|for|after|up)\b/i, '"checked", "read", "searched"'],
  [/\bbehind sshd\b/i, '"after sshd starts"'],
  [/\b(?:what|whatever) (?:is|was|stands) there\b/i, '"what exists"'],
  [/\brehears/i, '"preview", "predict the next boot"'],
  [/\b(?:its|their) turns?\b/i, '"run"'],
  [/\bin vain\b/i, '"without success"'],
  [/\bspeaks? (?:for|of)\b/i, 'the fact itself'],
  [/\bcould be had\b/i, '"was available"'],
  [/\blacks what\b/i, 'what is missing'],
  [/\bnot as it (?:is|was)\b/i, '"differs"'],
];

/** Returns the sentences among the string literals of a source. */
const sentencesOf = (source: string): readonly StringLiteral[] =>
  stringLiterals(source).filter(({ text }) => text.includes(' '));

/** Returns the prose of a document: code and tables of measurements may use any word. */
const proseOf = (page: string): string =>
  page.replace(/^```[\s\S]*?^```/gm, (code) => code.replace(/[^\n]/g, '')).replace(/`[^`\n]*`/g, '…');

const wrongIn = (text: string): readonly string[] =>
  oldWords.flatMap(([pattern, instead]) => {
    const [found] = pattern.exec(text) ?? [];
    return found === undefined ? [] : [`"${found}" in "${text.trim()}": write ${instead}`];
  });

describe('the words of the old dialect do not occur', () => {
  for (const path of globSync(['agent/**/*.ts', 'modules/**/*.ts', 'packaging/**/*.ts']).sort()) {
    test(`in the messages of ${path}`, () => {
      const wrong = sentencesOf(readFileSync(path, 'utf8')).flatMap(({ line, text }) =>
        wrongIn(text).map((each) => `${path}:${line}: ${each}`),
      );
      assert.deepEqual(wrong, []);
    });
  }

  for (const path of globSync(['README.md', 'CONTRIBUTING.md', 'docs/*.md', 'agent/**/*.md']).sort()) {
    test(`in ${path}`, () => {
      const lines = proseOf(readFileSync(path, 'utf8')).split('\n');
      assert.deepEqual(
        lines.flatMap((line, index) => wrongIn(line).map((each) => `${path}:${index + 1}: ${each}`)),
        [],
      );
    });
  }

  test('in the descriptions of the units', () => {
    const wrong = globSync('systemd/*.{service,target,path,timer}').flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/^Description=(.*)$/gm)].flatMap(([, text = '']) => wrongIn(text)),
    );
    assert.deepEqual(wrong, []);
  });
});

test('the list of old words finds them in messages, and not in code', () => {
  const source = [
    'const told = 1; // told',
    "fail('nobody told it');",
    'note(`it is @{asked.map((each) => `@{each} told`)} now`);',
    "const quote = /[`'\"]/.test(a / b) ? 'a fix' : told;",
  ]
    .join('\n')
    .replaceAll('@', '$');
  assert.deepEqual(sentencesOf(source), [
    { line: 2, text: 'nobody told it' },
    { line: 3, text: '… told' },
    { line: 3, text: 'it is … now' },
    { line: 4, text: 'a fix' },
  ]);
  assert.equal(wrongIn('nobody told it').length, 2);
  assert.deepEqual(wrongIn(proseOf('jobs run as `nobody`\n```\nwho it is\n```\n')), []);
});
