import { hidden } from '../../base/shown-url.ts';
import type { Findings, Shape } from './shape.ts';
import type { SourceNode } from './source-node.ts';

/** Whether a value of this shape may hold a secret, at any depth. */
export function holdsSecret(shape: Shape): boolean {
  switch (shape.is) {
    case 'scalar':
      return shape.secret === true;
    case 'object':
      return Object.values(shape.fields).some(holdsSecret);
    case 'either':
      return shape.of.some(holdsSecret);
    case 'renamed':
      return false;
    default:
      return holdsSecret(shape.of);
  }
}

/**
 * Returns findings for a value that may hold a secret. A text in place of a mapping, a list or the secret itself may be
 * that secret, so messages do not repeat it. They do repeat a plain name where a name is valid.
 */
export function withoutEcho(written: SourceNode | undefined, shape: Shape, findings: Findings): Findings {
  const texts = textsOf(written).filter((text) => text !== '' && !(takesPlain(shape) && /^[^\s:=]*$/.test(text)));
  if (texts.length === 0) return findings;
  return {
    ...findings,
    error(at, place, message, ...rest) {
      for (const text of texts) findings.secret(text);
      findings.error(at, place, texts.reduce(withoutText, message), ...rest);
    },
  };
}

const textsOf = (written: SourceNode | undefined): readonly string[] =>
  written?.is === 'scalar'
    ? [written.raw]
    : written?.is === 'list'
      ? written.items.flatMap((item) => (item.is === 'scalar' ? [item.raw] : []))
      : [];

const withoutText = (message: string, text: string): string =>
  message.replaceAll(JSON.stringify(text), () => hidden).replaceAll(`"${text}"`, () => hidden);

function takesPlain(shape: Shape): boolean {
  if (shape.is === 'scalar') return shape.secret !== true;
  if (shape.is === 'either') return shape.of.some(takesPlain);
  return shape.is === 'list' || shape.is === 'optional' ? takesPlain(shape.of) : false;
}
