import type { Change, Note, PlanItem } from '../agent/engine/change.ts';
import type { GivenHostKey, HostKeysChange } from '../agent/engine/kinds/accounts.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { readKeyLine } from '../agent/resources/ssh/key-line.ts';
import { readPrivateKey } from '../agent/resources/ssh/private-key.ts';
import {
  converted,
  type Decode,
  entries,
  flag,
  INVALID,
  type Item,
  items,
  oneOf,
  optional,
  secret,
  withDefault,
} from '../agent/userdata/schema/decode.ts';
import { eachAlone, eachOfOthers } from './shared/lenient-fields.ts';
import { reload } from './shared/sshd-service.ts';

const types = ['rsa', 'ecdsa', 'ed25519'] as const;
/** Generation takes 0.6 s on average and up to several seconds; the other types take milliseconds. */
const slow: readonly string[] = ['rsa'];

/**
 * A value of `ssh_keys`: "rsa_private", "rsa_public", "rsa_certificate" and so on. Public keys are derived from private ones.
 */
const givenKey: Decode<string> = converted(secret, (text, { error }) => {
  if (!text.includes('PRIVATE KEY')) return text;
  const key = readPrivateKey(text.endsWith('\n') ? text : `${text}\n`);
  if (typeof key !== 'string') return text;
  error(`expected a private host key: it ${key}`);
  return INVALID;
});

const keys = {
  ssh_deletekeys: withDefault(true, flag),
  ssh_genkeytypes: optional(items(oneOf(...types))),
  ssh_keys: optional(entries(givenKey)),
};

/** The decoded settings, without the invalid ones. */
interface HostKeySettings {
  readonly ssh_deletekeys?: boolean | undefined;
  readonly ssh_genkeytypes?: readonly Item<(typeof types)[number]>[] | undefined;
  readonly ssh_keys?: readonly { readonly name: string; readonly value: string }[] | undefined;
}

/** The host keys of sshd, before it starts: belonging to this machine, and verified at each boot. */
export const hostKeys = defineModule({
  name: 'ssh_host_keys',
  summary: 'The host keys of sshd: fresh on a new machine, as given, repaired where they are damaged.',
  every: 'boot',
  reads: eachAlone(keys),
  assumes: ['os'],
  plan(settings, context): PlanItem[] {
    const { given, leftOut } = keysGiven(settings.ssh_keys ?? []);
    const fresh = (settings.ssh_deletekeys ?? true) && context.newMachine;
    const change: HostKeysChange = { ...changeFor(settings, given, context), fresh, later: slow };
    return [itemFor(change, context), ...leftOut];
  },
});

/**
 * Generates the RSA key after sshd has started, since that takes longer than everything else before sshd at a first boot. The
 * early module has already decided whether the keys belong to this machine (`fresh`).
 */
export const lateHostKeys = defineModule({
  name: 'ssh_host_keys_late',
  partOf: 'ssh_host_keys',
  summary: 'The RSA host key, made after sshd has started with the other host keys.',
  every: 'boot',
  reads: eachOfOthers(keys),
  assumes: ['os'],
  plan(settings, context): PlanItem[] {
    const { given } = keysGiven(settings.ssh_keys ?? []);
    const change: HostKeysChange = { ...changeFor(settings, given, context), fresh: false };
    return given.length > 0 || !change.types.some((type) => slow.includes(type)) ? [] : [itemFor(change, context)];
  },
});

const changeFor = (
  { ssh_genkeytypes: wanted }: HostKeySettings,
  given: readonly GivenHostKey[],
  context: Context,
): Omit<HostKeysChange, 'fresh'> => ({
  kind: 'host-keys',
  types: wanted?.map(({ value }) => value) ?? types,
  machine: machineOf(context),
  given,
});

function itemFor(change: HostKeysChange, { facts }: Context): PlanItem {
  const { given } = change;
  const keys: Change = { ...change, secret: true };
  const certificates = given
    .filter(({ certificate }) => certificate !== undefined)
    .map(({ type }): Change => {
      const path = `/etc/ssh/ssh_host_${type}_key-cert.pub`;
      return { kind: 'sshd', keyword: 'HostCertificate', value: path, among: true };
    });
  const at = given.length > 0 ? 'ssh_keys' : 'ssh_deletekeys';
  return { at, changes: [keys, ...certificates, reload(keys, facts)] };
}

function keysGiven(written: readonly { name: string; value: string }[]): {
  given: GivenHostKey[];
  leftOut: PlanItem[];
} {
  const named = new Map(written.map(({ name, value }) => [name, value.endsWith('\n') ? value : `${value}\n`]));
  const leftOut: PlanItem[] = [];
  const warn = (name: string, text: string): void => {
    const note: Note = { level: 'warning', text };
    leftOut.push({ at: `ssh_keys.${name}`, changes: [], notes: [note] });
  };
  const given: GivenHostKey[] = [];
  for (const [name, text] of named) {
    const [, type, part] = /^(rsa|ecdsa|ed25519)_(private|public|certificate)$/.exec(name) ?? [];
    if (type === undefined)
      warn(
        name,
        'ignored: a host key is named TYPE_private, TYPE_public or TYPE_certificate, TYPE rsa, ecdsa or ed25519',
      );
    else if (part !== 'private' && !named.has(`${type}_private`)) {
      warn(name, `ignored: there is no ${type}_private for it`);
    } else if (part === 'private') {
      const certificate = named.get(`${type}_certificate`);
      if (certificate !== undefined && typeof readKeyLine(certificate) === 'string') {
        warn(`${type}_certificate`, 'ignored: it is not a certificate');
        given.push({ type, private: text });
      } else given.push({ type, private: text, ...(certificate !== undefined && { certificate }) });
    }
  }
  return { given, leftOut };
}

/**
 * Returns what distinguishes this machine from its clones: the firmware's UUID, the MAC of its main interface, or the
 * instance-id.
 */
function machineOf({ facts, instance }: Context): string {
  const { uuid } = facts.platform;
  if (new Set(uuid.replaceAll('-', '')).size > 1) return `uuid ${uuid}`;
  // Read only if needed: early in the boot there is no network, and reading this fact makes a plan uncertain.
  const { network } = facts;
  // Only the main interface counts, since bridges and container interfaces come and go.
  const mac = network.interfaces.find(({ name }) => name === network.interface)?.mac ?? '';
  return mac === '' ? `instance ${instance.id}` : `mac ${mac}`;
}
