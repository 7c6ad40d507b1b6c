/** The supported package managers. */
export type Manager = 'dnf' | 'yum' | 'apt';
type Verb = 'refresh' | 'upgrade' | 'install';

const rpmVerbs = (program: 'dnf' | 'yum'): Readonly<Record<Verb, readonly string[]>> => ({
  refresh: [program, '-y', 'makecache'],
  upgrade: [program, '-y', '--setopt=retries=10', 'upgrade'],
  install: [program, '-y', '--setopt=retries=10', 'install'],
});

// Keeps modified configuration files. Waits briefly for a lock that another process takes at the same moment: longer waits are
// the agent's own, which reports them.
const apt = [
  'apt-get',
  '--yes',
  '--quiet',
  '--option=Dpkg::Options::=--force-confdef',
  '--option=Dpkg::Options::=--force-confold',
  '--option=DPkg::Lock::Timeout=10',
];

// By default it exits with 0 even if a mirror is unreachable.
const update = [...apt, '--option=APT::Update::Error-Mode=any', 'update'];

/** The command for each manager and verb; the package names are appended. */
export const commandOf: Readonly<Record<Manager, Readonly<Record<Verb, readonly string[]>>>> = {
  dnf: rpmVerbs('dnf'),
  yum: rpmVerbs('yum'),
  apt: { refresh: update, upgrade: [...apt, 'dist-upgrade'], install: [...apt, 'install'] },
};

/** Whether another process held the lock, which it releases by itself. */
export const isLockMessage = (said: string): boolean => /could not get lock|transaction lock/i.test(said);

/** Whether the network or a mirror failed, so that a retry can succeed. */
export const isPassing = (said: string): boolean =>
  // If a repository may be skipped, its packages are unknown only while its mirror fails.
  /errors during downloading metadata|failed to (download metadata|synchronize)|ignoring repositories/i.test(said) ||
  (!isUnknown(said) &&
    /\b(429|50[0234])\b|failed to (download|fetch)|cannot download|curl error|all mirrors were tried|could ?n.t resolve|temporary failure|connection (refused|timed out|reset)|timed out/i.test(
      said,
    ));

/** Whether no package has that name, so that a retry cannot succeed. */
const isUnknown = (said: string): boolean =>
  /no match for argument|unable to (find a match|locate package)|no installation candidate|couldn't find any package/i.test(
    said,
  );
