import { Problem } from '../base/problem.ts';
import type { Layer } from '../config/layers.ts';
import type { Schedule } from '../engine/module.ts';
import { agentKeys } from '../userdata/cloud-init-keys.ts';
import { mergeLayers } from '../userdata/merge.ts';
import { collect } from '../userdata/schema/findings.ts';
import { type Mapping, type SourceNode, toJs, told } from '../userdata/schema/source-node.ts';
import { unsupportedKeys } from '../userdata/unsupported-keys.ts';
import { readYaml } from '../userdata/yaml/read-yaml.ts';
import { validate } from '../validate/validate.ts';

/** The module of cloud-init that applies a key. An image that does not list the module does not apply the key. */
const moduleOf: ReadonlyMap<string, string> = new Map(
  Object.entries({
    apt: 'apt_configure',
    bootcmd: 'bootcmd',
    ca_certs: 'ca_certs',
    chpasswd: 'set_passwords',
    disk_setup: 'disk_setup',
    final_message: 'final_message',
    fs_setup: 'disk_setup',
    groups: 'users_groups',
    growpart: 'growpart',
    keyboard: 'keyboard',
    locale: 'locale',
    manage_etc_hosts: 'update_etc_hosts',
    mounts: 'mounts',
    ntp: 'ntp',
    packages: 'package_update_upgrade_install',
    package_update: 'package_update_upgrade_install',
    package_upgrade: 'package_update_upgrade_install',
    password: 'set_passwords',
    phone_home: 'phone_home',
    power_state: 'power_state_change',
    random_seed: 'seed_random',
    resolv_conf: 'resolv_conf',
    rsyslog: 'rsyslog',
    runcmd: 'runcmd',
    snap: 'snap',
    ssh_deletekeys: 'ssh',
    ssh_genkeytypes: 'ssh',
    ssh_import_id: 'ssh_import_id',
    ssh_keys: 'ssh',
    ssh_pwauth: 'set_passwords',
    swap: 'mounts',
    timezone: 'timezone',
    users: 'users_groups',
    wireguard: 'wireguard',
    write_files: 'write_files',
    yum_repos: 'yum_add_repo',
  }),
);
const moduleLists = ['cloud_init_modules', 'cloud_config_modules', 'cloud_final_modules'];

/** What bootagent does without a key, and the setting that leaves it out where the module of cloud-init is off. */
const offSettings = {
  growpart: 'growpart: {mode: "off"}',
  set_hostname: 'preserve_hostname: true',
} as const;

export interface Migrated {
  /** The image configuration, with a comment for each key. */
  readonly text: string;
  /** Each key of cloud-init, its place, and why it was left out, if it was. */
  readonly keys: readonly { readonly key: string; readonly at: string; readonly why?: string }[];
}

/**
 * Returns the image configuration made from the files of cloud-init, least important first, with a comment for each key. Its
 * texts pass `shown`, which may hide secrets.
 */
export async function migrated(
  files: readonly Layer[],
  schedule: Schedule,
  shown: (text: string, config: Mapping) => string = (text) => text,
): Promise<Migrated> {
  const config = mergeLayers(files.map(mappingIn));
  const known = new Set([
    ...agentKeys,
    ...Object.values(schedule).flatMap((list) => list.flatMap((m) => Object.keys(m.reads))),
  ]);
  const listed = listedModules(config);
  const lines = files.map(({ path }) => `# Made from ${path}\n`);
  const keys: Migrated['keys'][number][] = [];
  for (const [key, { key: place, value }] of config.entries) {
    const text = `${JSON.stringify(key)}: ${asFlow(value)}\n`;
    const why = (reasonAgainst(key, known, listed) ?? (await errorIn(text, schedule)))?.replace(/\s+/g, ' ');
    keys.push({ key, at: told(place), ...(why !== undefined && { why }) });
    lines.push(
      why === undefined
        ? `# ${key}: taken (${told(place)})\n${JSON.stringify(key)}: ${asFlow(value, (each) => shown(each, config))}\n`
        : `# ${key}: left out (${told(place)}): ${why}\n`,
    );
  }
  for (const [module, setting] of Object.entries(offSettings)) {
    const [key = ''] = setting.split(':');
    if (listed && !listed.has(module) && !config.entries.has(key))
      lines.push(`# ${key}: the module ${module} is off in this image\n${setting}\n`);
  }
  return { text: lines.join(''), keys };
}

function mappingIn({ path, text }: Layer): Mapping {
  const findings = collect('bad-config');
  if (/^## *template: *jinja/i.test(text))
    throw new Problem('bad-input', `${path} is a jinja template, from which cloud-init's build makes cloud.cfg`, {
      hint: 'Give the folder of an installed cloud-init.',
    });
  const node = readYaml(text, path, findings);
  const [first] = findings.found.filter(({ level }) => level === 'error');
  if (first) throw new Problem('bad-input', `${told(first.place)}: ${first.message}`);
  if (node?.is === 'mapping') return node;
  const place = { source: path, line: 1, column: 1 };
  if (!node || (node.is === 'scalar' && node.value === null)) return { is: 'mapping', entries: new Map(), place };
  throw new Problem('bad-input', `${path}: is not a mapping from keys to values`);
}

/** Returns the listed modules, or undefined where the files list none. */
function listedModules({ entries }: Mapping): ReadonlySet<string> | undefined {
  const lists = moduleLists.flatMap((key) => entries.get(key)?.value ?? []);
  if (lists.length < moduleLists.length) return undefined;
  const entriesOf = lists.flatMap((list) => (list.is === 'list' ? list.items : []));
  const names = entriesOf.map((each) => String([toJs(each)].flat()[0]));
  return new Set(names.map((name) => name.replaceAll('-', '_').replace(/^cc_/, '')));
}

function reasonAgainst(key: string, known: ReadonlySet<string>, listed?: ReadonlySet<string>): string | undefined {
  if (moduleLists.includes(key)) return 'bootagent runs its modules in its own order';
  const reason = unsupportedKeys.get(key);
  if (reason !== undefined) return `unsupported: ${reason}`;
  if (!known.has(key)) return 'unsupported: bootagent does not read this key';
  const module = moduleOf.get(key);
  return module !== undefined && listed && !listed.has(module)
    ? `its module ${module} is off in this image`
    : undefined;
}

async function errorIn(text: string, schedule: Schedule): Promise<string | undefined> {
  const { findings } = await validate(Buffer.from(text), 'cloud.cfg', schedule, 'image');
  const error = findings.find(({ level }) => level === 'error');
  return error && `unsupported: ${error.at}: ${error.message}`;
}

/** Returns the value as JSON, which YAML reads as the same value. */
const asFlow = (value: SourceNode, shown = (text: string): string => text): string =>
  JSON.stringify(toJs(value), (_, each) =>
    typeof each === 'bigint' ? String(each) : typeof each === 'string' ? shown(each) : each,
  );
