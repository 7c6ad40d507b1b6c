import { ownPaths } from '../../agent/base/own-paths.ts';

/** The documentation of one path: content, readers, and lifetime. */
interface OwnFile {
  readonly holds: string;
  readonly readers: 'everyone' | 'root';
  readonly kept: 'image' | 'instance' | 'boot' | 'moment';
  /** Listed in the FILES section of the man page. */
  readonly inManPage?: true;
}

/** The documentation of each of bootagent's own paths; a path without one is a type error. */
export const ownFiles: Readonly<Record<keyof typeof ownPaths, OwnFile>> = {
  packageConfig: {
    holds: 'The defaults of the package. A file of the same name in /etc/bootagent/conf.d replaces one here.',
    readers: 'everyone',
    kept: 'image',
    inManPage: true,
  },
  library: { holds: 'A library that Node needs and that the system may lack.', readers: 'everyone', kept: 'image' },
  config: { holds: 'The configuration of the image.', readers: 'everyone', kept: 'image' },
  imageConfig: {
    holds: 'The configuration of the image, with the keys of #cloud-config.',
    readers: 'root',
    kept: 'image',
    inManPage: true,
  },
  imageConfigFolder: {
    holds: 'More configuration of the image (*.yaml), merged in the order of the names.',
    readers: 'everyone',
    kept: 'image',
    inManPage: true,
  },
  disabled: {
    holds: 'While this file exists, bootagent does not run at boot.',
    readers: 'everyone',
    kept: 'image',
    inManPage: true,
  },
  pinned: {
    holds: 'While this file exists, seeds and volumes that are attached later do not make another instance.',
    readers: 'everyone',
    kept: 'image',
    inManPage: true,
  },
  allowedSigners: {
    holds: 'The keys whose signature user-data needs where the image sets require_signature.',
    readers: 'everyone',
    kept: 'image',
    inManPage: true,
  },
  runtimeConfigFolder: {
    holds: 'Configuration for this boot (*.yaml), merged after that in /etc.',
    readers: 'everyone',
    kept: 'boot',
    inManPage: true,
  },
  state: { holds: 'The state kept across boots.', readers: 'root', kept: 'instance', inManPage: true },
  journal: {
    holds: 'The journal of module runs, acts and the identity: one JSON record a line.',
    readers: 'root',
    kept: 'instance',
  },
  boots: {
    holds: 'What took time in the last 20 boots, for `bootagent analyze`: one JSON record a run of the agent.',
    readers: 'root',
    kept: 'instance',
  },
  fresh: {
    holds: 'Marks an image that has not booted yet. Removed at the first boot that identifies its instance.',
    readers: 'root',
    kept: 'image',
  },
  seed: { holds: 'A NoCloud seed that an image brings along.', readers: 'root', kept: 'image' },
  hostKeysRecord: {
    holds: 'The machine that the host keys were made for, and a checksum of each key.',
    readers: 'root',
    kept: 'instance',
  },
  runningScripts: {
    holds: 'The items of a list of commands while it runs, with their results.',
    readers: 'root',
    kept: 'moment',
  },
  userScripts: { holds: 'Scripts of the user-data, as they are run.', readers: 'root', kept: 'instance' },
  snapAssertions: { holds: 'Assertions of the user-data, for snapd.', readers: 'root', kept: 'instance' },
  skipRecord: {
    holds: 'What the next boot would read. The first unit compares it, and starts no agent where nothing differs.',
    readers: 'root',
    kept: 'boot',
  },
  unfinishedAccountAside: {
    holds: 'The same where the state cannot be written. Followed by the name of the user.',
    readers: 'root',
    kept: 'moment',
  },
  unfinishedAccount: {
    holds: 'Marks an account whose creation has begun. Followed by the name of the user.',
    readers: 'root',
    kept: 'moment',
  },
  runtime: { holds: 'The state of this boot.', readers: 'everyone', kept: 'boot' },
  lock: { holds: 'The process that holds the lock: one run at a time.', readers: 'everyone', kept: 'moment' },
  status: {
    holds: 'The summary of this boot, which `bootagent status` shows.',
    readers: 'everyone',
    kept: 'boot',
    inManPage: true,
  },
  instance: {
    holds: 'The public metadata of the instance, which `bootagent query` shows.',
    readers: 'everyone',
    kept: 'boot',
  },
  nothingDue: {
    holds: 'Marks a boot without further work: later units do not start.',
    readers: 'everyone',
    kept: 'boot',
  },
  assumedNetwork: {
    holds: 'The address and interface with which later units have no work. The last unit compares them.',
    readers: 'everyone',
    kept: 'boot',
  },
  networkWanted: {
    holds: 'Marks that network-online.target was started for the last unit.',
    readers: 'everyone',
    kept: 'boot',
  },
  lateFetch: {
    holds: 'Marks that something to be fetched before sshd took too long. The last unit repeats the stages before it.',
    readers: 'everyone',
    kept: 'boot',
  },
  pass: {
    holds:
      'How often the units were started within this /run: above 1 after a soft-reboot, or a stop and start of them.',
    readers: 'everyone',
    kept: 'boot',
  },
  noAddress: {
    holds: 'Marks that a stage before sshd needed an address and had none. The last unit repeats that stage.',
    readers: 'everyone',
    kept: 'boot',
  },
  stageServer: {
    holds: 'Pipes by which later units have their stages run by the process of the first unit.',
    readers: 'root',
    kept: 'boot',
  },
  hostKeysLater: {
    holds:
      'Marks that the RSA host key is created after sshd starts. Keeps sshd-keygen@.service from creating it earlier.',
    readers: 'everyone',
    kept: 'boot',
  },
  newHostKeysAside: {
    holds: 'The same where /run is full.',
    readers: 'root',
    kept: 'moment',
  },
  newHostKeys: { holds: 'A host key while it is made.', readers: 'root', kept: 'moment' },
  trialSudoers: { holds: 'A sudo rule while visudo checks it.', readers: 'root', kept: 'moment' },
  trialSshdConfig: { holds: 'Settings of sshd while sshd checks them.', readers: 'root', kept: 'moment' },
  noHostKey: { holds: 'An empty host key for that check.', readers: 'root', kept: 'moment' },
  trialFstab: { holds: 'A file system table while findmnt checks it.', readers: 'root', kept: 'moment' },
  loginNotice: {
    holds: 'What `bootagent why` shows, above the login prompt, while something failed.',
    readers: 'everyone',
    kept: 'boot',
  },
  messageOfTheDay: { holds: 'The same, for the message of the day.', readers: 'everyone', kept: 'boot' },
  logs: {
    holds: 'The whole output of bootcmd, runcmd and scripts.',
    readers: 'root',
    kept: 'instance',
    inManPage: true,
  },
};

const until = {
  image: 'with the image',
  instance: 'with the instance; `bootagent reset` and `seal` remove it',
  boot: 'until the next boot',
  moment: 'while it is in use',
} as const;

const names = Object.keys(ownPaths) as readonly (keyof typeof ownPaths)[];

/** Returns docs/files.md. */
export const filesPage = (): string =>
  [
    '# Files',
    '',
    '<!-- Generated by "npm run manual" from packaging/manual/files.ts. -->',
    '',
    'Every file and folder that bootagent keeps for itself. Files that user-data asks for are not listed.',
    '',
    '| path | what it holds | readable by | kept |',
    '|---|---|---|---|',
    ...names.map((name) => {
      const { holds, readers, kept } = ownFiles[name];
      return `| \`${ownPaths[name]}\` | ${holds} | ${readers} | ${until[kept]} |`;
    }),
    '',
  ].join('\n');

/** The FILES section of the man page. */
export const manFiles: readonly (readonly [path: string, holds: string])[] = names.flatMap((name) =>
  ownFiles[name].inManPage ? [[ownPaths[name], ownFiles[name].holds] as const] : [],
);
