import { type TemplateError, type Token, templateError } from './lexer.ts';

/** A position in the tokens of one tag. */
export interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

export const cursorOf = (tokens: readonly Token[]): Cursor => ({ tokens, at: 0, depth: 0 });

export function here(c: Cursor): Token {
  return c.tokens[c.at] ?? { is: 'end', text: '', line: c.tokens.at(-1)?.line ?? 1 };
}

/** Whether the next token is this word or sign; if so, it is passed. */
export function skip(c: Cursor, ...texts: readonly string[]): boolean {
  const { is, text } = here(c);
  if ((is !== 'name' && is !== 'sign') || !texts.includes(text)) return false;
  c.at++;
  return true;
}

export function want(c: Cursor, text: string): void {
  if (!skip(c, text)) throw wrong(c, `"${text}"`);
}

export function nameAt(c: Cursor): string {
  if (here(c).is !== 'name') throw wrong(c, 'a name');
  c.at++;
  return c.tokens[c.at - 1]?.text ?? '';
}

export function endTag(c: Cursor): void {
  if (here(c).is !== 'end') throw wrong(c, 'the end of the tag');
}

export function wrong(c: Cursor, wanted: string): TemplateError {
  const got = here(c).is === 'end' ? 'the end of the tag' : JSON.stringify(here(c).text);
  return templateError(here(c).line, `expected ${wanted}, got ${got}`);
}
