import { Problem } from '../../base/problem.ts';
import { shownUrl } from '../../base/shown-url.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { AptKeyChange } from '../../engine/kinds/apt.ts';
import type { Host } from '../../host/host.ts';
import { fetchText } from '../../metadata/fetch-text.ts';
import { dearmored, fingerprintsOf } from './openpgp.ts';

/** Fetches the key of a repository, once, and writes it if it is the key that was asked for. */
export const aptKeyHandler: ActHandler<AptKeyChange> = {
  sort: 'act',
  subject: ({ path }) => path,
  intent: ({ url }) => `imports the key of ${shownUrl(url)}`,

  async perform({ path, url, fingerprint }, host) {
    const key = await keyOf(url, host);
    const found = fingerprintsOf(key);
    if (fingerprint !== undefined && !found.some((each) => each.endsWith(fingerprint))) {
      throw new Problem('not-possible', `${shownUrl(url)} gave another key: ${found.join(', ')}, not ${fingerprint}`, {
        hint: 'Check "keyid", or give the text of the key in "key".',
      });
    }
    await host.writeFile(path, key, { mode: 0o644, owner: 'root', group: 'root' });
    return `fingerprint ${found[0] ?? ''}`;
  },
};

async function keyOf(url: string, host: Host): Promise<Uint8Array> {
  const hint = 'Give the text of the key in "key" where the machine does not reach its server.';
  const what = 'The key of the repository is missing, so the repository is not added';
  if (!url.startsWith('file://')) return binary(await fetchText(url, host, { what, hint }), url);
  const bytes = await host.readBytes(decodeURIComponent(new URL(url).pathname));
  if (!bytes) throw new Problem('not-possible', `${what}: there is no file ${url.slice('file://'.length)}`, { hint });
  return fingerprintsOf(bytes).length > 0 ? bytes : binary(new TextDecoder().decode(bytes), url);
}

function binary(text: string, url: string): Uint8Array {
  const key = dearmored(text);
  if (typeof key !== 'string') return key;
  throw new Problem('not-possible', `${shownUrl(url)} gave no key: ${key}`, { hint: 'Check the address.' });
}
