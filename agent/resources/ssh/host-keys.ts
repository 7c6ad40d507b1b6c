import { digest } from '../../base/digest.ts';
import { ownPaths } from '../../base/own-paths.ts';
import { asProblem, Problem } from '../../base/problem.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { GivenHostKey, HostKeysChange } from '../../engine/kinds/accounts.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { idOf } from '../../host/passwd.ts';
import { fingerprintOf } from './key-fingerprint.ts';
import { readKeyLine } from './key-line.ts';
import type { PublicKey } from './key-types.ts';
import { publicLine, readPrivateKey } from './private-key.ts';
import { sshdDirectives } from './sshd-config.ts';

const folder = '/etc/ssh';
/** The directories where keys are generated before they are installed; the second is for a full /run. */
const asides = [ownPaths.newHostKeys, `${folder}/.bootagent-host-keys`] as const;
/** Keeps Red Hat's units from generating, before sshd, the keys that are generated after it (systemd/sshd-keygen-later.conf). */
const laterMarker = ownPaths.hostKeysLater;
/**
 * Holds the machine that the keys were made for, since a clone has its parent's keys and record; and a digest of each key
 * that passed verification, so that unchanged keys are not verified again at each boot.
 */
const record = ownPaths.hostKeysRecord;

/** Keeps the host keys of sshd valid: generated for this machine, undamaged, each with its public half beside it. */
export const hostKeysHandler: StateHandler<HostKeysChange> = {
  sort: 'state',
  needs: 'machine',
  subject: () => folder,

  async compare(change, host) {
    const known = await recorded(host);
    const strange = areStrange(change, known.machine);
    if (strange) return strange;
    for (const type of await typesOf(change, host)) {
      const wrong = await wrongWith(type, given(change, type), known.whole, host);
      if (wrong) return `has a key that is not right: ${pathOf(type)} ${wrong}`;
    }
    return known.machine === undefined ? 'has keys that are not remembered as those of this machine' : undefined;
  },

  async apply(change, host) {
    const types = await typesOf(change, host);
    const known = await recorded(host);
    const strange = areStrange(change, known.machine) !== undefined;
    const isLater = (change.later ?? []).some((type) => change.types.includes(type) && !types.includes(type));
    const notes: string[] = [];
    const failed: unknown[] = [];
    const whole: string[] = [];
    for (const type of types) {
      // A key that is replaced anyway is not verified first.
      const wrong = strange ? undefined : await wrongWith(type, given(change, type), known.whole, host);
      if (wrong && (await host.stat(pathOf(type)))) notes.push(`${pathOf(type)} ${wrong}`);
      try {
        if (wrong || strange) await put(type, given(change, type), strange, host);
        whole.push(type);
      } catch (error) {
        // One type that cannot be generated must not prevent the others: without any host key no login is possible.
        failed.push(error);
      }
    }
    if (whole.length > 0) {
      if (strange) await removeOthers(change, whole, host);
      await host.writeFile(record, await recordOf(change.machine, whole, host), { mode: 0o600 });
    }
    if (failed.length > 0) throw failed[0];
    // Without the marker (full /run) those units only generate the keys earlier than necessary.
    if (isLater) await host.writeFile(laterMarker, '', { mode: 0o644 }).catch(() => {});
    const mended = notes.length === 0 ? '' : `repaired: ${notes.join('; ')}; `;
    return `${mended}${await shown(types, host)}`;
  },
};

/** Returns the fingerprints with which a first login can verify the host. */
async function shown(types: readonly string[], host: ReadHost): Promise<string> {
  const lines: string[] = [];
  for (const type of types) {
    const line = readKeyLine((await host.readText(`${pathOf(type)}.pub`)) ?? '');
    if (typeof line !== 'string') lines.push(`${line.key.type.label} ${fingerprintOf(line.key)}`);
  }
  return lines.join(', ');
}

