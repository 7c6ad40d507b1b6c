import { mapOf } from '../base/map-of.ts';
import type { Kind } from '../engine/change.ts';

const act = 'it is done once, and leaves no state to compare';

/** For each kind of change: "verified", or why a difference is no drift. A kind without a rule does not compile. */
const kinds: { readonly [K in Kind]: string } = {
  absent: 'verified',

  'authorized-keys': 'verified',
  directory: 'verified',
  edit: 'verified',
  file: 'verified',
  filesystem: 'verified',
  group: 'verified',
  'host-keys': 'verified',
  hostname: 'verified',
  link: 'verified',
  locale: 'verified',
  locked: 'verified',
  member: 'verified',
  mounted: 'verified',
  packages: 'verified',
  partitions: 'verified',
  'removed-user': 'verified',
  repository: 'verified',
  running: 'verified',
  selinux: 'verified',
  service: 'verified',
  sshd: 'verified',
  sudoers: 'verified',
  swap: 'verified',
  timezone: 'verified',
  user: 'verified',
  growth: 'a disk that was made larger is grown at the next boot',
  password: 'users change their passwords',
  emptied: 'programs write these files again',
  removed: 'programs write these files again',
  'removed-swap': 'it removes what an image brought along',
  'without-lines': 'programs write these files again',
  cvmfs: act,
  'apt-archive': act,
  'apt-key': act,
  debconf: act,
  'imported-keys': act,
  download: act,
  'expired-password': act,
  'inherited-keys': act,
  message: act,
  notify: act,
  'package-files': act,
  'package-upkeep': act,
  'phone-home': act,
  'plain-password': act,
  power: act,
  'random-seed': act,
  'reboot-if-required': act,
  request: act,
  'rpm-key': act,
  script: act,
  subscription: act,
  wait: act,
};

const ruleOf = mapOf(kinds);

/** The kinds whose subject is the path that they write. */
const ofPaths: readonly string[] = ['file', 'directory', 'link', 'absent', 'edit'] satisfies readonly Kind[];

/** Paths that other programs change by design, and why. */
const paths: readonly (readonly [path: RegExp, why: string])[] = [
  [/^\/(?:run|dev|proc|sys)\//, 'it is made anew at each boot'],
  [/^\/(?:tmp|var\/tmp|var\/cache)\//, 'systemd-tmpfiles removes old files there'],
  [/^\/var\/(?:log|spool)\//, 'logs are rotated, and spools are emptied'],
  [/^\/etc\/resolv\.conf$/, 'NetworkManager and DHCP clients write it'],
  [/^\/etc\/(?:machine-id|adjtime|mtab|ld\.so\.cache)$/, 'the system writes it'],
];

/**
 * Returns why a difference of a change is expected, or undefined if it is drift. The change is given as reports name it:
 * "file /etc/motd".
 */
export function expectedBecause(change: string): string | undefined {
  const [kind = '', ...words] = change.split(' ');
  const rule = ruleOf.get(kind);
  if (rule !== undefined && rule !== 'verified') return rule;
  if (!ofPaths.includes(kind)) return undefined;
  const subject = words.join(' ');
  return paths.find(([path]) => path.test(subject))?.[1];
}

/** Whether a kind of change leaves a state to compare. */
export const isVerified = (change: string): boolean => ruleOf.get(change.split(' ')[0] ?? '') !== act;
