import type { Change, Note, PlanItem } from '../agent/engine/change.ts';
import type { GivenHostKey } from '../agent/engine/kinds/accounts.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { readKeyLine } from '../agent/resources/ssh/key-line.ts';
import { readPrivateKey } from '../agent/resources/ssh/private-key.ts';
import {
  converted,
  type Decode,
  entries,
  flag,
  INVALID,
  items,
  oneOf,
  optional,
  secret,
  withDefault,
} from '../agent/userdata/schema/decode.ts';
import { eachAlone } from './shared/lenient-fields.ts';
import { reload } from './shared/sshd-service.ts';

const types = ['rsa', 'ecdsa', 'ed25519'] as const;

/** `ssh_keys`: "rsa_private", "rsa_public", "rsa_certificate", and so on. Public halves are made from the private ones. */
const givenKey: Decode<string> = converted(secret, (text, { error }) => {
  if (!text.includes('PRIVATE KEY')) return text;
  const key = readPrivateKey(text.endsWith('\n') ? text : `${text}\n`);
  if (typeof key !== 'string') return text;
  error(`expected a private host key: it ${key}`);
  return INVALID;
});

const reads = eachAlone({
  ssh_deletekeys: withDefault(true, flag),
  ssh_genkeytypes: optional(items(oneOf(...types))),
  ssh_keys: optional(entries(givenKey)),
});

/** The keys by which sshd shows who this machine is: its own and nobody else's, whole at each boot. */
export const hostKeys = defineModule({
  name: 'ssh_host_keys',
  summary: 'The host keys of sshd: fresh on a new machine, as given, mended where they are damaged.',
  every: 'boot',
  reads,
  plan({ ssh_deletekeys: fresh = true, ssh_genkeytypes: wanted, ssh_keys: written = [] }, context): PlanItem[] {
    const { facts, newMachine } = context;
    const { given, notes } = keysGiven(written);
    const change: Change = {
      kind: 'host-keys',
      types: wanted?.map(({ value }) => value) ?? types,
      machine: machineOf(context),
      fresh: fresh && newMachine,
      given,
      secret: true,
    };
    const certificates = given
      .filter(({ certificate }) => certificate !== undefined)
      .map(({ type }): Change => {
        const path = `/etc/ssh/ssh_host_${type}_key-cert.pub`;
        return { kind: 'sshd', keyword: 'HostCertificate', value: path, among: true };
      });
    return [
      {
        at: given.length > 0 ? 'ssh_keys' : 'ssh_deletekeys',
        changes: [change, ...certificates, reload(change, facts)],
        ...(notes.length > 0 && { notes }),
      },
    ];
  },
});

function keysGiven(written: readonly { name: string; value: string }[]): { given: GivenHostKey[]; notes: Note[] } {
  const named = new Map(written.map(({ name, value }) => [name, value.endsWith('\n') ? value : `${value}\n`]));
  const notes: Note[] = [];
  const given: GivenHostKey[] = [];
  for (const [name, text] of named) {
    const [, type, part] = /^(rsa|ecdsa|ed25519)_(private|public|certificate)$/.exec(name) ?? [];
    if (type === undefined)
      notes.push({ level: 'warning', text: `ssh_keys.${name} is no host key that sshd has a place for` });
    else if (part !== 'private' && !named.has(`${type}_private`)) {
      notes.push({ level: 'warning', text: `ssh_keys.${name} is left out: there is no ${type}_private for it` });
    } else if (part === 'private') {
      const certificate = named.get(`${type}_certificate`);
      if (certificate !== undefined && typeof readKeyLine(certificate) === 'string') {
        notes.push({ level: 'warning', text: `ssh_keys.${type}_certificate is left out: it is no certificate` });
        given.push({ type, private: text });
      } else given.push({ type, private: text, ...(certificate !== undefined && { certificate }) });
    }
  }
  return { given, notes };
}

/** What tells this machine from its clones: firmware's word, or the card it is reached by, or what the cloud calls it. */
function machineOf({ facts, instance }: Context): string {
  const { uuid } = facts.platform;
  if (new Set(uuid.replaceAll('-', '')).size > 1) return `uuid ${uuid}`;
  // Asked only now: at the beginning of a boot there is no network yet, and asking for it makes a plan unsure.
  const { network } = facts;
  // Of one card alone: bridges and the ends of containers come and go.
  const mac = network.interfaces.find(({ name }) => name === network.interface)?.mac ?? '';
  return mac === '' ? `instance ${instance.id}` : `mac ${mac}`;
}
