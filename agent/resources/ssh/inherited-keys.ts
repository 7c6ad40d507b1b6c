import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import { accounts } from '../../facts/accounts.ts';
import type { Account } from '../../facts/facts.ts';
import type { ReadHost } from '../../host/host.ts';
import { keysIn } from './authorized-keys-file.ts';
import { fingerprintLine } from './key-fingerprint.ts';
import { readKeyLine } from './key-line.ts';
import { type Directive, keysFileOf, sshdDirectives } from './sshd-config.ts';

/** Reports the SSH keys that came with the image: their owners can log in although no setting requests it. */
export const inheritedKeysHandler: ActHandler<ChangeOf<'inherited-keys'>> = {
  sort: 'act',
  needs: 'root',
  subject: () => 'in all homes',
  intent: () => 'lists the keys that the image brought along',

  async perform({ known }, host) {
    const blobs = new Set(known.map((line) => blobOf(line)));
    const found: string[] = [];
    const directives = await sshdDirectives(host);
    for (const account of await accounts(host)) {
      for (const line of await keysOf(account, directives, host)) {
        if (blobs.has(blobOf(line.text))) continue;
        found.push(`${account.name}: ${fingerprintLine(line.key, line.comment).replace(/[^ -~]/g, '?')}`);
      }
    }
    return found.length === 0
      ? undefined
      : `the image brought keys that are in neither metadata nor user-data: ${found.join('; ')}`;
  },
};

async function keysOf(
  account: Account,
  directives: readonly Directive[],
  host: ReadHost,
): Promise<ReturnType<typeof keysIn>> {
  const place = keysFileOf(account, directives);
  if ('refused' in place || account.home === '/') return [];
  try {
    return keysIn((await host.readText(place.path)) ?? '');
  } catch {
    return []; // behind a link in a home directory: what sshd reads there is not determined
  }
}

function blobOf(text: string): string {
  const line = readKeyLine(text);
  return typeof line === 'string' ? '' : Buffer.from(line.key.blob).toString('hex');
}
