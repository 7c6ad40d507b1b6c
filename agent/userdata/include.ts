import { isIP } from 'node:net';
import { shownUrl } from '../base/shown-url.ts';

/** One URL of an #include. */
export interface Included {
  readonly url: string;
  /** Its line in the part, from 1. */
  readonly line: number;
  /** Whether it is fetched only once per instance. */
  readonly once: boolean;
  /** Why it must not be fetched. */
  readonly refused?: string;
}

/**
 * Returns the URLs of an #include, one per line. A line with `#include` or `#include-once` may carry a URL and sets
 * `once` for the following ones; other lines that begin with # are skipped.
 */
export function includeUrls(text: string, once: boolean): readonly Included[] {
  let keep = once;
  return text.split(/\r?\n/).flatMap((written, index): Included[] => {
    const line = written.trim();
    const [, mark, rest = ''] = /^(#include(?:-once)?)\b\s*(.*)$/i.exec(line) ?? [];
    if (mark) keep = mark.toLowerCase() === '#include-once';
    const url = mark ? rest : line;
    if (url === '' || url.startsWith('#')) return [];
    const refused = whyNotIncluded(url);
    return [{ url, line: index + 1, once: keep, ...(refused !== undefined && { refused }) }];
  });
}

/** Returns why a URL must not be fetched, if so: user-data must not turn metadata or local files into configuration. */
export function whyNotIncluded(text: string): string | undefined {
  if (!URL.canParse(text)) return `${JSON.stringify(shownUrl(text))} is not a URL`;
  const { protocol, hostname } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return `${shownUrl(text)}: only http and https are fetched`;
  const address = hostname.replace(/^\[|\]$/g, '');
  const linkLocal =
    isIP(address) !== 0 && /^(?:169\.254\.|fe[89ab][0-9a-f]:|fd00:ec2::|::ffff:(?:169\.254|a9fe))/i.test(address);
  return linkLocal ? `${shownUrl(text)} is a link-local address, which only metadata is fetched from` : undefined;
}
