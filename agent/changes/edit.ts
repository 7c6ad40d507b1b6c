import type { ChangeOf } from '../change.ts';
import { edited } from '../edits/index.ts';
import { refuseFaults } from './fstab-check.ts';
import type { StateHandler } from './handler.ts';

/** Some lines of a file that others write in too; the rest of it stays byte for byte. */
export const edit: StateHandler<ChangeOf<'edit'>> = {
  sort: 'state',
  subject: ({ path }) => path,

  async compare({ path, edit }, host) {
    const before = await host.readText(path);
    const after = edited(before ?? '', edit);
    return before === after ? undefined : { why: 'lacks what was asked', file: { path, before, after } };
  },

  async apply({ path, edit, mode }, host) {
    const before = await host.readText(path);
    const after = edited(before ?? '', edit);
    if (edit.syntax === 'fstab') await refuseFaults(before ?? '', after, host);
    await host.writeFile(path, after, before === undefined ? { mode: mode ?? 0o644 } : {});
  },
};
