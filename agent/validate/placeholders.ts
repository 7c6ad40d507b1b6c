import type { Finding } from '../userdata/decode.ts';
import type { Script } from '../userdata/read.ts';
import type { Mapping } from '../userdata/written.ts';
import { placeInScript, placeWithin, scalarsIn } from './walk.ts';

/** In capitals between pointed brackets, as examples have what is to be filled in; and one that a guide has in small ones. */
const placeholder = /<[A-Z][A-Z0-9_]*_[A-Z0-9_]+>|<my_http_proxy>/g;

/** Placeholders that nobody filled in. */
export function placeholders(
  config: Mapping,
  scripts: readonly Script[],
  sources: ReadonlyMap<string, string>,
): readonly Finding[] {
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
      return wordsIn(scalar.words).map((words) => {
        place = placeWithin(scalar, words, sources, place);
        return finding(at, place, words);
      });
    }),
    ...scripts.flatMap((script) =>
      [...script.content.matchAll(placeholder)].map(({ 0: words, index }) =>
        finding('', placeInScript(script, index, sources), words),
      ),
    ),
  ];
}

const wordsIn = (text: string): readonly string[] => [...text.matchAll(placeholder)].map(([words]) => words);