const pathOf = (type: string): string => `${folder}/ssh_host_${type}_key`;

const given = (change: HostKeysChange, type: string): GivenHostKey | undefined =>
  change.given.find((each) => each.type === type);

function areStrange({ machine, fresh }: HostKeysChange, made: string | undefined): string | undefined {
  if (made === machine) return undefined;
  // Only a UUID is reliable: a network card can be replaced, and clouds change the ids of existing machines.
  const sure = made?.startsWith('uuid ') && machine.startsWith('uuid ');
  if (made !== undefined) return sure || fresh ? 'has the keys of the machine this one was copied from' : undefined;
  return fresh ? 'has keys that are not known to be made for this machine' : undefined;
}

async function typesOf({ types, given, later = [] }: HostKeysChange, host: ReadHost): Promise<readonly string[]> {
  const fips = (await host.readText('/proc/sys/crypto/fips_enabled'))?.trim() === '1';
  const all = given.length > 0 ? given.map(({ type }) => type) : types;
  const possible = all.filter((type) => type !== 'ed25519' || !fips || given.length > 0);
  const now = possible.filter((type) => !later.includes(type));
  return now.length < possible.length && (await canServe(now, host)) ? now : possible;
}

/** Whether sshd starts with these keys alone: it reads all of its default paths, or only those in its settings. */
async function canServe(types: readonly string[], host: ReadHost): Promise<boolean> {
  const named = (await sshdDirectives(host)).filter(({ keyword }) => keyword === 'hostkey').map(({ value }) => value);
  return types.length > 0 && (named.length === 0 || types.some((type) => named.includes(pathOf(type))));
}

interface Known {
  /** Undefined if there is no record. */
  readonly machine: string | undefined;
  /** The marks of the keys that passed verification. */
  readonly whole: readonly string[];
}

async function recorded(host: ReadHost): Promise<Known> {
  const [machine, ...whole] = (await host.readText(record))?.trim().split('\n') ?? [];
  return { machine, whole };
}

async function recordOf(machine: string, types: readonly string[], host: ReadHost): Promise<string> {
  const lines = [machine];
  for (const type of types) lines.push(markOf(type, await pairAt(type, host)));
  return `${lines.join('\n')}\n`;
}

/** The contents of the files of a private key and its public half. */
interface Pair {
  readonly secret: string | undefined;
  readonly shown: string;
}

const pairAt = async (type: string, host: ReadHost): Promise<Pair> => ({
  secret: await host.readText(pathOf(type)),
  shown: (await host.readText(`${pathOf(type)}.pub`)) ?? '',
});

function markOf(type: string, { secret = '', shown }: Pair): string {
  const text = `${secret}\0${shown}`;
  const last = marks.get(type);
  if (last?.text === text) return last.mark;
  const mark = `${type} ${digest(Buffer.from(text))}`;
  marks.set(type, { text, mark });
  return mark;
}

/** The last mark of each type: one run reads the same keys four times. */
const marks = new Map<string, { readonly text: string; readonly mark: string }>();

/** Returns what is wrong with an installed key, or undefined. `whole` are the marks of the keys that passed verification. */
async function wrongWith(
  type: string,
  wanted: GivenHostKey | undefined,
  whole: readonly string[],
  host: ReadHost,
): Promise<string | undefined> {
  const pair = await pairAt(type, host);
  if (pair.secret === undefined) return 'does not exist';
  if (wanted && pair.secret !== wanted.private) return 'is not the one that was given';
  if (!whole.includes(markOf(type, pair))) {
    const key = readPrivateKey(pair.secret);
    if (typeof key === 'string') return key;
    const shown = readKeyLine(pair.shown);
    if (typeof shown === 'string' || !isSame(shown.key, key)) return 'does not match its .pub file';
  }
  const certificate = wanted?.certificate;
  if (certificate !== undefined && (await host.readText(`${pathOf(type)}-cert.pub`)) !== certificate) {
    return 'has not the certificate that was given';
  }
  const { mode } = await guard(host);
  const stat = await host.stat(pathOf(type));
  if (stat && host.privileged && stat.uid !== 0) return `is owned by the user ${stat.uid}, not root`;
  return stat && (stat.mode & ~mode) !== 0 ? `can be read by others (mode 0${stat.mode.toString(8)})` : undefined;
}

