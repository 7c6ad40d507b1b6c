const key = [0xde, 0xad, 0xbe, 0xef] as const;

/** Returns a pool password in the format of HTCondor's password file: obfuscated by XOR, not encrypted. */
export const scrambled = (password: string): Uint8Array =>
  new TextEncoder().encode(password).map((byte, index) => byte ^ (key[index % key.length] ?? 0));

/** Returns the number of job slots: one for each core, limited by the memory for each slot, and at least `least`. */
export const slotsFor = (
  { cpus, memoryKiB }: { readonly cpus: number; readonly memoryKiB: number },
  memPerCoreKb: number,
  least: number,
): number => Math.max(least, Math.min(cpus, Math.floor(memoryKiB / memPerCoreKb)));

/** The configuration of one node of a pool. */
export interface CondorNode {
  readonly daemons: readonly string[];
  readonly manager: string;
  readonly address: string | undefined;
  /** Value of DEFAULT_DOMAIN_NAME where DNS is not used. */
  readonly domain: string | undefined;
  readonly ports: readonly string[];
  readonly wrapper: string | undefined;
  readonly slots: number | undefined;
  readonly slotType: 'static' | 'partitionable';
  readonly security: 'password' | 'idtoken' | undefined;
  /** Settings of the user-data, which override the generated ones. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
}

/** Paths of the credential files. */
export const credentialPaths = {
  password: '/etc/condor/passwords.d/POOL',
  idtoken: '/etc/condor/tokens.d/bootagent',
} as const;

/** Returns the HTCondor configuration file of this node. */
export function condorFile(node: CondorNode, { without = [] }: { readonly without?: readonly string[] } = {}): string {
  const theirs = new Set(node.settings.map(({ name }) => name.toUpperCase()));
  const ours = Object.entries({ ...macros(node), ...interfaceMacros(node) }).filter(
    ([name, value]) => value !== undefined && !theirs.has(name) && !without.includes(name),
  );
  const all = [...ours, ...node.settings.map(({ name, value }) => [name, value])];
  return `# Made by bootagent: changes are lost at the next boot\n${all.map((pair) => pair.join(' = ').trimEnd()).join('\n')}\n`;
}

/** Returns the settings of a node without DNS, which the classic layout keeps in condor_config itself. */
export function interfaceMacros({ address, domain }: CondorNode): Readonly<Record<string, string>> {
  return {
    ...(address !== undefined && { NETWORK_INTERFACE: address }),
    ...(domain !== undefined && { NO_DNS: 'True', DEFAULT_DOMAIN_NAME: domain }),
  };
}

const macros = (node: CondorNode): Readonly<Record<string, string | undefined>> => ({
  DAEMON_LIST: node.daemons.join(', '),
  CONDOR_HOST: node.manager,
  LOWPORT: node.ports[0],
  HIGHPORT: node.ports[1],
  USER_JOB_WRAPPER: node.wrapper,
  ...(node.slots !== undefined && slotMacros(node.slotType, node.slots)),
  ...(node.security && securityMacros[node.security]),
});

// Explicit, since HTCondor 23 defaults to one partitionable slot where older versions default to static slots.
const slotMacros = (type: CondorNode['slotType'], slots: number): Readonly<Record<string, string>> => ({
  NUM_CPUS: String(slots),
  SLOT_TYPE_1: type === 'static' ? 'cpus=1' : '100%',
  SLOT_TYPE_1_PARTITIONABLE: type === 'static' ? 'False' : 'True',
  NUM_SLOTS_TYPE_1: type === 'static' ? String(slots) : '1',
});

const required = { SEC_DAEMON_AUTHENTICATION: 'required', SEC_DAEMON_INTEGRITY: 'required' };

const securityMacros: Readonly<Record<'password' | 'idtoken', Readonly<Record<string, string>>>> = {
  password: {
    ...required,
    SEC_DAEMON_AUTHENTICATION_METHODS: 'password',
    SEC_CLIENT_AUTHENTICATION_METHODS: 'password, fs',
    SEC_PASSWORD_FILE: credentialPaths.password,
    SEC_ENABLE_MATCH_PASSWORD_AUTHENTICATION: 'True',
    ALLOW_DAEMON: 'condor_pool@*, submit-side@matchsession',
  },
  idtoken: {
    ...required,
    SEC_DAEMON_AUTHENTICATION_METHODS: 'idtokens',
    SEC_CLIENT_AUTHENTICATION_METHODS: 'idtokens, fs',
  },
};
