import { ownPaths } from '../../base/own-paths.ts';
import { Problem } from '../../base/problem.ts';
import { editSshd as edited } from '../../edits/sshd.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { SshdChange } from '../../engine/kinds/accounts.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { type Directive, dropIn, globalSetting, readsDropIn, sshdDirectives } from './sshd-config.ts';

const main = '/etc/ssh/sshd_config';
const aside = ownPaths.trialSshdConfig;
const program = '/usr/sbin/sshd';
const noKey = ownPaths.noHostKey;

/** Applies a setting of sshd: in the drop-in of bootagent if sshd reads it first, else at the top of sshd_config. */
export const sshdHandler: StateHandler<SshdChange> = {
  sort: 'state',
  subject: ({ keyword }) => keyword,

  async compare(change, host) {
    const { keyword, value, instead, among } = change;
    const directives = await sshdDirectives(host);
    const said = globalSetting(directives, keyword, among && value);
    if (said !== undefined && same(said, value)) return undefined;
    if (instead !== undefined && instead !== (said ?? 'nothing')) return undefined;
    const why = said === undefined ? 'is not set' : `is ${said}`;
    return { why, will: `${said ?? 'not set'} -> ${value}`, file: await edit(change, directives, host) };
  },

  async apply(change, host) {
    const { keyword, value } = change;
    const directives = await sshdDirectives(host);
    const note = await check(`${keyword} ${value}\n`, host);
    const { path, before, after } = await edit(change, directives, host);
    await host.writeFile(path, after, before === undefined ? { mode: 0o600, owner: 'root', group: 'root' } : {});
    const word = keyword.toLowerCase();
    const match = directives.find((each) => each.keyword === word && each.match && !same(each.value, value));
    return match ? `${match.path} says ${keyword} ${match.value} for "Match ${match.match}"` : note;
  },
};

async function edit({ keyword, value, among }: SshdChange, directives: readonly Directive[], host: ReadHost) {
  const path = readsDropIn(directives, keyword) ? dropIn : main;
  const before = await host.readText(path);
  const after = edited(before ?? '', { syntax: 'sshd', keyword, value, ...(among && { among }) });
  return { path, before, after };
}

/** Whether two values mean the same to sshd. */
const same = (a: string, b: string): boolean => plain(a) === plain(b);
const plain = (value: string): string => value.toLowerCase().replace('without-password', 'prohibit-password');

/** Lets sshd validate its configuration with this line in front, in a file that it does not use. */
async function check(line: string, host: Host): Promise<string | undefined> {
  if (host.offline) return 'not checked by sshd, which runs on the machine only';
  if (!(await host.stat(program))) return 'not checked by sshd, which is not installed';
  const current = (await host.readText(main)) ?? '';
  const refused = await refusal(line + current, host);
  if (refused === undefined) return undefined;
  // A configuration that was invalid before must not prevent a restriction from being applied.
  if ((await refusal(current, host)) !== undefined)
    return `sshd refuses its configuration as it was before: ${refused}`;
  throw new Problem('not-possible', `sshd refuses "${line.trim()}": ${refused}`);
}

async function refusal(text: string, host: Host): Promise<string | undefined> {
  await host.writeFile(aside, text, { mode: 0o600 });
  try {
    const said = await test(host);
    // The unit that starts sshd creates this directory, later than bootagent runs.
    const [, folder] = /Missing privilege separation directory: (\S+)/.exec(said ?? '') ?? [];
    if (folder === undefined) return said;
    await host.makeDirectory(folder, { mode: 0o755 });
    return await test(host);
  } finally {
    await host.remove(aside);
  }
}

/**
 * Runs `sshd -t` with a host key that does not exist: sshd reads the whole file and then stops there, unless the file
 * names other keys. Loading the default keys takes longer than reading the file, and the privilege separation directory,
 * which sshd checks after the keys, may not exist yet.
 */
async function test(host: Host): Promise<string | undefined> {
  const { code, stderr } = await host.run([program, '-t', '-h', noKey, '-f', aside], { accept: [0, 1, 255] });
  if (code === 0 || /no hostkeys available/.test(stderr)) return undefined;
  return stderr.trim().split('\n').at(-1)?.replaceAll(aside, 'sshd_config') ?? 'it does not say why';
}