const isSame = (a: PublicKey, b: PublicKey): boolean => Buffer.compare(a.blob, b.blob) === 0;

/** Returns mode and owner of private keys. Where ssh-keysign is setgid ssh_keys, as on Red Hat, that group may read them. */
async function guard(host: ReadHost): Promise<{ mode: number; owner: string; group: string }> {
  const keysign = await host.stat('/usr/libexec/openssh/ssh-keysign');
  const isOfGroup = keysign !== undefined && (keysign.mode & 0o2000) !== 0;
  const grouped = isOfGroup && keysign.gid === (await idOf('ssh_keys', 'group', host));
  return { mode: grouped ? 0o640 : 0o600, owner: 'root', group: grouped ? 'ssh_keys' : 'root' };
}

/** Installs a key. Each file is complete before it is moved into place, so that sshd never reads a partial key. */
async function put(type: string, wanted: GivenHostKey | undefined, anew: boolean, host: Host): Promise<void> {
  const text = wanted?.private ?? (anew ? undefined : await host.readText(pathOf(type)));
  const there = text === undefined ? 'none' : readPrivateKey(text);
  const whole = text !== undefined && typeof there !== 'string';
  const [secret, shown] = whole ? [text, publicLine(there, '')] : await made(type, host);
  await host.writeFile(pathOf(type), secret, await guard(host));
  await host.writeFile(`${pathOf(type)}.pub`, shown, { mode: 0o644, owner: 'root', group: 'root' });
  if (wanted?.certificate !== undefined) {
    await host.writeFile(`${pathOf(type)}-cert.pub`, wanted.certificate, { mode: 0o644, owner: 'root', group: 'root' });
  }
}

async function made(type: string, host: Host): Promise<[secret: string, shown: string]> {
  const [first, other] = asides;
  return madeIn(first, type, host).catch((error) => {
    if (asProblem(error).code === 'command-timeout') throw error;
    return madeIn(other, type, host);
  });
}

async function madeIn(aside: string, type: string, host: Host): Promise<[secret: string, shown: string]> {
  const path = `${aside}/${type}`;
  await host.remove(aside);
  await host.makeDirectory(aside, { mode: 0o700 });
  try {
    const name = (await host.readText('/proc/sys/kernel/hostname'))?.trim() ?? 'localhost';
    const argv = ['ssh-keygen', '-q', '-t', type, '-N', '', '-C', `root@${name}`, '-f', path];
    // The time for an RSA key varies: on an overloaded host one took more than two minutes. Without keys no login is possible.
    await host.run(argv, { timeoutMs: 600_000 });
    const [secret, shown] = [await host.readText(path), await host.readText(`${path}.pub`)];
    if (secret !== undefined && shown !== undefined) return [secret, shown];
    throw new Problem('command-failed', `ssh-keygen made no key of type ${type}`);
  } finally {
    await host.remove(aside);
  }
}

/** Removes keys of other types and certificates: they belong to the other machine, as the replaced keys did. */
async function removeOthers(change: HostKeysChange, types: readonly string[], host: Host): Promise<void> {
  const kept = types.flatMap((type) => [
    pathOf(type),
    `${pathOf(type)}.pub`,
    ...(given(change, type)?.certificate === undefined ? [] : [`${pathOf(type)}-cert.pub`]),
  ]);
  for (const name of await host.list(folder)) {
    const path = `${folder}/${name}`;
    if (/^ssh_host_.*key/.test(name) && !kept.includes(path)) await host.remove(path);
  }
}
