import fc from 'fast-check';

/** Scalars that YAML 1.1 may read as something other than text, and scalars that look similar. */
export const words: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'+-.0123456789_:eExXobafnyY~'), minLength: 1, maxLength: 9 }),
  fc.constantFrom(
    ...'on off yes no y n true false True NULL null ~ Null nULL On oN .inf -.INF .nan +.5 0644 644 0o644 08 1:30 22:22 1_000 1e3 1.0e+3 2015-03-17 = << 6.10 0x1f -0b11'.split(
      ' ',
    ),
  ),
  fc.string({
    unit: fc.constantFrom(...'abcABC 0123456789-_./:#$%&*!|>\'"@`,[]{}?=~é😀'),
    minLength: 1,
    maxLength: 20,
  }),
);

interface Styled {
  readonly text: string;
  readonly flow: boolean;
}

const singleQuoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const isPlain = (text: string): boolean =>
  /^[\w+./~=][\w+./~:=-]*$/.test(text) && !text.endsWith(':') && text !== '---';

const scalar: fc.Arbitrary<Styled> = fc
  .tuple(words, fc.constantFrom('plain', 'single', 'double', 'block', 'folded'))
  .map(([text, style]) => {
    if (style === 'plain' && isPlain(text)) return { text, flow: true };
    if (style === 'single') return { text: singleQuoted(text), flow: true };
    if (style === 'block') return { text: `|\n ${text.trim() || 'x'}\n  more\n\n last`, flow: false };
    if (style === 'folded') return { text: `>-\n ${text.trim() || 'x'}\n again\n\n  deeper\n last\n`, flow: false };
    return { text: JSON.stringify(text), flow: true };
  });

const indented = (text: string): string => text.replaceAll('\n', '\n  ');

const { value } = fc.letrec<{ value: Styled }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'yaml' },
    scalar,
    fc.tuple(fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'yaml' }), fc.boolean()).map(([items, flow]) => {
      const canFlow = items.every((item) => item.flow);
      if ((flow && canFlow) || items.length === 0)
        return { text: `[${items.map((item) => item.text).join(', ')}]`, flow: true };
      return { text: `\n${items.map((item) => `- ${indented(item.text)}`).join('\n')}`, flow: false };
    }),
    fc
      .tuple(
        fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), tie('value'), { maxKeys: 4, depthIdentifier: 'yaml' }),
        fc.boolean(),
      )
      .map(([entries, flow]) => {
        const pairs = Object.entries(entries);
        const canFlow = pairs.every(([, item]) => item.flow);
        if ((flow && canFlow) || pairs.length === 0) {
          return { text: `{${pairs.map(([key, item]) => `${key}: ${item.text}`).join(', ')}}`, flow: true };
        }
        return { text: `\n${pairs.map(([key, item]) => `${key}: ${indented(item.text)}`).join('\n')}`, flow: false };
      }),
  ),
}));

/** Whole YAML documents in all styles. */
export const documents: fc.Arbitrary<string> = fc
  .dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), value, { minKeys: 1, maxKeys: 6 })
  .map(
    (entries) =>
      `${Object.entries(entries)
        .map(([key, item]) => `${key}: ${indented(item.text)}`)
        .join('\n')}\n`,
  );

/** Returns one of the texts, changed in a few places, as by a typing mistake or a bad disk. */
export const mutated = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(
        fc.tuple(
          fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
          fc.constantFrom('drop', 'swap', 'put', 'cut', 'repeat'),
          fc.oneof(
            fc.constantFrom(...' \t\n:-[]{}#&*!|>\'"%@`,?=~\r\u0000\ufeff0a'),
            fc.constantFrom('- ', ': ', '<<: ', '&a ', '*a', '!!binary ', '\n  ', '---\n', '{{ x }}'),
          ),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([text, changes]) => changes.reduce(change, text));

function change(text: string, [where, how, what]: readonly [number, string, string]): string {
  const at = Math.floor(where * text.length);
  if (how === 'drop') return text.slice(0, at) + text.slice(at + 1);
  if (how === 'swap') return text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
  if (how === 'cut') return text.slice(0, at);
  if (how === 'repeat') return text.slice(0, at) + text.slice(Math.max(0, at - 40));
  return text.slice(0, at) + what + text.slice(at);
}
