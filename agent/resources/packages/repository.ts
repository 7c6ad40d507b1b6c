import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { Attributes, ReadHost } from '../../host/host.ts';
import { statFollowed } from '../../host/real-path.ts';

/** Writes a repository file. An existing one from another source is kept beside it, under a name that dnf does not read. */
export const repositoryHandler = (file: StateHandler<ChangeOf<'file'>>): StateHandler<ChangeOf<'repository'>> => ({
  sort: 'state',
  subject: ({ path }) => path,
  compare: (change, host) => file.compare(asFile(change), host),

  async apply(change, host) {
    const before = await host.readBytes(change.path);
    const isOurs = before === undefined || /^\s*# (Made by bootagent|Created by cloud-init)/.test(decode(before));
    const kept = `${change.path}.before-bootagent`;
    if (!isOurs) await host.writeFile(kept, before, await attributesOf(change.path, host));
    await file.apply(asFile(change), host);
    return isOurs ? undefined : `the previous file is kept as ${kept}`;
  },
});

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Returns the mode and owner of a file: it may hold a password that only root may read. */
async function attributesOf(path: string, host: ReadHost): Promise<Attributes> {
  const stat = await statFollowed(path, host);
  return stat ? { mode: stat.mode, owner: String(stat.uid), group: String(stat.gid) } : { mode: 0o600 };
}

const asFile = ({ path, content }: ChangeOf<'repository'>): ChangeOf<'file'> => ({
  kind: 'file',
  path,
  content,
  mode: 0o644,
});
