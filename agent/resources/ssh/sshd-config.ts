// Format: sshd_config, https://man.openbsd.org/sshd_config

import { globMatcher } from '../../base/glob-pattern.ts';
import { mapOf } from '../../base/map-of.ts';
import type { Account } from '../../facts/facts.ts';
import type { ReadHost } from '../../host/host.ts';

const main = '/etc/ssh/sshd_config';

/** The drop-in of bootagent, which sshd reads before other files: the first value of a setting applies. */
export const dropIn = '/etc/ssh/sshd_config.d/01-bootagent.conf';

/** One setting of sshd_config, or of a file it includes. */
export interface Directive {
  /** In lower case, with old names replaced by current ones. */
  readonly keyword: string;
  readonly value: string;
  /** The same, split into words; a quoted word may contain spaces. */
  readonly words: readonly string[];
  /** The condition of the enclosing Match block, if there is one. */
  readonly match: string | undefined;
  readonly path: string;
}

const renamed = mapOf({
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
});

/** The keyword of an entry that shows where sshd begins to read the drop-in; no setting has it. */
const beginning = '';

/** The depth of includes beyond which sshd fails. */
const deepest = 16;
/** The total number of includes to follow: files that include each other twice would be read 65,536 times within that depth. */
const mostIncludes = 500;

/** Returns all directives that sshd reads, in the order in which it reads them. */
export async function sshdDirectives(host: ReadHost): Promise<Directive[]> {
  const all: Directive[] = [];
  let includes = 0;

  async function read(path: string, within: string | undefined, including: readonly string[]): Promise<void> {
    if (path === dropIn) all.push({ keyword: beginning, value: '', words: [], match: within, path });
    const text = (await host.readText(path)) ?? (path === main ? `Include ${dropIn}` : '');
    let match = within;
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue; // most lines
      const { keyword, value, words } = directive(line);
      if (keyword === '') continue;
      if (keyword === 'match') {
        match = value;
        continue;
      }
      all.push({ keyword, value, words, match, path });
      if (keyword !== 'include' || including.length >= deepest) continue;
      for (const file of await included(words, host)) {
        // sshd does not start if a file includes itself.
        if (![...including, path].includes(file) && includes++ < mostIncludes)
          await read(file, match, [...including, path]);
      }
    }
  }

  await read(main, undefined, []);
  return all;
}

/** Parses a line into keyword and value; the keyword is empty if the line holds no setting. */
export function directive(line: string): Pick<Directive, 'keyword' | 'value' | 'words'> {
  const [, word = '', rest = ''] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line) ?? [];
  const keyword = word.toLowerCase();
  const value = rest.replace(/\s+#.*$/, '');
  const words = [...value.matchAll(/"([^"]*)"|[^\s"]+/g)].map(([all, quoted]) => quoted ?? all);
  return { keyword: renamed.get(keyword) ?? keyword, value: words.length === 1 ? (words[0] ?? '') : value, words };
}

async function included(patterns: readonly string[], host: ReadHost): Promise<string[]> {
  const files: string[] = [];
  for (const pattern of patterns) {
    const path = pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`;
    const slash = path.lastIndexOf('/');
    const [folder, last] = [path.slice(0, slash), path.slice(slash + 1)];
    const names = new Set(await host.list(folder));
    // In a preview the drop-in may not exist yet, and then no directory lists it.
    if (`${folder}/` === dropIn.slice(0, dropIn.lastIndexOf('/') + 1)) names.add(dropIn.slice(folder.length + 1));
    const matches = globMatcher(last);
    // As in glob(3), only a literal dot matches a leading dot.
    const isMeant = (name: string): boolean => matches(name) && (last.startsWith('.') || !name.startsWith('.'));
    for (const name of [...names].sort()) if (isMeant(name)) files.push(`${folder}/${name}`);
  }
  return files;
}

/** Returns the first value of a setting outside Match blocks; with `value`, that value if it is among several. */
export const globalSetting = (directives: readonly Directive[], keyword: string, value?: string): string | undefined =>
  directives.find(
    (each) =>
      each.keyword === keyword.toLowerCase() &&
      each.match === undefined &&
      (value === undefined || each.value === value),
  )?.value;

/** Whether sshd reads the drop-in before another file sets this keyword. */
export function readsDropIn(directives: readonly Directive[], keyword: string): boolean {
  const start = directives.findIndex((each) => each.keyword === beginning && each.match === undefined);
  const word = keyword.toLowerCase();
  const first = directives.findIndex((each) => each.keyword === word && each.match === undefined);
  return start !== -1 && (first === -1 || first > start);
}

/** Returns the file from which sshd reads a user's keys, or why none can be written. */
export function keysFileOf(account: Account, directives: readonly Directive[]): { path: string } | { refused: string } {
  const said =
    directives.find(({ keyword, match }) => keyword === 'authorizedkeysfile' && match && isFor(account.name, match)) ??
    directives.find(({ keyword, match }) => keyword === 'authorizedkeysfile' && match === undefined);
  const patterns = said?.words ?? ['.ssh/authorized_keys'];
  const own = patterns.find((pattern) => !pattern.startsWith('/') || /%[huU]/.test(pattern));
  if (own !== undefined) return { path: expanded(own, account) };
  return patterns[0] === 'none'
    ? { refused: 'sshd reads keys from no file (AuthorizedKeysFile none)' }
    : {
        refused: `sshd reads the keys of all users from ${patterns[0]}: the owner of a key there could log in as any user`,
      };
}

function expanded(pattern: string, { name, uid, home }: Account): string {
  const tokens = mapOf({ '%%': '%', '%h': home, '%u': name, '%U': String(uid) });
  const path = pattern.replace(/%[%huU]/g, (token) => tokens.get(token) ?? token);
  return path.startsWith('/') ? path : `${home}/${path}`;
}

/** Whether a Match block applies to this user from any address; false for a block with other conditions. */
function isFor(user: string, match: string): boolean {
  const [, patterns] = /^user\s+(\S+)$/i.exec(match) ?? [];
  if (patterns === undefined) return /^all$/i.test(match);
  const all = patterns.split(',');
  const fits = (pattern: string): boolean => globMatcher(pattern, { escapes: false, sets: false })(user);
  return all.some(fits) && !all.some((each) => each.startsWith('!') && fits(each.slice(1)));
}
