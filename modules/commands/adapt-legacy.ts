import type { Note } from '../../agent/engine/change.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import { functions, type Program } from './legacy-functions.ts';
import { commandAt } from './shell-words.ts';

/** Commands in the form that runs on this machine. */
export interface Adapted {
  readonly items: readonly string[];
  /** Shell text that is sourced before the first command. */
  readonly before: string | undefined;
  /** The replacements that were made, with their source locations. */
  readonly notes: readonly Note[];
}

/** Adapts commands written for old distributions: calls of programs that no longer exist go to replacement functions. */
export function adapt(
  items: readonly string[],
  { facts, at }: { readonly facts: Facts; at(index: number): string },
): Adapted {
  const unwrapped = items.map(withoutShell);
  const used = programs.filter((program) => unwrapped.some((text) => isNeeded(program, text, facts)));
  const selinux = facts.selinux === 'disabled' ? '/dev/null' : '/sys/fs/selinux/enforce';
  const where = (test: (text: string) => boolean) =>
    unwrapped.flatMap((text, index) => (test(text) ? [at(index)] : [])).join(', ');
  const notes = used.map((program) => `${said[program]} (${where((text) => isNeeded(program, text, facts))})`);
  const enforces = where((text) => enforce.test(text));
  if (enforces) notes.push(`/selinux/enforce is ${selinux} here${why(facts)} (${enforces})`);
  return {
    items: unwrapped.map((text) => bare(text, used).replace(new RegExp(enforce, 'g'), selinux)),
    before: used.length === 0 ? undefined : used.map((program) => functions[program]).join('\n'),
    notes: notes.map((text) => ({ level: 'note', text })),
  };
}

const programs = ['service', 'chkconfig', 'ifconfig', 'condor_store_cred'] as const satisfies readonly Program[];

const said: Readonly<Record<Program, string>> = {
  service: '"service" is done by systemctl',
  chkconfig: 'chkconfig is not installed: systemctl runs in its place',
  ifconfig: 'ifconfig is answered in its old words, with the address that the default route has',
  condor_store_cred: 'the password of condor_store_cred goes in by standard input, not on its command line',
};

const enforce = /(?<![\w./-])\/selinux\/enforce\b/;
const why = ({ selinux }: Facts): string => (selinux === 'disabled' ? ', since SELinux is disabled' : '');

/** Matches where a command can begin, with keywords that may precede its name. */
const begin = String.raw`(?:^|[\n;&|({\x60!]|\b(?:then|do|else|elif|if|while|until|time)\s)[ \t]*`;
const sudo = String.raw`(?:sudo[ \t]+(?:-[nEH][ \t]+)*)?`;
const call = (program: Program, more = ''): RegExp =>
  new RegExp(String.raw`(${begin})${sudo}(["']?)(?:/usr)?(?:/s?bin/)?${program}\2(?=[ \t]|$)${more}`, 'gm');

function isNeeded(program: Program, text: string, { programs, systemd }: Facts): boolean {
  if (!call(program).test(text)) return false;
  if (program === 'condor_store_cred') return call(program, String.raw`[^\n;|]*[ \t]["']?-p\b`).test(text);
  if (program === 'ifconfig') return !programs.includes(program) || text.includes('inet addr:');
  if (systemd === 0) return false;
  // Where `service` still exists, it supports neither the network service nor forcerestart.
  const gone = program === 'service' && call(program, String.raw`[^\n;|&]*\b(?:network|forcerestart)\b`).test(text);
  return gone || !programs.includes(program);
}

/**
 * Removes path and sudo from the call: the shell finds a function only by its bare name, and the agent already runs as root.
 */
const bare = (text: string, used: readonly Program[]): string =>
  used.reduce((all, program) => all.replace(call(program), `$1${program}`), text);

/** Replaces `sh -c '...'` by a subshell, since a new shell would not have the functions. */
function withoutShell(text: string): string {
  const { words, end } = commandAt(text, 0);
  const [shell, option, inner, ...more] = words;
  if (!/^(\/usr)?(\/bin\/)?(ba)?sh$/.test(shell?.value ?? '') || option?.value !== '-c') return text;
  if (
    inner?.value === undefined ||
    more.length > 0 ||
    text.slice(end).trim() !== '' ||
    !programs.some((each) => call(each).test(inner.value ?? ''))
  ) {
    return text;
  }
  return `(\n${inner.value}\n)`;
}
