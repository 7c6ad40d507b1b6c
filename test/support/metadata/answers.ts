import type { Description } from './description.ts';
import type { Answer } from './dialects.ts';

export const ok = (body: string | undefined): Answer | undefined =>
  body === undefined ? undefined : { status: 200, headers: { 'content-type': 'text/plain' }, body };

export const json = (value: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const keysOf = ({ keys }: Description): string[] => Object.values(keys);

/** Returns an id as the number that a service makes of it, unless it has other characters or too many digits. */
export const numberOr = (id: string): string | number => (/^\d{1,15}$/.test(id) ? Number(id) : id);
