import type { Change, Note, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import type { Facts } from '../agent/facts/facts.ts';
import { flag, items, matching, object, oneOf, optional, withDefault } from '../agent/userdata/schema/decode.ts';

const host = matching(/^[A-Za-z0-9][\w.:-]*$/, 'a host name or an address');
const network = matching(/^[0-9A-Fa-f.:]+(?:\/\d+)?$/, 'an address or a network such as 10.0.0.0/8');
const hosts = withDefault([], items(host));

const settings = object({
  enabled: withDefault(true, flag),
  servers: hosts,
  pools: hosts,
  peers: hosts,
  allow: withDefault([], items(network)),
  ntp_client: withDefault('auto', oneOf('auto', 'chrony', 'systemd-timesyncd')),
});

const reads = { ntp: optional(settings) };

/** Time synchronization. */
export const ntp = defineModule({
  name: 'ntp',
  summary: 'Where the time comes from: chrony, or systemd-timesyncd where that is what is installed.',
  every: 'instance',
  reads,

  plan({ ntp }, { facts }): readonly PlanItem[] {
    if (!ntp?.enabled) return [];
    const words = (of: readonly { readonly value: string }[]) => of.map(({ value }) => value);
    const [servers, pools, peers, allow] = [ntp.servers, ntp.pools, ntp.peers, ntp.allow].map(words);
    const asked = { servers: servers ?? [], pools: pools ?? [], peers: peers ?? [], allow: allow ?? [] };
    const client = ntp.ntp_client === 'auto' ? clientOf(facts) : ntp.ntp_client;
    return [client === 'chrony' ? chrony(asked, facts) : timesyncd(asked)];
  },
});

type Asked = Readonly<Record<'servers' | 'pools' | 'peers' | 'allow', readonly string[]>>;

function clientOf({ programs, paths }: Facts): 'chrony' | 'systemd-timesyncd' {
  const small = paths.includes('/usr/lib/systemd/systemd-timesyncd');
  return small && !programs.includes('chronyd') ? 'systemd-timesyncd' : 'chrony';
}

function chrony({ servers, pools, peers, allow }: Asked, { os, programs }: Facts) {
  const debian = os.family === 'debian';
  const unit = debian ? 'chrony.service' : 'chronyd.service';
  const sources = [
    ...pools.map((each) => `pool ${each} iburst`),
    ...servers.map((each) => `server ${each} iburst`),
    ...peers.map((each) => `peer ${each}`),
  ];
  const path = debian ? '/etc/chrony/chrony.conf' : '/etc/chrony.conf';
  const file: Change = { kind: 'edit', path, edit: { syntax: 'chrony', sources, allow } };
  const notes: readonly Note[] = programs.includes('chronyd')
    ? []
    : [{ level: 'warning', text: 'chrony is not installed as yet; "packages: [chrony]" installs it' }];
  return {
    at: 'ntp',
    changes: [
      ...(sources.length + allow.length > 0
        ? ([file, { kind: 'notify', what: 'restart', unit, follows: file }] as const)
        : []),
      { kind: 'service', unit, boot: 'enabled' },
      { kind: 'running', unit, is: 'started' },
    ] satisfies readonly Change[],
    ...(notes.length > 0 && { notes }),
  };
}

function timesyncd({ servers, pools, peers, allow }: Asked) {
  const unit = 'systemd-timesyncd.service';
  const path = '/etc/systemd/timesyncd.conf.d/bootagent.conf';
  const sources = [...servers, ...pools];
  const file: Change = { kind: 'file', path, content: `[Time]\nNTP=${sources.join(' ')}\n`, mode: 0o644 };
  const undone = [...(peers.length > 0 ? ['peers'] : []), ...(allow.length > 0 ? ['allow'] : [])];
  const text = `systemd-timesyncd only asks for the time: ${undone.join(' and ')} left out`;
  return {
    at: 'ntp',
    changes: [
      ...(sources.length > 0 ? ([file, { kind: 'notify', what: 'restart', unit, follows: file }] as const) : []),
      { kind: 'service', unit, boot: 'enabled' },
      { kind: 'running', unit, is: 'started' },
    ] satisfies readonly Change[],
    ...(undone.length > 0 && { notes: [{ level: 'warning', text }] satisfies readonly Note[] }),
  };
}
