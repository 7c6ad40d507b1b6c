import type { Change, Note, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import {
  converted,
  type Decode,
  either,
  entriesNamed,
  integer,
  list,
  matching,
  object,
  oneOf,
  optional,
  withDefault,
} from '../agent/userdata/schema/decode.ts';

const line = matching(/^[^\n\r\0]*$/, 'one line');
const repositoryName = matching(/^[A-Za-z0-9][\w.-]*$/, 'the name of a repository, such as alice.cern.ch');
const oneOrMore = (item: Decode<string>, what: string): Decode<readonly string[]> =>
  either(
    list(item),
    converted(item, (one) => [one]),
    what,
  );

const settings = object({
  http_proxy: optional(oneOrMore(line, 'a proxy, or a list of them')),
  repositories: withDefault<readonly string[]>(
    [],
    oneOrMore(repositoryName, 'the name of a repository, or a list of them'),
  ),
  quota_limit: optional(integer(-1)),
  client_profile: optional(line),
  parameters: withDefault<readonly { readonly name: string; readonly value: string }[]>(
    [],
    entriesNamed(/^[A-Za-z_]\w*$/, 'the name of a parameter', line),
  ),
  mount: withDefault<'autofs' | 'systemd'>('autofs', oneOf('autofs', 'systemd')),
});

const reads = { cvmfs: optional(settings) };

const file = '/etc/cvmfs/default.local';
const unit = 'autofs.service';

/** CVMFS: proxy, repositories and cache; mounts repositories on access, and probes them in the background. */
export const cvmfs = defineModule({
  name: 'cvmfs',
  summary: 'CVMFS: its proxy, its repositories and its cache. Repositories are mounted at the first access.',
  every: 'instance',
  reads,

  plan({ cvmfs: asked }): readonly PlanItem[] {
    if (!asked) return [];
    const { http_proxy, repositories, quota_limit, client_profile, parameters, mount } = asked;
    const set = {
      ...(http_proxy && { CVMFS_HTTP_PROXY: http_proxy.join(';') }),
      ...(repositories.length > 0 && { CVMFS_REPOSITORIES: repositories.join(',') }),
      ...(quota_limit !== undefined && { CVMFS_QUOTA_LIMIT: String(quota_limit) }),
      ...(client_profile !== undefined && { CVMFS_CLIENT_PROFILE: client_profile }),
      ...Object.fromEntries(parameters.map(({ name, value }) => [name, value])),
    };
    const edit: Change = { kind: 'edit', path: file, edit: { syntax: 'shell', set } };
    const then = (change: Change): Change => ({ ...change, follows: edit });
    return [
      {
        at: 'cvmfs',
        changes: [
          edit,
          then({ kind: 'cvmfs', does: 'setup' }),
          then({ kind: 'cvmfs', does: 'reload' }),
          ...(mount === 'autofs' ? automounter(then) : automounts(repositories)),
          then({ kind: 'cvmfs', does: 'probe' }),
        ],
        notes: notes(asked),
      },
    ];
  },
});

const automounter = (then: (change: Change) => Change): readonly Change[] => [
  { kind: 'service', unit, boot: 'enabled' },
  // autofs reads its maps only at start, and `setup` has just added one.
  then({ kind: 'notify', what: 'restart', unit }),
  { kind: 'running', unit, is: 'started' },
];

/** Returns one pair of systemd units for each repository, for machines without autofs. */
function automounts(repositories: readonly string[]): readonly Change[] {
  const files = repositories.flatMap((name): Change[] => {
    const path = `/etc/systemd/system/${unitName(name)}`;
    const where = `Where=/cvmfs/${name}`;
    const install = '[Install]\nWantedBy=remote-fs.target\n';
    return [
      {
        kind: 'file',
        path: `${path}.mount`,
        content: `[Unit]\nDescription=CVMFS ${name}\n\n[Mount]\nWhat=${name}\n${where}\nType=cvmfs\nOptions=ro,nodev,_netdev\n`,
        mode: 0o644,
      },
      {
        kind: 'file',
        path: `${path}.automount`,
        content: `[Unit]\nDescription=CVMFS ${name}, mounted at the first access\n\n[Automount]\n${where}\n\n${install}`,
        mode: 0o644,
      },
    ];
  });
  const units = repositories.map((name) => `${unitName(name)}.automount`);
  const follows = files.at(-1);
  return [
    ...files,
    ...(follows ? [{ kind: 'notify', what: 'daemon-reload', follows } as const] : []),
    ...units.map((each) => ({ kind: 'service', unit: each, boot: 'enabled' }) as const),
    ...units.map((each) => ({ kind: 'running', unit: each, is: 'started' }) as const),
  ];
}

/** systemd encodes "/" as "-" in the names of mount units, and "-" as an escape sequence. */
const unitName = (repository: string): string => `cvmfs-${repository.replaceAll('-', String.raw`\x2d`)}`;

function notes({ http_proxy, client_profile, repositories, mount }: Asked): readonly Note[] {
  const told: Note[] = [];
  const warn = (text: string) => told.push({ level: 'warning', text });
  if (!http_proxy && client_profile !== 'single') {
    warn('without http_proxy, or client_profile: single, CVMFS mounts nothing');
  }
  if (mount === 'systemd' && repositories.length === 0)
    warn('mount: systemd mounts only "repositories", and none is named');
  return told;
}

type Asked = typeof settings extends Decode<infer T> ? T : never;
