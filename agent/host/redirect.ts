import type { Response } from './host.ts';

const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** Returns where an answer redirects to, as the server wrote it; undefined if it does not. Each caller judges the target. */
export const redirectOf = ({ status, headers }: Pick<Response, 'status' | 'headers'>): string | undefined =>
  redirects.includes(status) ? headers.location : undefined;
