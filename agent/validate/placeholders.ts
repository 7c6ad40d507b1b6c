import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { type Lines, placeInScript, placeWithin, scalarsIn } from './walk-scalars.ts';

/** Matches placeholders of examples: capitals in angle brackets, and one in lower case that a guide contains. */
const placeholder = /<[A-Z][A-Z0-9_]*_[A-Z0-9_]+>|<my_http_proxy>/g;

/** The maximum number reported per text. */
const most = 20;

/** Reports placeholders that are not filled in. */
export function placeholders(config: Mapping, scripts: readonly Script[], texts: Lines): readonly Finding[] {
  const finding = (at: string, place: Finding['place'], words: string): Finding => ({
    level: 'error',
    code: 'placeholder',
    at,
    place,
    message: `${words} is still to be filled in`,
  });
  return [
    ...scalarsIn(config).flatMap(({ at, scalar }) => {
      let place: Finding['place'] | undefined;
      return wordsIn(scalar.raw).map((words) => {
        place = placeWithin(scalar, words, texts, place);
        return finding(at, place, words);
      });
    }),
    ...scripts.flatMap((script) =>
      [...script.content.matchAll(placeholder).take(most)].map(({ 0: words, index }) =>
        finding('', placeInScript(script, index, texts), words),
      ),
    ),
  ];
}

const wordsIn = (text: string): readonly string[] => [...text.matchAll(placeholder).take(most)].map(([words]) => words);
