/** The text that replaces a secret. */
export const hidden = '(hidden)';

/**
 * Matches a URL in a text: scheme, user and password, host and path, query, fragment. A password may contain a slash that
 * should have been escaped, so the text before the last "@" counts as one if it cannot be a port. The lengths of names are
 * bounded, so that matching stays linear.
 */
const urls =
  /\b([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/?#"'<>]*@|[^\s/?#@:[\]"'<>]{0,200}:(?!\d{1,5}(?:[/?#]|$))[^\s@"'<>]*@)?([^\s?#"'<>]*)(\?[^\s#"'<>]*)?(#[^\s"'<>]*)?/gi;

/** Returns a text in which every URL lacks its user and password and the values of its query. */
export function withoutUrlSecrets(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(
    urls,
    (_, scheme: string, place: string, query = '', fragment = '') =>
      `${scheme}${place}${withoutValues(query)}${fragment.includes('=') ? withoutValues(fragment) : fragment}`,
  );
}

/** Returns a URL without secrets, which may be shown anywhere: an authority and a query may hold a password or a token. */
export const shownUrl = (url: string): string => withoutUrlSecrets(url);

function withoutValues(query: string): string {
  if (query.length < 2) return query;
  return query.includes('=') ? query.replace(/=[^&;]+/g, `=${hidden}`) : `${query[0]}${hidden}`;
}
