import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { type Lines, placeInScript, placeWithin, scalarsIn } from './walk-scalars.ts';

/** Syntax that bash supports and a plain /bin/sh does not, each with its name in messages. */
const words: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w$"'[])\[\[(?=\s)/, '[['],
  [/\$\{?UID\b/, '$UID'],
  [/\$\{?EUID\b/, '$EUID'],
  [/\$\{?BASH_\w+/, '$BASH_...'],
  [/(?<=^|[;&|]\s*)source\s+[/.~$\w]/m, 'source'],
  [/(?<=^|[;&|]\s*)function\s+\w+/m, 'function'],
  [/<<<\s*["'$\w]/, '<<<'],
];

const plainShell = /^#!\s*(?:\/usr)?\/bin\/(?:env\s+)?(?:sh|dash)\b/;

/** Reports scripts for /bin/sh that only bash can run. Command lists are not checked: those that need bash run in bash. */
export function bashisms(config: Mapping, scripts: readonly Script[], texts: Lines): readonly Finding[] {
  const files = scalarsIn(config).filter(({ at }) => /^write_files\[\d+\]\.content$/.test(at));
  return [
    ...files.flatMap(({ at, scalar }) =>
      foundIn(scalar.raw).map(({ match, name, line }) => {
        // The text of a block scalar begins on the line below its indicator.
        const after = { ...scalar.place, line: scalar.place.line + 1 + line, column: 0 };
        return finding(at, placeWithin(scalar, match, texts, after), name);
      }),
    ),
    ...scripts.flatMap((script) =>
      foundIn(script.content).map(({ name, offset }) => finding('', placeInScript(script, offset, texts), name)),
    ),
  ];
}

interface Found {
  readonly match: string;
  readonly name: string;
  readonly offset: number;
  /** The number of lines of the text before it. */
  readonly line: number;
}

function foundIn(text: string): readonly Found[] {
  if (!plainShell.test(text)) return [];
  const code = text.replace(/(?<=\s)#.*$/gm, (comment) => ' '.repeat(comment.length));
  return words.flatMap(([pattern, name]): readonly Found[] => {
    const found = pattern.exec(code);
    if (!found) return [];
    return [{ match: found[0], name, offset: found.index, line: code.slice(0, found.index).split('\n').length - 1 }];
  });
}

const finding = (at: string, place: Finding['place'], name: string): Finding => ({
  level: 'warning',
  code: 'bashism',
  at,
  place,
  message: `"${name}" is known to bash, and this script is for /bin/sh`,
  hint: 'write "#!/bin/bash" as its first line',
});
