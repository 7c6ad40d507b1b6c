import type { Account } from '../../facts/facts.ts';
import type { Host, ReadHost } from '../../host/host.ts';

const skeleton = '/etc/skel';

/** Completes a home that an interrupted useradd left: useradd copies nothing into an existing home. */
export async function completeHome({ home, uid, gid }: Account, host: Host): Promise<void> {
  const owner = { owner: String(uid), group: String(gid) };
  const made = await host.stat(home);
  if (made === undefined) await host.makeDirectory(home, { ...owner, mode: await homeMode(host) });
  else if (made.type !== 'directory') return;
  // useradd creates the home as root without access, changes its owner, and grants wider access than the final mode.
  if (made && [0, uid].includes(made.uid)) await host.setAttributes(home, { ...owner, mode: await homeMode(host) });
  await copy('');

  async function copy(below: string): Promise<void> {
    for (const name of await host.list(skeleton + below)) {
      const [from, to] = [`${skeleton}${below}/${name}`, `${home}${below}/${name}`];
      const [source, target] = [await host.stat(from), await host.stat(to)];
      const attributes = { ...owner, mode: source?.mode, within: home };
      if (source?.type === 'link' && !target) await host.link(to, (await host.readLink(from)) ?? '');
      if (source?.type === 'file' && (await isCut(from, to, host))) {
        await host.writeFile(to, (await host.readBytes(from)) ?? '', attributes);
      }
      if (source?.type === 'directory') {
        if (!target) await host.makeDirectory(to, attributes);
        await copy(`${below}/${name}`);
      }
    }
  }
}

/** Whether a file is missing or only the beginning of its source; a file that its owner changed is neither. */
async function isCut(from: string, to: string, host: ReadHost): Promise<boolean> {
  const there = await host.stat(to);
  if (!there) return true;
  if (there.type !== 'file') return false;
  const [whole, part] = [
    Buffer.from((await host.readBytes(from)) ?? ''),
    Buffer.from((await host.readBytes(to)) ?? ''),
  ];
  return (part.length < whole.length || there.uid === 0) && whole.subarray(0, part.length).equals(part);
}

/** Returns the mode that useradd gives a home. */
async function homeMode(host: ReadHost): Promise<number> {
  const text = (await host.readText('/etc/login.defs')) ?? '';
  const octal = (key: string) =>
    /[0-7]+/.exec(new RegExp(`^[ \\t]*${key}[ \\t]+[0-7]+`, 'm').exec(text)?.[0] ?? '')?.[0];
  const [mode, umask] = [octal('HOME_MODE'), octal('UMASK')];
  return mode !== undefined ? Number.parseInt(mode, 8) : 0o777 & ~Number.parseInt(umask ?? '022', 8);
}
