/** A message about a YAML syntax error, and a hint how to fix it. */
export interface YamlMessage {
  readonly message: string;
  readonly hint?: string;
}

const quote = 'put quotes around the whole text';

/** Messages of the parser about common mistakes, each with a message and a hint in plain words. */
const slips: readonly (readonly [RegExp, string, string])[] = [
  [
    /^nested mappings/i,
    'a key is inside a value',
    'put quotes around text that holds ": ", and begin keys in one column',
  ],
  [/^flow .* end with a \]/i, 'the list that began with [ is not closed', 'write its ], and indent all of it'],
  [/^flow .* end with a \}/i, 'the mapping that began with { is not closed', 'write its }, and indent all of it'],
  [/^missing closing ["']quote/i, 'text that began with a quote goes on to here', 'write the quote at its end'],
  [
    /^all sequence items/i,
    'this item does not begin where those before it do',
    'begin every "-" of a list in one column',
  ],
  [
    /^all mapping items/i,
    'this key does not begin where those before it do',
    'begin the keys of a mapping in one column',
  ],
  [
    /^implicit keys need to be on/i,
    'this key takes more than one line',
    'is a ":" missing, or a line indented too far?',
  ],
  [/^implicit map keys need/i, 'no ":" follows this key', 'write "key: value", or indent text that goes on'],
  [/^plain value cannot start/i, 'text cannot begin with this character', quote],
  [/^invalid escape/i, 'there is no such escape in double quotes', 'use single quotes, in which a \\ is itself'],
  [/^missing , /i, 'a comma is missing before this', 'write one between items'],
  [/^comments must be/i, 'a # directly follows a value', 'put a space before it, or quotes around the whole text'],
  [/^not a yaml token|header includes extra/i, 'text directly follows a | or >', 'begin it in the next line'],
  [/^unexpected flow-(?:seq|map)-end/i, 'nothing that this would close is open', 'leave it out'],
  [/^unexpected block-seq-ind on same line/i, 'a list begins after a key', 'begin it in the next line'],
  [/^unexpected scalar at node end/i, 'something follows the end of a value', quote],
  [/^unexpected .* token/i, 'this cannot stand here', 'is something before it not closed, or not indented?'],
];

/** Returns the message for a line that is not "key: value": the space after its colon is missing or a no-break space. */
export function colonSlip(line: string): YamlMessage | undefined {
  const [, key, next = ''] = /^[\s-]*([\w.-]+):([^\s:/]|[\u00a0\u2007\u202f])/.exec(line) ?? [];
  if (key === undefined) return undefined;
  if (/[\u00a0\u2007\u202f]/.test(next))
    return { message: `a no-break space follows "${key}:"`, hint: 'replace it with a plain space' };
  return { message: `a space is missing after "${key}:"`, hint: `write "${key}: ..."` };
}

/** Translates a message of the parser. One that is not in the table keeps its text, without the part in parentheses. */
export function yamlMessage(said: string): YamlMessage {
  const [first = said] = said.split('\n');
  const known = slips.find(([pattern]) => pattern.test(first));
  if (known) return { message: known[1], hint: known[2] };
  return {
    message: first.replace(/\s*\(.*\)$/, '').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()),
  };
}
