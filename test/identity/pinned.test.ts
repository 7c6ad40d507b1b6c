import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fingerprint, hardwareFingerprint } from '../../agent/identity/fingerprint.ts';
import { type IdentityStore, storedIdentity, storeIdentity } from '../../agent/identity/identity-store.ts';
import { fromJson, toJson } from '../../agent/identity/instance-json.ts';
import { noInstance } from '../../agent/metadata/datasource.ts';
import { openState, type State } from '../../agent/state/state.ts';
import { memoryStore } from '../../agent/state/store.ts';
import { facts } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';

const seed = { '/var/lib/cloud/seed/nocloud/meta-data': 'instance-id: i-evil\n' };

/** Returns the store at a boot of the machine, with a new seed or other firmware. */
async function machine(
  state: State,
  { files = {}, uuid, pinned }: { files?: Record<string, string>; uuid?: string; pinned: boolean },
): Promise<IdentityStore> {
  const { platform } = facts();
  const seen = facts({ platform: { ...platform, uuid: uuid ?? '11111111-2222-3333-4444-555555555555' } });
  const host = memoryHost({ files });
  return {
    state,
    host,
    report: () => {},
    fingerprint: await fingerprint(seen, host),
    hardware: hardwareFingerprint(seen),
    pinned,
    keeps: true,
    serialize: (instance) => JSON.stringify(toJson(instance)),
    deserialize: (text) => fromJson(JSON.parse(text)),
  };
}

describe('a machine in service to which a seed is attached', () => {
  for (const [what, changed, pinned, id] of [
    ['is asked about anew', { files: seed }, false, undefined],
    ['is the instance it was where it is pinned', { files: seed }, true, 'i-1'],
    ['is asked about anew where it is pinned, and another machine', { files: seed, uuid: 'a-clone' }, true, undefined],
    ['is known again where nothing changed', {}, true, 'i-1'],
  ] as const) {
    test(what, async () => {
      const state = openState(memoryStore(new Map([['fresh', '']])));
      // It need not be pinned when it is first identified.
      await storeIdentity(
        { ...noInstance, id: 'i-1', datasource: 'ec2' },
        'ec2',
        await machine(state, { pinned: false }),
      );
      const known = storedIdentity(await machine(state, { ...changed, pinned }));
      assert.equal(known?.instance.id, id);
      assert.equal(known?.newMachine ?? false, id === 'i-1');
    });
  }
});
