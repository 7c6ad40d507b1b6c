import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { type Lines, placeWithin, scalarsIn } from './walk-scalars.ts';

const curly = /[\u2018\u2019\u201a-\u201f]/u;
const noBreak = /[\u00a0\u2007\u202f]/u;
const isCommand = (at: string): boolean => /^(?:boot|run)cmd\b/.test(at);

/** Reports typographic characters of word processors and web pages: at the start of a value, and anywhere in commands. */
export function oddCharacters(config: Mapping, texts: Lines): readonly Finding[] {
  return scalarsIn(config).flatMap(({ at, scalar }): readonly Finding[] => {
    const found = (pattern: RegExp): string | undefined => {
      if (isCommand(at)) return pattern.exec(scalar.raw)?.[0];
      const first = scalar.quoted ? undefined : scalar.raw[0];
      return first !== undefined && pattern.test(first) ? first : undefined;
    };
    const finding = (character: string | undefined, message: string, hint: string): readonly Finding[] => {
      if (character === undefined) return [];
      const place = placeWithin(scalar, character, texts);
      return [{ level: 'warning', code: 'odd-character', at, place, message, hint }];
    };
    return [
      ...finding(found(curly), 'curly quotes are ordinary characters to YAML and the shell', 'write " or \''),
      ...finding(
        found(noBreak),
        'YAML and the shell do not treat a no-break space as a space',
        'replace it with a plain space',
      ),
    ];
  });
}
