import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from '../../../agent/userdata/yaml/read-yaml.ts';

/** Returns the first report for a text, with its place. */
function firstSlip(text: string): string | undefined {
  const told: string[] = [];
  const error = (_at: string, { line, column }: { line: number; column: number }, message: string, hint?: string) =>
    void told.push(`${line}:${column} ${message}; ${hint}`);
  readYaml(text, 'f', { error, warning: assert.fail, secret: assert.fail } as never); // the reader of YAML reports errors only
  return told[0];
}

for (const [text, slip] of [
  [
    'motd: note: x\n',
    '1:7 a key is inside a value; put quotes around text that holds ": ", and begin keys in one column',
  ],
  ['a: [1\nb: 2\n', '1:4 this [ is not closed before line 2; write its ], and indent all of it'],
  ['a: {x: 1\nb: 2\n', '1:4 this { is not closed before line 2; write its }, and indent all of it'],
  ['a: "x\n', '2:1 text that began with a quote goes on to here; write the quote at its end'],
  ["a: 'x\n", '2:1 text that began with a quote goes on to here; write the quote at its end'],
  [
    'a:\n  b: 1\n c: 2\n',
    '3:1 this key does not begin where those before it do; begin the keys of a mapping in one column',
  ],
  ['a:\n - x\n  - y: 1\n', '2:4 this key takes more than one line; is a ":" missing, or a line indented too far?'],
  ['a: 1\nb\n', '2:1 no ":" follows this key; write "key: value", or indent text that goes on'],
  ['a:\n - [{b: 1\nc: 2\n', '2:5 this { is not closed before line 3; write its }, and indent all of it'],
  ['a: 1\nb:c\n', '2:1 a space is missing after "b:"; write "b: ..."'],
  ['a: 1\nb:\u00a0c\n', '2:1 a no-break space follows "b:"; replace it with a plain space'],
  ['a: @x\n', '1:4 text cannot begin with this character; put quotes around the whole text'],
  ['a: "\\d"\n', '1:5 there is no such escape in double quotes; use single quotes, in which a \\ is itself'],
  ['a: ["z" "w"]\n', '1:9 a comma is missing before this; write one between items'],
  ['a: "x"#c\n', '1:7 a # directly follows a value; put a space before it, or quotes around the whole text'],
  ['a: | text\n  more\n', '1:6 text directly follows a | or >; begin it in the next line'],
  ['a: [x]]\n', '1:7 nothing that this would close is open; leave it out'],
  ['a: - b\n', '1:4 a list begins after a key; begin it in the next line'],
  ['a: "x" y\n', '1:8 something follows the end of a value; put quotes around the whole text'],
] as const) {
  test(`${JSON.stringify(text)}: ${slip}`, () => assert.equal(firstSlip(text), slip));
}
