import { mapOf } from '../base/map-of.ts';
import type { Change, ChangeOf, Kind } from '../engine/change.ts';
import type { Difference } from '../engine/handler.ts';
import { handlerOf, keyOf } from '../resources/index.ts';
import { diff } from './diff.ts';

/** Maps the verbs that announce a change to the past forms that report it. */
const past = mapOf({
  add: 'added',
  change: 'changed',
  check: 'checked',
  create: 'created',
  disable: 'disabled',
  download: 'downloaded',
  empty: 'emptied',
  enable: 'enabled',
  expire: 'expired',
  format: 'formatted',
  generate: 'generated',
  import: 'imported',
  install: 'installed',
  lock: 'locked',
  mask: 'masked',
  mount: 'mounted',
  post: 'posted',
  print: 'printed',
  reload: 'reloaded',
  remove: 'removed',
  repair: 'repaired',
  report: 'reported',
  restart: 'restarted',
  run: 'ran',
  schedule: 'scheduled',
  set: 'set',
  start: 'started',
  stop: 'stopped',
  unlock: 'unlocked',
  unmask: 'unmasked',
  update: 'updated',
  wait: 'waited',
  write: 'wrote',
});

/** Verbs for objects that did not exist before. */
const creating = ['add', 'create', 'download', 'format', 'generate', 'import', 'install'];

const boots = { enabled: 'enable', disabled: 'disable', masked: 'mask', unmasked: 'unmask' } as const;

const fileWords = (_: unknown, difference?: Difference): string =>
  difference && difference.file?.before !== undefined ? 'update' : 'create';

/** The action of each kind of change, in the imperative; used if its difference has no `will`. */
const usual: { readonly [K in Kind]: (change: ChangeOf<K>, difference?: Difference) => string } = {
  absent: () => 'remove',
  'apt-archive': () => 'add',
  'apt-key': () => 'import',
  'authorized-keys': ({ keys }) => `add ${plural(keys.length, 'key')}`,
  cvmfs: ({ does }) => `run cvmfs_config ${does}`,
  debconf: ({ selections }) => `set ${plural(selections.trim().split('\n').length, 'answer')}`,
  directory: () => 'create',
  download: (change) => intentOf(change),
  edit: (_, difference) => linesChanged(difference?.file),
  emptied: () => 'empty',
  'expired-password': () => 'expire, so that it is changed at the next login',
  file: fileWords,
  filesystem: ({ type }) => `format as ${type}`,
  group: () => 'create',
  growth: () => 'grow',
  'host-keys': () => 'generate',
  hostname: ({ name }) => `set ${name}`,
  'imported-keys': () => 'import',
  'inherited-keys': () => 'report keys that came with the image',
  link: () => 'create',
  locale: () => 'generate',
  locked: ({ locked }) => (locked ? 'lock' : 'unlock'),
  member: () => 'add',
  message: ({ text }) => `print ${JSON.stringify(text.trim())}`,
  mounted: () => 'mount',
  notify: ({ what }) =>
    ({ restart: 'restart', reload: 'reload', 'daemon-reload': 'reload', 'ca-trust': 'update' })[what],
  partitions: ({ parts }) => (parts.length === 0 ? 'remove the partition table' : 'create partitions'),
  password: () => 'set',
  'phone-home': ({ fields }) => `post ${Object.keys(fields).join(', ')}`,
  'plain-password': ({ password }) => (typeof password === 'string' ? 'set' : 'generate'),
  power: ({ mode, delay }) => `schedule ${mode} (${delay})`,
  'random-seed': () => 'write the seed',
  'package-files': ({ manager }) => `install with ${manager}`,
  'package-upkeep': ({ manager, does }) => `run ${manager} ${does}`,
  packages: ({ names }) => `install ${names.join(', ')}`,
  'reboot-if-required': () => 'check for a required reboot',
  removed: () => 'remove',
  'removed-swap': () => 'remove',
  'removed-user': () => 'remove',
  repository: fileWords,
  request: ({ tells }) => tells,
  'rpm-key': () => 'import',
  subscription: ({ does }) => (does === 'register' ? 'register' : `set ${does}`),
  running: ({ is }) => (is === 'started' ? 'start' : 'stop'),
  script: ({ items }) => `run ${plural(items.length, 'command')}`,
  selinux: ({ mode }) => `set ${mode}`,
  service: ({ boot }) => boots[boot],
  sshd: ({ value }) => `set ${value}`,
  sudoers: fileWords,
  swap: ({ bytes }) => (bytes === undefined ? 'start' : 'create'),
  timezone: ({ zone }) => `set ${zone}`,
  user: () => 'create',
  wait: ({ ms }) => `wait ${Math.round(ms / 1000)} s`,
  'without-lines': () => 'remove the lines',
};

