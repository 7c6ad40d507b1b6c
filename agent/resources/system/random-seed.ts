import { gunzipSync } from 'node:zlib';
import { Problem } from '../../base/problem.ts';
import type { RandomSeedChange } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import { statFollowed } from '../../host/real-path.ts';

const most = 2 ** 20;

/** Adds a seed from outside to the random number generator of this machine, once. */
export const randomSeedHandler: ActHandler<RandomSeedChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ path }) => path,
  intent: () => 'puts the seed in',

  async perform(change, host) {
    const input = bytesOf(change);
    // A file that dd creates is readable by all users, and one of the image may be.
    const stat = await statFollowed(change.path, host);
    if (!stat) await host.writeFile(change.path, '', { mode: 0o600 });
    else if (stat.type === 'file' && (stat.mode & 0o077) !== 0) await host.setAttributes(change.path, { mode: 0o600 });
    // A device must be written to, not replaced by a file.
    await host.run(['dd', `of=${change.path}`, 'conv=notrunc', 'oflag=append', 'status=none'], { input });
    return `${input.length} bytes`;
  },
};

function bytesOf({ data, encoding }: RandomSeedChange): Uint8Array {
  if (encoding === 'raw') return Buffer.from(data);
  const bytes = Buffer.from(data, 'base64');
  if (encoding === 'base64') return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (cause) {
    throw new Problem('bad-settings', 'The data of random_seed is not gzip data', { cause });
  }
}
