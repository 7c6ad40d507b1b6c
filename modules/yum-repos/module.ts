import type { Change, Note, PlanItem } from '../../agent/engine/change.ts';
import { defineModule } from '../../agent/engine/module.ts';
import { absoluteDirectory } from '../../agent/userdata/schema/absolute-path.ts';
import { entriesNamed, withDefault } from '../../agent/userdata/schema/decode.ts';
import { type Repository, repository } from './repository.ts';

const reads = {
  yum_repos: withDefault(
    [],
    entriesNamed(/^[A-Za-z0-9][\w.: -]*$/, 'the id of a repository: letters, digits and -_.:', repository),
  ),
  yum_repo_dir: withDefault('/etc/yum.repos.d', absoluteDirectory),
};

/** Repositories for dnf and yum, each in its own file, with their signing keys. */
export const yumRepos = defineModule({
  name: 'yum_repos',
  summary: 'Repositories for dnf and yum, and the keys their packages are signed by.',
  every: 'instance',
  reads,

  plan({ yum_repos, yum_repo_dir }, { facts }): readonly PlanItem[] {
    const reader = ['dnf', 'yum'].find((name) => facts.programs.includes(name));
    return yum_repos.flatMap(({ at, name, value }): readonly PlanItem[] => {
      const id = name.replaceAll(' ', '-');
      if (!reader) return [{ at, changes: [], notes: [nobodyReads] }];
      const path = `${yum_repo_dir.replace(/\/+$/, '')}/${id}.repo`;
      const key = value.key === undefined ? undefined : `/etc/pki/rpm-gpg/RPM-GPG-KEY-${id}`;
      const keys = keyChanges(id, key, value);
      return [
        // An item of its own: dnf fetches a missing key later, so a failed download must not skip the repository.
        ...(keys.length === 0 ? [] : [{ at: `${at}.gpgkey`, changes: keys }]),
        { at, changes: [{ kind: 'repository', path, content: fileOf(id, value, key) }], notes: notes(value) },
      ];
    });
  },
});

const nobodyReads: Note = { level: 'warning', text: 'there is neither dnf nor yum here, so nothing would read it' };

function fileOf(id: string, { settings }: Repository, key: string | undefined): string {
  const all = [...settings, ...(key === undefined ? [] : [['gpgkey', `file://${key}`] as const])];
  const lines = all.map(([name, words]) => `${name} = ${words.split(/\n\s*/).join('\n\t')}`);
  return `# Made by bootagent\n[${id}]\n${lines.join('\n')}\n\n`;
}

/**
 * Returns the changes that import the signing keys. They precede the repository, so that the first package can be verified.
 */
function keyChanges(id: string, inline: string | undefined, { settings, key }: Repository): readonly Change[] {
  if (inline !== undefined && key !== undefined)
    return imported({ kind: 'file', path: inline, content: key, mode: 0o644 });
  const urls = (settings.get('gpgkey') ?? '').split(/\s+/).filter((word) => /^(https?|file):\/\//.test(word));
  return urls.flatMap((url, index) => {
    if (url.startsWith('file://')) return [{ kind: 'rpm-key', path: url.slice('file://'.length) } as const];
    // An address with a dnf variable is fetched by dnf, which knows the value.
    if (url.includes('$')) return [];
    const path = `/etc/pki/rpm-gpg/RPM-GPG-KEY-${id}${index === 0 ? '' : `-${index + 1}`}`;
    return imported({ kind: 'download', path, url, mode: 0o644, expect: '-----BEGIN PGP PUBLIC KEY BLOCK-----' });
  });
}

const imported = (follows: Change & { readonly path: string }): readonly Change[] => [
  follows,
  { kind: 'rpm-key', path: follows.path, follows },
];

function notes({ settings }: Repository): readonly Note[] {
  const plain = (name: string) => /\bhttp:\/\//.test(settings.get(name) ?? '');
  const unchecked = ['0', 'no', 'false'].includes((settings.get('gpgcheck') ?? '').toLowerCase());
  const told: Note[] = [];
  if (unchecked && ['baseurl', 'metalink', 'mirrorlist'].some(plain)) {
    told.push({
      level: 'warning',
      text: 'plain http without signature checks: anyone on the network path can inject packages',
    });
  }
  if (plain('gpgkey'))
    told.push({
      level: 'warning',
      text: 'its key is fetched by plain http: anyone on the network path can replace it',
    });
  return told;
}
