import { type Decode, decoder, INVALID } from '../../agent/userdata/schema/decode.ts';
import type { Findings } from '../../agent/userdata/schema/shape.ts';
import type { Mapping, SourceNode } from '../../agent/userdata/schema/source-node.ts';

/** A requested repository, with its settings in the given order and under the names of .repo files. */
export interface Repository {
  readonly settings: ReadonlyMap<string, string>;
  /** The text of a key that is given inline instead of an address. */
  readonly key: string | undefined;
}

/** Settings that dnf reads as lists, and that may span several lines. */
const lists = ['baseurl', 'gpgkey', 'exclude', 'excludepkgs', 'includepkgs'];
const sources = ['baseurl', 'metalink', 'mirrorlist'];

/** An entry of `yum_repos`. An invalid setting invalidates the repository, since a partial one does not work. */
export const repository: Decode<Repository> = decoder(
  { is: 'map', of: { is: 'scalar', what: 'text, a number, true or false, or a list of them' } },
  (written, at, findings) => {
    if (written?.is !== 'mapping') return wrong(written, at, findings, 'expected a mapping');
    const settings = new Map<string, string>();
    let key: string | undefined;
    let good = true;
    for (const [name, words] of settingsIn(written, at, findings)) {
      if (words === INVALID) good = false;
      else if (name === 'gpgkey' && words.includes('-----BEGIN PGP')) key = `${words.trim()}\n`;
      else settings.set(name, words);
    }
    if (good && sources.some((name) => settings.get(name))) return { settings, key };
    if (good) findings.error(at, written.place, 'a repository needs a baseurl, a metalink or a mirrorlist');
    return INVALID;
  },
);

function* settingsIn(
  { entries }: Mapping,
  at: string,
  findings: Findings,
): Generator<readonly [string, string | typeof INVALID]> {
  for (const [written, { key, value }] of entries) {
    const name = written.toLowerCase().replaceAll('-', '_');
    const where = `${at}.${written}`;
    if (!/^[a-z_][a-z0-9_]*$/.test(name)) {
      findings.error(where, key, `${JSON.stringify(written)} is not the name of a setting`);
      yield [name, INVALID];
    } else if (value.is === 'scalar' && value.value === null) {
      findings.warning(where, value.place, 'has no value, and is left out');
    } else yield [name, wordsOf(name, value, where, findings)];
  }
}

function wordsOf(name: string, written: SourceNode, at: string, findings: Findings): string | typeof INVALID {
  if (written.is === 'mapping') return wrong(written, at, findings, 'expected text, got a mapping');
  const each = written.is === 'list' ? written.items : [written];
  const words: string[] = [];
  for (const one of each) {
    if (one.is !== 'scalar' || one.value === null) return wrong(one, at, findings, 'expected a list of text');
    words.push(typeof one.value === 'boolean' && !one.quoted ? (one.value ? '1' : '0') : one.raw);
  }
  const text = words.join('\n').trim();
  if (/[\0\r]/.test(text)) return wrong(written, at, findings, 'holds a character that no .repo file takes');
  if (text.includes('\n') && written.is !== 'list' && !lists.includes(name)) {
    return wrong(written, at, findings, `${name} is one line, got ${JSON.stringify(text)}`);
  }
  return text;
}

function wrong(written: SourceNode | undefined, at: string, findings: Findings, message: string): typeof INVALID {
  if (written) findings.error(at, written.place, message);
  return INVALID;
}
