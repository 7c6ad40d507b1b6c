import { edited } from '../../edits/index.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { ReadHost } from '../../host/host.ts';
import { refuseFaults } from './fstab-check.ts';

/** Edits lines of a file that other programs also write; the rest stays unchanged byte for byte. */
export const editHandler: StateHandler<ChangeOf<'edit'>> = {
  sort: 'state',
  subject: ({ path }) => path,

  async compare({ path, edit }, host) {
    const { text: before } = await current(path, host);
    const after = edited(before ?? '', edit);
    return (before ?? '') === after
      ? undefined
      : { why: 'differs from the configuration', file: { path, before, after } };
  },

  async apply({ path, edit, mode }, host) {
    const { text, encoding } = await current(path, host);
    const after = edited(text ?? '', edit);
    if (edit.syntax === 'fstab') await refuseFaults(text ?? '', after, host);
    await host.writeFile(path, Buffer.from(after, encoding), text === undefined ? { mode: mode ?? 0o644 } : {});
  },
};

/** Reads a file; if it is not UTF-8, decodes it byte by byte, so that every byte is preserved. */
async function current(
  path: string,
  host: ReadHost,
): Promise<{ readonly text: string | undefined; readonly encoding: 'utf8' | 'latin1' }> {
  const bytes = await host.readBytes(path);
  if (bytes === undefined) return { text: undefined, encoding: 'utf8' };
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  return { text: Buffer.from(bytes).toString(encoding), encoding };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
