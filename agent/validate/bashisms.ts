import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { type Lines, placeInScript, placeWithin, scalarsIn } from './walk-scalars.ts';

/** Words that bash knows and a plain /bin/sh does not, each with what it is called. */
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

/** Scripts for /bin/sh that only bash can run. Lists of commands are no matter: bash runs those that need it. */
export function bashisms(config: Mapping, scripts: readonly Script[], texts: Lines): readonly Finding[] {
  const files = scalarsIn(config).filter(({ at }) => /^write_files\[\d+\]\.content$/.test(at));
  return [
    ...files.flatMap(({ at, scalar }) =>
      foundIn(scalar.raw).map(({ match, name, line }) => {
        // A block's text begins on the line below its mark.
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
  /** How many lines of the text stand before it. */
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
