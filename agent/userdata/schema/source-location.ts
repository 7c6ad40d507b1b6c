import { nowhere, type Place, type SourceNode } from './source-node.ts';

/** Returns the location of a path such as "users[3].sudo", or of its nearest existing ancestor, or `nowhere`. */
export function placeOf(at: string, settings: SourceNode): Place {
  let place = nowhere;
  let here: SourceNode = settings;
  for (let rest = at; rest !== ''; ) {
    const next = step(rest, here);
    if (!next) break;
    ({ place, value: here, rest } = next);
  }
  return place;
}

interface Next {
  readonly place: Place;
  readonly value: SourceNode;
  readonly rest: string;
}

function step(at: string, here: SourceNode): Next | undefined {
  if (here.is === 'list') {
    const [word = '', index = ''] = /^\[(\d+)\]\.?/.exec(at) ?? [];
    const value = here.items[Number(index || Number.NaN)];
    return value && { place: value.place, value, rest: at.slice(word.length) };
  }
  if (here.is === 'scalar') return undefined;
  // A name may contain dots.
  const name = [...here.entries.keys()].find(
    (each) => at === each || (/^[.[]/.test(at.slice(each.length)) && at.startsWith(each)),
  );
  const entry = name === undefined ? undefined : here.entries.get(name);
  return name !== undefined && entry
    ? { place: entry.key, value: entry.value, rest: at.slice(name.length).replace(/^\./, '') }
    : undefined;
}
