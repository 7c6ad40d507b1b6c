/** The package managers we know how to ask, and what each is called with. */
export type Manager = 'dnf' | 'yum' | 'apt';
type Verb = 'refresh' | 'upgrade' | 'install';

const rpmVerbs = (program: 'dnf' | 'yum'): Readonly<Record<Verb, readonly string[]>> => ({
  refresh: [program, '-y', 'makecache'],
  upgrade: [program, '-y', '--setopt=retries=10', 'upgrade'],
  install: [program, '-y', '--setopt=retries=10', 'install'],
});

// Files of settings that somebody changed are kept; ten minutes for another one at work.
const apt = [
  'apt-get',
  '--yes',
  '--quiet',
  '--option=Dpkg::Options::=--force-confdef',
  '--option=Dpkg::Options::=--force-confold',
  '--option=DPkg::Lock::Timeout=600',
];

// Left to itself, it ends well where a mirror cannot be reached.
const update = [...apt, '--option=APT::Update::Error-Mode=any', 'update'];

/** The words of a command, to which the packages are added. */
export const commandOf: Readonly<Record<Manager, Readonly<Record<Verb, readonly string[]>>>> = {
  dnf: rpmVerbs('dnf'),
  yum: rpmVerbs('yum'),
  apt: { refresh: update, upgrade: [...apt, 'dist-upgrade'], install: [...apt, 'install'] },
};

/** Whether another was at work: what holds a lock ends by itself. */
export const isLockMessage = (said: string): boolean => /could not get lock|transaction lock/i.test(said);

/** Whether it was the network or the mirror: worth asking again. */
export const isPassing = (said: string): boolean =>
  // Where a repository may be skipped, a package of it is unknown only for as long as its mirror fails.
  /errors during downloading metadata|failed to (download metadata|synchronize)|ignoring repositories/i.test(said) ||
  (!isUnknown(said) &&
    /\b(429|50[0234])\b|failed to (download|fetch)|cannot download|curl error|all mirrors were tried|could ?n.t resolve|temporary failure|connection (refused|timed out|reset)|timed out/i.test(
      said,
    ));

/** Whether there is no package of that name, so that asking again is of no use. */
const isUnknown = (said: string): boolean =>
  /no match for argument|unable to (find a match|locate package)|no installation candidate|couldn't find any package/i.test(
    said,
  );
