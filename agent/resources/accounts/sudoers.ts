import { ownPaths } from '../../base/own-paths.ts';
import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { ownershipDiffers } from '../../engine/ownership.ts';
import type { Host, ReadHost } from '../../host/host.ts';

const folder = '/etc/sudoers.d';
const main = '/etc/sudoers';
const aside = ownPaths.trialSudoers;

/** Rules for sudo in a file of their own. One mistake in any such file and sudo lets nobody do anything. */
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
  // Without the main file sudo is yet to be installed, and what its package brings reads the folder.
  return text === undefined || /^\s*[#@]includedir\s+("?)(\/etc\/)?sudoers\.d\1\s*$/m.test(text);
}

/** A plain name that is no word of sudo's own, and one of the rules that nearly everybody gives: nothing can be wrong with it. */
const isPlain = (content: string): boolean => content.split('\n').every((line) => line === '' || plain.test(line));

const plain = /^(?:# .*|(?!(?:sha\d+|sudoedit|list) )[a-z_][a-z0-9_-]{0,30} ALL=\(ALL(?::ALL)?\) (?:NOPASSWD: ?)?ALL)$/;

/** Written where sudo does not look, and only moved on when visudo has nothing to say against it. */
async function check(content: string, host: Host): Promise<string | undefined> {
  if (host.offline) return 'visudo has not looked at it: it runs on the machine alone';
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