/** Names for kinds whose key is not a good name: "/etc/fstab", "SSH keys of ann". */
const names: Partial<Readonly<Record<Kind, (subject: string) => string>>> = {
  absent: (path) => path,
  'apt-archive': (source) => source,
  'apt-key': (path) => path,
  'authorized-keys': (user) => `SSH keys of ${user}`,
  cvmfs: () => 'cvmfs',
  debconf: () => 'debconf',
  directory: (path) => path,
  download: (path) => path,
  edit: (path) => path,
  'expired-password': (user) => `password of ${user}`,
  file: (path) => path,
  filesystem: (device) => device,
  growth: (target) => target,
  'host-keys': () => 'SSH host keys',
  hostname: () => 'hostname',
  'imported-keys': (what) => `SSH keys of ${what}`,
  'inherited-keys': () => 'SSH keys in all homes',
  link: (path) => path,
  locked: (user) => `user ${user}`,
  member: (member) => `member ${member}`,
  message: () => 'final message',
  mounted: (target) => target,
  notify: (unit) => unit,
  packages: () => 'packages',
  'package-files': () => 'packages',
  'package-upkeep': () => 'packages',
  partitions: (device) => device,
  password: (user) => `password of ${user}`,
  'phone-home': (url) => url,
  'plain-password': (user) => `password of ${user}`,
  power: () => 'power',
  'random-seed': (path) => path,
  'reboot-if-required': (machine) => machine,
  'removed-swap': (path) => `swap ${path}`,
  'removed-user': (user) => `user ${user}`,
  repository: (path) => path,
  request: (request) => request,
  running: (unit) => unit,
  service: (unit) => unit,
  'rpm-key': (path) => `RPM key ${path}`,
  script: (name) => name,
  selinux: () => 'SELinux',
  subscription: (does) => `subscription ${does}`,
  sudoers: (path) => path,
  timezone: () => 'timezone',
  wait: () => 'share of the fleet',
};

/** Returns the name of a change for messages: "user alice", "/etc/fstab". */
export const nameOf = (change: Change): string =>
  names[change.kind]?.(handlerOf(change).subject(change)) ?? keyOf(change);

/** Returns what a change will do: "create", "add 1 line", "vm -> web-01". */
export function willOf(change: Change, difference?: Difference): string {
  // The table pairs each kind with its own words; TypeScript cannot carry that pairing through a lookup.
  const words = usual[change.kind] as (change: Change, difference?: Difference) => string;
  return difference?.will ?? words(change, difference);
}

/** Returns what a change did: "created", "added 1 line", "vm -> web-01". */
export function didOf(change: Change, difference?: Difference): string {
  const [verb = '', ...rest] = willOf(change, difference).split(/(?=[\s,])/);
  return [past.get(verb) ?? verb, ...rest].join('');
}

/** The sort of a change: a new object, a changed object, a removed object, or a command that runs once. */
export type Sort = 'add' | 'change' | 'remove' | 'once';

export function sortOf(change: Change, difference?: Difference): Sort {
  if (handlerOf(change).sort === 'act') return change.kind === 'download' ? 'add' : 'once';
  const [verb = ''] = willOf(change, difference).split(/[\s,]/);
  if (verb === 'remove') return 'remove';
  return creating.includes(verb) && difference?.file?.before === undefined ? 'add' : 'change';
}

/** Returns "add 1 line", "change 2 lines" or "change lines (+3 -1)". */
function linesChanged(file: Difference['file']): string {
  if (!file) return 'update';
  const lines = diff(file.before ?? '', file.after, Number.POSITIVE_INFINITY);
  const added = lines.filter((line) => line.startsWith('+ ')).length;
  const removed = lines.filter((line) => line.startsWith('- ')).length;
  if (added === removed) return `change ${plural(added, 'line')}`;
  if (removed === 0) return `add ${plural(added, 'line')}`;
  return added === 0 ? `remove ${plural(removed, 'line')}` : `change lines (+${added} -${removed})`;
}

export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Returns the intent of an act, which contains no secrets: for example, a URL without its credentials. */
function intentOf(change: Change): string {
  const handler = handlerOf(change);
  return handler.sort === 'act' ? handler.intent(change) : '';
}
