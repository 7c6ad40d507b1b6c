import { assignedIn, commandAt, type Word } from './shell-words.ts';

/** The secrets that commands carry in ways that are known: options of programs, assignments, URLs, headers. */
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

/** The word behind an option, in its own word or joined to it. */
const behind =
  (...options: readonly string[]): Secrets =>
  (words) =>
    words.flatMap((word, index) => {
      if (options.includes(word.value ?? '')) return [words[index + 1]];
      const option = options.find((each) => each.startsWith('--') && word.value?.startsWith(`${each}=`));
      return option === undefined ? [] : [{ value: word.value?.slice(option.length + 1), variable: undefined }];
    });

/** The password of "user:password" behind an option. */
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

/** Programs that are given secrets, and by which words. */
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

/** What a word stands for: its value, or what its variable is set to in the same commands. */
function valuesOf(word: Word | undefined, text: string): readonly (string | undefined)[] {
  if (word?.value !== undefined) return [word.value];
  return word?.variable === undefined ? [] : assignedIn(text, word.variable);
}

/** What variables such as DB_PASSWORD are set to. */
function inAssignments(text: string): (string | undefined)[] {
  const named = /(?<![\w$])\w*(?:PASSWORD|PASSWD|PASSPHRASE|_PASS|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)=/gi;
  return [...text.matchAll(named)].map(
    ({ index, 0: written }) => commandAt(text, index + written.length).words[0]?.value,
  );
}

/** What is handed to chpasswd and "passwd --stdin": by echo and a pipe, or in a here document or string. */
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

/** What echo or printf hands through a pipe of this line. Part by part, so that a long line takes no longer than its length. */
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

/** The passwords of lines of "user:password". */
const passwordsIn = (lines: string): string[] =>
  lines.split(/\n|\\n/).flatMap((line) => (line.includes(':') ? [line.slice(line.indexOf(':') + 1).trim()] : []));

/** Words that stand everywhere: hiding them would hide the message, and no secret. */
const isHarmless = (value: string): boolean =>
  /^(|true|false|yes|no|on|off|none|null|required|\d{1,3}|[$\x60].*)$/i.test(value);
