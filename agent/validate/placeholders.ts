import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { type Lines, placeInScript, placeWithin, scalarsIn } from './walk-scalars.ts';

/** In capitals between pointed brackets, as examples have what is to be filled in; and one that a guide has in small ones. */
const placeholder = /<[A-Z][A-Z0-9_]*_[A-Z0-9_]+>|<my_http_proxy>/g;

/** How many are told of one text. */
const most = 20;

/** Placeholders that nobody filled in. */
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
