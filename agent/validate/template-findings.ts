import type { Finding } from '../userdata/schema/shape.ts';
import { type Mapping, told } from '../userdata/schema/source-node.ts';
import { hasMask } from './template-marks.ts';
import { scalarsIn } from './walk-scalars.ts';

/** Removes what decoders report about values that a template fills in. Their keys are checked like all others. */
export function withoutFilledIn(found: readonly Finding[], config: Mapping): readonly Finding[] {
  const filledIn = scalarsIn(config).filter(({ scalar }) => hasMask(scalar.raw));
  const paths = new Set(filledIn.map(({ at }) => at));
  const places = new Set(filledIn.map(({ scalar }) => told(scalar.place)));
  return found.filter(({ at, place, code }) => {
    if (hasMask(at)) return false;
    // These are about the key, whatever its value.
    if (code === 'unknown-key' || code === 'unsupported' || code === 'deprecated') return true;
    return !paths.has(at) && !places.has(told(place));
  });
}

/** Removes what plans report about items that a template fills in, whole or in part. */
export function withoutPlansOfFilledIn(found: readonly Finding[], config: Mapping): readonly Finding[] {
  const filledIn = scalarsIn(config).filter(({ scalar }) => hasMask(scalar.raw));
  const isIn = (path: string, item: string): boolean =>
    path === item || (item !== '' && path.startsWith(item) && /^[.[]/.test(path.slice(item.length)));
  return found.filter(({ at }) => !hasMask(at) && !filledIn.some((each) => isIn(each.at, at)));
}

const advice = 'if Terraform, Ansible or Helm still fills in this file, add "--template"';

const marks = /(?<!\$)\$\{|(?<!%)%\{|\{\{|\{%/;

/** Adds the advice to use `--template` to the first error that a mark of a template explains. */
export function suggestTemplate(found: readonly Finding[], sources: ReadonlyMap<string, string>): readonly Finding[] {
  const explained = found.find(({ level, code, place }) => {
    if (level !== 'error') return false;
    const text = sources.get(place.source) ?? '';
    // The agent renders these marks itself.
    const own = /^\s*##\s*template:\s*jinja/i.test(text);
    const lines = text.split('\n');
    const unread = code === 'bad-user-data' || code === 'bad-config';
    const suspect = unread ? text : (lines[place.line - 1] ?? '');
    return marks.test(own ? suspect.replace(/\{\{|\{%/g, '') : suspect);
  });
  if (!explained) return found;
  const hint = explained.hint === undefined ? advice : `${explained.hint}; ${advice}`;
  return found.map((each) => (each === explained ? { ...each, hint } : each));
}
