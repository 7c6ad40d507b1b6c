import type { Change, Note, PlanItem } from '../../agent/engine/change.ts';
import { defineModule } from '../../agent/engine/module.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import { optional } from '../../agent/userdata/schema/decode.ts';
import { type CondorNode, condorFile, credentialPaths, interfaceMacros, scrambled, slotsFor } from './config-file.ts';
import { type CondorSettings, condorSettings, gsiIsGone } from './settings.ts';

const reads = { condor: optional(condorSettings) };

/** An HTCondor node: slots by cores and memory, address, pool, credential and service. */
export const condor = defineModule({
  name: 'condor',
  summary:
    'An HTCondor worker: its slots from cores and memory, its address, its pool and credential, and the service.',
  every: 'boot',
  reads,

  plan({ condor: asked }, { facts }): readonly PlanItem[] {
    if (!asked) return [];
    const node = nodeOf(asked, facts);
    return [
      {
        at: 'condor',
        changes: [atBoot(node), ...configuration(asked, node), now(node)],
        notes: notes(asked, node, facts),
      },
    ];
  },
});

function nodeOf(asked: CondorSettings, facts: Facts): CondorNode {
  const { daemons, dns, domain, job_wrapper: wrapper } = asked;
  return {
    daemons,
    manager: asked.central_manager,
    address: addressOf(asked.address, facts),
    domain: dns ? undefined : domain,
    ports: asked.ports,
    wrapper: wrapper?.startsWith('#!') ? '/etc/condor/job_wrapper.sh' : wrapper,
    slots: daemons.includes('STARTD') ? slotsFor(facts, asked.mem_per_core_kb, asked.min_slots) : undefined,
    slotType: asked.slot_type,
    security: asked.security,
    settings: asked.settings,
  };
}

const addressOf = (asked: string | undefined, { network }: Facts): string | undefined =>
  asked === undefined
    ? network.address
    : (network.interfaces.find(({ name }) => name === asked)?.addresses[0] ?? asked);

const root = { owner: 'root', group: 'root' };

/** Each change follows the previous one, so that any number of changes restarts the service once. */
function configuration(asked: CondorSettings, node: CondorNode): readonly Change[] {
  const wrapper = asked.job_wrapper?.startsWith('#!') ? asked.job_wrapper : undefined;
  return chained([
    ...(asked.files === 'condor_config.local' ? [{ kind: 'absent', path: '/etc/condor/config.d' } as const] : []),
    ...credential(asked),
    ...(wrapper && node.wrapper ? [written(node.wrapper, wrapper, 0o755)] : []),
    ...(asked.files === 'condor_config.local' ? classic(node) : [written(ownFile, condorFile(node), 0o644)]),
    { kind: 'notify', what: 'restart', unit },
  ]);
}

/** Sorts last in config.d: HTCondor applies the value that it reads last. */
const ownFile = '/etc/condor/config.d/zz-bootagent.config';
const localFile = '/etc/condor/condor_config.local';

function chained(changes: readonly Change[]): readonly Change[] {
  const made: Change[] = [];
  for (const change of changes) {
    const follows = made.at(-1);
    made.push(follows ? { ...change, follows } : change);
  }
  return made;
}

const written = (path: string, content: string | Uint8Array, mode: number): Change => ({
  kind: 'file',
  path,
  content,
  mode,
  ...root,
});

function credential({ security, password, idtoken }: CondorSettings): readonly Change[] {
  if (!security) return [];
  const path = credentialPaths[security];
  const content = security === 'password' ? scrambled((password ?? '').trimEnd()) : `${(idtoken ?? '').trimEnd()}\n`;
  return [
    { kind: 'directory', path: path.slice(0, path.lastIndexOf('/')), mode: 0o700, ...root },
    { ...written(path, content, 0o600), secret: true },
  ];
}

/**
 * The classic layout: NETWORK_INTERFACE, NO_DNS and DEFAULT_DOMAIN_NAME in condor_config, the rest in condor_config.local.
 */
function classic(node: CondorNode): readonly Change[] {
  const set = interfaceMacros(node);
  return [
    { kind: 'edit', path: '/etc/condor/condor_config', edit: { syntax: 'condor', set } },
    written(localFile, condorFile(node, { without: Object.keys(set) }), 0o644),
  ];
}

const unit = 'condor.service';

/** The first change, so that nothing is written if HTCondor is not installed. */
const atBoot = ({ slots }: CondorNode): Change => ({
  kind: 'service',
  unit,
  boot: slots === 0 ? 'disabled' : 'enabled',
});

const now = ({ slots }: CondorNode): Change => ({ kind: 'running', unit, is: slots === 0 ? 'stopped' : 'started' });

function notes(
  asked: CondorSettings,
  { slots, address, security, settings }: CondorNode,
  facts: Facts,
): readonly Note[] {
  const { cpus, memoryKiB, paths } = facts;
  const per = asked.mem_per_core_kb;
  const told: Note[] = [];
  const warn = (text: string) => told.push({ level: 'warning', text });
  if (slots !== undefined) {
    const cores = cpus === 1 ? '1 core' : `${cpus} cores`;
    const text = `${slots === 1 ? '1 slot' : `${slots} slots`}: ${cores}, ${memoryKiB} kB of memory, ${per} kB a slot`;
    told.push({ level: 'note', text });
    if (slots === 0) warn('no slot fits and min_slots is 0: condor is not started');
    else if (memoryKiB < per * slots) warn(`the memory does not suffice for ${slots} by itself; min_slots asks for it`);
  }
  if (address === undefined) warn('this machine has no address yet, so NETWORK_INTERFACE is not set');
  if (security === undefined) warn('neither password nor idtoken is given: the security settings are left as they are');
  if (settings.some(({ name, value }) => /_METHODS$/i.test(name) && /\bgsi\b/i.test(value))) warn(gsiIsGone);
  if (settings.some(({ name, value }) => name.toUpperCase() === 'UID_DOMAIN' && value.trim() === '*')) {
    warn('UID_DOMAIN is "*": jobs run as nobody, unless the submit machine has "*", too');
  }
  if (asked.files === 'config.d' && paths.includes(localFile)) {
    warn(`${localFile} is read after ${ownFile} and may say otherwise`);
  }
  return told;
}
