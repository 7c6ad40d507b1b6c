import { ownPaths } from '../../base/own-paths.ts';
import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { ownershipDiffers } from '../../engine/ownership.ts';
import type { Host, ReadHost } from '../../host/host.ts';

const folder = '/etc/sudoers.d';
const main = '/etc/sudoers';
const aside = ownPaths.trialSudoers;

/** Writes sudo rules to a separate file. One mistake in any such file makes sudo refuse every user. */
export const sudoersHandler: StateHandler<ChangeOf<'sudoers'>> = {
  sort: 'state',
  needs: 'root',
  subject: ({ path }) => path,

  async compare({ path, content }, host) {
    const before = await host.readText(path);
    if (before !== content) {
      return {
        why: before === undefined ? 'does not exist' : 'has other content',
        file: { path, before, after: content },
      };
    }
    const stat = await host.stat(path);
    const differs = stat && (await ownershipDiffers({ mode: 0o440, owner: 'root', group: 'root' }, stat, host));
    return differs ?? ((await isRead(host)) ? undefined : `is not read by ${main}`);
  },

  async apply({ path, content }, host) {
    const note = await check(content, host);
    if (!(await host.stat(folder))) await host.makeDirectory(folder, { mode: 0o750, owner: 'root', group: 'root' });
    await host.writeFile(path, content, { mode: 0o440, owner: 'root', group: 'root' });
    const text = await host.readText(main);
    if (text === undefined || (await isRead(host))) return note;
    const after = `${text.replace(/(?<!\n)$/, '\n')}#includedir ${folder}\n`;
    await check(after, host);
    await host.writeFile(main, after);
    return note;
  },
};

async function isRead(host: ReadHost): Promise<boolean> {
  const text = await host.readText(main);
  // Without the main file, sudo is not installed yet, and the file from its package includes the directory.
  return text === undefined || /^\s*[#@]includedir\s+("?)(\/etc\/)?sudoers\.d\1\s*$/m.test(text);
}

/** Whether each rule is a plain user name, no keyword of sudo, with one of the most common permissions: always valid. */
const isPlain = (content: string): boolean => content.split('\n').every((line) => line === '' || plain.test(line));

const plain = /^(?:# .*|(?!(?:sha\d+|sudoedit|list) )[a-z_][a-z0-9_-]{0,30} ALL=\(ALL(?::ALL)?\) (?:NOPASSWD: ?)?ALL)$/;

/** Validates sudoers content with visudo, in a file that sudo does not read. */
async function check(content: string, host: Host): Promise<string | undefined> {
  if (host.offline) return 'not checked by visudo, which runs on the machine only';
  if (isPlain(content) && (await host.stat(main)) && (await host.stat('/usr/sbin/visudo'))) return undefined;
  await host.writeFile(aside, content, { mode: 0o440, owner: 'root', group: 'root' });
  try {
    const { code, stdout, stderr } = await host.run(['visudo', '--check', '--file', aside], { accept: [0, 1] });
    if (code === 0) return undefined;
    const said = `${stderr}${stdout}`.trim().split('\n')[0] ?? '';
    throw new Problem('not-possible', `visudo refuses the rule: ${said.replaceAll(aside, 'the rule')}`, {
      hint: 'A rule reads like "ALL=(ALL) NOPASSWD:ALL".',
    });
  } finally {
    await host.remove(aside);
  }
}
