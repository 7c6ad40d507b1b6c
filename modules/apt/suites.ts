import { mapOf } from '../../agent/base/map-of.ts';
import { isDeb822, substituted } from './sources.ts';

const shortNames = mapOf({
  updates: '$RELEASE-updates',
  backports: '$RELEASE-backports',
  security: '$RELEASE-security',
  proposed: '$RELEASE-proposed',
  release: '$RELEASE',
});

/** Returns a list of sources with these suites disabled: their lines stay as comments. */
export function withoutSuites(text: string, disabled: readonly string[], release: string): string {
  const suites = new Set(disabled.map((each) => substituted(shortNames.get(each) ?? each, { RELEASE: release })));
  if (suites.size === 0) return text;
  return isDeb822(text)
    ? text
        .split(/\n(?=\s*\n)/)
        .map((stanza) => withoutInStanza(stanza, suites))
        .join('\n')
    : text
        .split('\n')
        .map((line) => withoutInLine(line, suites))
        .join('\n');
}

/** In the format of sources.list the suite follows the options in brackets and the address. */
function withoutInLine(line: string, suites: ReadonlySet<string>): string {
  const suite = /^\s*(?:deb|deb-src)\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)/.exec(line)?.[1];
  return suite !== undefined && suites.has(suite) ? `# disabled by disable_suites: ${line}` : line;
}

/** A stanza without any suite is invalid, so it is commented out as a whole. */
function withoutInStanza(stanza: string, suites: ReadonlySet<string>): string {
  const line = /^Suites:.*$/m.exec(stanza)?.[0];
  if (line === undefined) return stanza;
  const all = line.split(/\s+/).slice(1);
  const left = all.filter((each) => !suites.has(each));
  if (left.length === all.length) return stanza;
  if (left.length > 0) return stanza.replace(line, `# disabled by disable_suites: ${line}\nSuites: ${left.join(' ')}`);
  return stanza.replace(/^(?=\S)(?!#)/gm, '# disabled by disable_suites: ');
}
