/**
 * Every file and directory that bootagent reads or writes for itself. docs/files.md and the man page describe each
 * (packaging/manual/files.ts); no other file of agent/ or modules/ names one.
 */
export const ownPaths = {
  // Configuration of the image.
  packageConfig: '/usr/lib/bootagent/conf.d',
  library: '/usr/lib/bootagent',
  config: '/etc/bootagent',
  imageConfig: '/etc/bootagent/bootagent.yaml',
  imageConfigFolder: '/etc/bootagent/conf.d',
  disabled: '/etc/bootagent/disabled',
  pinned: '/etc/bootagent/pinned',
  allowedSigners: '/etc/bootagent/allowed_signers',
  runtimeConfigFolder: '/run/bootagent/conf.d',
  // State, kept across boots.
  state: '/var/lib/bootagent',
  journal: '/var/lib/bootagent/journal.ndjson',
  boots: '/var/lib/bootagent/boots.ndjson',
  fresh: '/var/lib/bootagent/fresh',
  seed: '/var/lib/bootagent/seed',
  hostKeysRecord: '/var/lib/bootagent/host-keys',
  runningScripts: '/var/lib/bootagent/scripts',
  userScripts: '/var/lib/bootagent/user-scripts',
  snapAssertions: '/var/lib/bootagent/snap.assertions',
  skipRecord: '/var/lib/bootagent/skip-record',
  /** Followed by the name of a user. */
  unfinishedAccount: '/var/lib/bootagent/making-',
  /** The same, if the state cannot be written. */
  unfinishedAccountAside: '/etc/bootagent/making-',
  // This boot.
  runtime: '/run/bootagent',
  lock: '/run/bootagent/lock',
  status: '/run/bootagent/status.json',
  instance: '/run/bootagent/instance.json',
  nothingDue: '/run/bootagent/nothing-due',
  assumedNetwork: '/run/bootagent/nothing-due-at',
  networkWanted: '/run/bootagent/network-wanted',
  pass: '/run/bootagent/pass',
  noAddress: '/run/bootagent/without-address',
  lateFetch: '/run/bootagent/late-fetch',
  stageServer: '/run/bootagent/stage-server',
  hostKeysLater: '/run/bootagent/host-keys-later',
  newHostKeys: '/run/bootagent/host-keys',
  newHostKeysAside: '/etc/ssh/.bootagent-host-keys',
  // Trial files: written, checked by a program, removed.
  trialSudoers: '/run/bootagent/sudoers',
  trialSshdConfig: '/run/bootagent/sshd_config',
  noHostKey: '/run/bootagent/no-key',
  trialFstab: '/run/bootagent/fstab.trial',
  // Notices for users.
  loginNotice: '/run/issue.d/bootagent.issue',
  messageOfTheDay: '/run/motd.d/bootagent',
  // Output.
  logs: '/var/log/bootagent',
} as const;
