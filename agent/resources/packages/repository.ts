import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';

/** Writes a repository file. An existing one from another source is kept beside it, under a name that dnf does not read. */
export const repositoryHandler = (file: StateHandler<ChangeOf<'file'>>): StateHandler<ChangeOf<'repository'>> => ({
  sort: 'state',
  subject: ({ path }) => path,
  compare: (change, host) => file.compare(asFile(change), host),

  async apply(change, host) {
    const before = await host.readText(change.path);
    const isOurs = before === undefined || /^\s*# (Made by bootagent|Created by cloud-init)/.test(before);
    const kept = `${change.path}.before-bootagent`;
    if (!isOurs) await host.writeFile(kept, before, { mode: 0o644 });
    await file.apply(asFile(change), host);
    return isOurs ? undefined : `the previous file is kept as ${kept}`;
  },
});

const asFile = ({ path, content }: ChangeOf<'repository'>): ChangeOf<'file'> => ({
  kind: 'file',
  path,
  content,
  mode: 0o644,
});
