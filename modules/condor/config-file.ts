const key = [0xde, 0xad, 0xbe, 0xef] as const;

/** A pool password as HTCondor keeps it in its file: not encrypted, only made unreadable at a glance. */
export const scrambled = (password: string): Uint8Array =>
  new TextEncoder().encode(password).map((byte, index) => byte ^ (key[index % key.length] ?? 0));

/** How many jobs a machine takes: as many as it has cores, as long as each has its share of memory. */
export const slotsFor = (
  { cpus, memoryKiB }: { readonly cpus: number; readonly memoryKiB: number },
  memPerCoreKb: number,
  least: number,
): number => Math.max(least, Math.min(cpus, Math.floor(memoryKiB / memPerCoreKb)));

/** One node of a pool, as it is to be configured. */
export interface CondorNode {
  readonly daemons: readonly string[];
  readonly manager: string;
  readonly address: string | undefined;
  /** What stands for the domain where names are not looked up. */
  readonly domain: string | undefined;
  readonly ports: readonly string[];
  readonly wrapper: string | undefined;
  readonly slots: number | undefined;
  readonly slotType: 'static' | 'partitionable';
  readonly security: 'password' | 'idtoken' | undefined;
  /** What people set themselves: it wins over what we would say. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
}

/** Where the credentials are kept. */
export const credentialPaths = {
  password: '/etc/condor/passwords.d/POOL',
  idtoken: '/etc/condor/tokens.d/bootagent',
} as const;

/** The file of HTCondor's configuration that makes this node. */
export function condorFile(node: CondorNode, { without = [] }: { readonly without?: readonly string[] } = {}): string {
  const theirs = new Set(node.settings.map(({ name }) => name.toUpperCase()));
  const ours = Object.entries({ ...macros(node), ...interfaceMacros(node) }).filter(
    ([name, value]) => value !== undefined && !theirs.has(name) && !without.includes(name),
  );
  const all = [...ours, ...node.settings.map(({ name, value }) => [name, value])];
  return `# Made by bootagent: changes are lost at the next boot\n${all.map((pair) => pair.join(' = ').trimEnd()).join('\n')}\n`;
}

/** What a node without names needs, and what the classic layout keeps in condor_config itself. */
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

// Written out, since HTCondor 23 makes one partitionable slot where nobody says what older ones did by themselves.
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
