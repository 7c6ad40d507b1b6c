import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';

/** Creates a symbolic link to this target. */
export const linkHandler: StateHandler<ChangeOf<'link'>> = {
  sort: 'state',
  subject: ({ path }) => path,

  async compare({ path, target }, host) {
    const stat = await host.stat(path);
    if (!stat) return { why: 'does not exist', will: `create, to ${target}` };
    if (stat.type !== 'link') return 'is not a link';
    const current = await host.readLink(path);
    return current === target ? undefined : { why: `points to ${current}`, will: `${current} -> ${target}` };
  },

  apply: ({ path, target }, host) => host.link(path, target),
};
