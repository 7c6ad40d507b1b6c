import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import {
  converted,
  type Decode,
  either,
  entries,
  flag,
  INVALID,
  items,
  list,
  matching,
  object,
  optional,
  text,
  withDefault,
} from '../agent/userdata/schema/decode.ts';
import { packageManagerOf } from './shared/package-manager.ts';

const fileName = matching(/^(?!\.{1,2}$)[^\s\0/]+$/, 'the name of a file');

interface Config {
  readonly filename?: string | undefined;
  readonly content: string;
}
const config: Decode<Config> = either(
  converted(text, (content): Config => ({ content })),
  object<Config>({ filename: optional(fileName), content: text }),
);

/** A line of a remote server: "[FILTER] [@|@@]HOST[:PORT] [# COMMENT]", with the missing parts filled in. */
const remote = converted(text, (written, { error }) => {
  const [, filter = '*.*', proto = '@', host = '', port] =
    /^(?:(\S+)\s+)?(@{0,2})(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\s*(?:#.*)?$/.exec(written.trim()) ?? [];
  if (host !== '') return `${filter} ${proto || '@'}${host}${port === undefined ? '' : `:${port}`}`;
  error(`expected a server such as "*.* @@192.0.2.1:514", got ${JSON.stringify(written)}`);
  return INVALID;
});

const settings = object({
  config_dir: withDefault('/etc/rsyslog.d', matching(/^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\s\0]*$/, 'an absolute path')),
  config_filename: withDefault('20-cloud-config.conf', fileName),
  configs: withDefault([], items(config)),
  remotes: withDefault([], entries(remote)),
  service_reload_command: withDefault<string | readonly string[]>('auto', either(text, list(text))),
  install_rsyslog: withDefault(false, flag),
  packages: withDefault(['rsyslog'], list(matching(/^[A-Za-z0-9][\w.+-]*$/, 'the name of a package'))),
  check_exe: optional(text),
});

const reads = { rsyslog: optional(settings) };

/** Files of rsyslog, and the servers that logs are sent to. */
export const rsyslog = defineModule({
  name: 'rsyslog',
  summary: 'Settings of rsyslog, and the servers that it sends logs to.',
  every: 'instance',
  reads,

  plan({ rsyslog: asked }, { facts }): readonly PlanItem[] {
    if (!asked) return [];
    const folder = asked.config_dir.replace(/\/+$/, '');
    const unit = 'rsyslog.service';
    const reloaded = (path: string, content: string): readonly Change[] => {
      const file: Change = { kind: 'file', path: `${folder}/${path}`, content, mode: 0o644 };
      return [file, { kind: 'notify', what: 'restart', unit, follows: file }];
    };
    const manager = packageManagerOf(facts);
    const install: PlanItem[] =
      asked.install_rsyslog && manager
        ? [{ at: 'rsyslog.install_rsyslog', changes: [{ kind: 'packages', manager, names: asked.packages }] }]
        : [];
    const text = 'rsyslog is restarted by systemd; a command for that is not run';
    return [
      ...install,
      ...filesOf(asked.configs, asked.config_filename).map(([path, at, content]) => ({
        at,
        changes: reloaded(path, content),
      })),
      ...(asked.remotes.length === 0
        ? []
        : [
            {
              at: 'rsyslog.remotes',
              changes: reloaded(
                asked.config_filename === remotesFile ? '20-cloud-config-remotes.conf' : remotesFile,
                remotesText(asked.remotes),
              ),
            },
          ]),
      ...(asked.service_reload_command === 'auto'
        ? []
        : [{ at: 'rsyslog.service_reload_command', changes: [], notes: [{ level: 'note', text } as const] }]),
    ];
  },
});

const remotesFile = '21-cloud-config-remotes.conf';

const remotesText = (remotes: readonly { readonly name: string; readonly value: string }[]): string =>
  `# Written by bootagent.\n${remotes.map(({ name, value }) => `${value} # ${name.replace(/[\n\r]/g, ' ')}\n`).join('')}`;

/** Entries of the same file are one text, in their order. */
function filesOf(
  configs: readonly { readonly at: string; readonly value: Config }[],
  usual: string,
): readonly (readonly [path: string, at: string, content: string])[] {
  const files = new Map<string, { readonly at: string; readonly content: string }>();
  for (const { at, value } of configs) {
    const path = value.filename ?? usual;
    const before = files.get(path);
    files.set(path, {
      at: before?.at ?? at,
      content: `${before?.content ?? ''}${value.content.replace(/\n?$/, '\n')}`,
    });
  }
  return [...files].map(([path, { at, content }]) => [path, at, content]);
}
