import { assignedIn, commandAt, type Word } from './shell-words.ts';

/** Returns the secrets that commands contain in known places: program options, assignments, URLs, headers, pipes. */
export function secretsIn(items: readonly string[]): readonly string[] {
  const text = items.join('\n');
  const found = [
    ...calls.flatMap(([name, secretsOf]) => ofCalls(text, name, secretsOf)),
    ...inAssignments(text),
    ...[...text.matchAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:'"]*:([^\s/@'"]+)@/gi)].map(([, password]) => password),
    ...[...text.matchAll(/\bAuthorization:\s*(?:Basic|Bearer|Token)\s+([^\s'"\\]+)/gi)].map(([, token]) => token),
    ...inPipes(text),
  ];
  return [...new Set(found.filter((secret) => secret !== undefined && !isHarmless(secret)))] as string[];
}

type Secrets = (words: readonly Word[]) => readonly (Word | undefined)[];

/** The value of an option: the next word, or joined by "=". */
const behind =
  (...options: readonly string[]): Secrets =>
  (words) =>
    words.flatMap((word, index) => {
      if (options.includes(word.value ?? '')) return [words[index + 1]];
      const option = options.find((each) => each.startsWith('--') && word.value?.startsWith(`${each}=`));
      return option === undefined ? [] : [{ value: word.value?.slice(option.length + 1), variable: undefined }];
    });

/** The password of an option's value "user:password". */
const passwordBehind =
  (...options: readonly string[]): Secrets =>
  (words) =>
    behind(...options)(words).flatMap((word) => {
      const at = word?.value?.indexOf(':') ?? -1;
      return at === -1 ? [] : [{ value: word?.value?.slice(at + 1), variable: undefined }];
    });

/** The rest of a word that begins with an option of one letter: "-psecret". */
const joined =
  (option: string): Secrets =>
  (words) =>
    words.flatMap(({ value }) =>
      value?.startsWith(option) && value.length > option.length && !value.startsWith('--')
        ? [{ value: value.slice(option.length), variable: undefined }]
        : [],
    );

const all =
  (...each: readonly Secrets[]): Secrets =>
  (words) =>
    each.flatMap((secretsOf) => secretsOf(words));

const mysql = all(joined('-p'), behind('--password'));

/** Programs that take secrets, and the words that carry them. */
const calls: readonly (readonly [name: string, secretsOf: Secrets])[] = [
  ['condor_store_cred', behind('-p')],
  ['mysql', mysql],
  ['mysqladmin', all(mysql, (words) => [words[words.findIndex(({ value }) => value === 'password') + 1 || -1]])],
  ['mysqldump', mysql],
  ['mariadb', mysql],
  ['mariadb-admin', mysql],
  ['curl', all(passwordBehind('-u', '--user', '-U', '--proxy-user'), behind('--pass', '--oauth2-bearer'))],
  ['wget', behind('--password', '--http-password', '--ftp-password', '--proxy-password')],
  ['sshpass', all(joined('-p'), behind('-p'))],
  ['redis-cli', behind('-a', '--pass')],
  ['ldapsearch', behind('-w')],
  ['kubeadm', behind('--token', '--certificate-key')],
  ['k3s', behind('--token', '-t')],
  ['docker', behind('--password')],
  ['podman', behind('--password')],
  ['helm', behind('--password')],
  ['vault', behind('-token')],
  ['realm', behind('--one-time-password')],
  ['ipa-client-install', behind('--password', '-w')],
  ['subscription-manager', behind('--password', '--activationkey')],
  ['useradd', behind('-p', '--password')],
  ['usermod', behind('-p', '--password')],
];

function ofCalls(text: string, name: string, secretsOf: Secrets): (string | undefined)[] {
  const called = new RegExp(String.raw`(?<![\w.-])${name}["']?(?=[ \t\\])`, 'g');
  return [...text.matchAll(called)].flatMap(({ index, 0: written }) =>
    secretsOf(commandAt(text, index + written.length).words).flatMap((word) => valuesOf(word, text)),
  );
}

/** Returns the value of a word, or the values that its variable is assigned in the same commands. */
function valuesOf(word: Word | undefined, text: string): readonly (string | undefined)[] {
  if (word?.value !== undefined) return [word.value];
  return word?.variable === undefined ? [] : assignedIn(text, word.variable);
}

/** Returns the values that are assigned to variables such as DB_PASSWORD. */
function inAssignments(text: string): (string | undefined)[] {
  const named = /(?<![\w$])\w*(?:PASSWORD|PASSWD|PASSPHRASE|_PASS|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)=/gi;
  return [...text.matchAll(named)].map(
    ({ index, 0: written }) => commandAt(text, index + written.length).words[0]?.value,
  );
}

/** Returns the passwords piped to chpasswd and "passwd --stdin" by echo, or in a here-document or here-string of chpasswd. */
function inPipes(text: string): (string | undefined)[] {
  const here = /\bchpasswd\b[^\n]*<<-?\s*\\?["']?(\w+)["']?[^\n]*\n([\s\S]*?)\n\s*\1\b/g;
  const string = /\bchpasswd\b[^\n]*<<<\s*["']?([^\s"']+)/g;
  return [
    ...text.split('\n').flatMap(handedByEcho),
    ...[...text.matchAll(here)].flatMap(([, , lines = '']) => passwordsIn(lines)),
    ...[...text.matchAll(string)].flatMap(([, line = '']) => passwordsIn(line)),
  ];
}

const readsPassword = /^\s*(?:sudo\s+)?(?:\/usr)?(?:\/s?bin\/)?(chpasswd|passwd\s+--stdin)/;

/** Returns the passwords that echo or printf pipes in this line. Works part by part, so that time is linear in the length. */
function handedByEcho(line: string): (string | undefined)[] {
  const parts = line.split('|');
  return parts.flatMap((part, index) => {
    const [, program] = readsPassword.exec(parts[index + 1] ?? '') ?? [];
    const [, said] = /\b(?:echo|printf)\b(.*)$/s.exec(part) ?? [];
    if (program === undefined || said === undefined) return [];
    return commandAt(said, 0).words.flatMap(({ value = '' }) =>
      program === 'chpasswd' ? passwordsIn(value) : value.startsWith('-') ? [] : [value],
    );
  });
}

/** Returns the passwords of "user:password" lines. */
const passwordsIn = (lines: string): string[] =>
  lines.split(/\n|\\n/).flatMap((line) => (line.includes(':') ? [line.slice(line.indexOf(':') + 1).trim()] : []));

/** Common words that are never masked: masking them would make messages unreadable and protect no secret. */
const isHarmless = (value: string): boolean =>
  /^(|true|false|yes|no|on|off|none|null|required|\d{1,3}|[$\x60].*)$/i.test(value);
