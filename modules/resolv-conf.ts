import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import {
  type Decode,
  either,
  entriesNamed,
  flag,
  items,
  matching,
  object,
  optional,
  withDefault,
} from '../agent/userdata/schema/decode.ts';

const address = matching(/^[0-9A-Fa-f:.]+(?:%[\w.-]+)?$/, 'the address of a name server');
const domain = matching(/^[A-Za-z0-9._-]+$/, 'a domain');
const network = matching(/^[0-9A-Fa-f:.]+(?:\/[0-9.]+)?$/, 'an address or a network');
// A number first: 1 is also a spelling of true.
const option = either<string, boolean>(matching(/^\d{1,5}$/, 'a number'), flag, 'true, false or a number');

const settings = object({
  nameservers: withDefault([], items(address)),
  searchdomains: withDefault([], items(domain)),
  domain: optional(domain),
  sortlist: withDefault([], items(network)),
  options: withDefault([], entriesNamed(/^[a-z0-9-]+$/, 'an option of resolv.conf', option)),
});

const reads = { manage_resolv_conf: withDefault(false, flag), resolv_conf: optional(settings) };

/** The resolver's configuration, where the user-data and no other program manages it. */
export const resolvConf = defineModule({
  name: 'resolv_conf',
  summary: 'The name servers and search domains of /etc/resolv.conf, with manage_resolv_conf.',
  every: 'instance',
  reads,

  plan({ manage_resolv_conf: isManaged, resolv_conf: asked }, { facts }): readonly PlanItem[] {
    if (!isManaged) return [];
    if (!asked) {
      const text = 'there is no "resolv_conf" to write: /etc/resolv.conf stays as it is';
      return [{ at: 'manage_resolv_conf', changes: [], notes: [{ level: 'warning', text }] }];
    }
    const file: Change = { kind: 'file', path: '/etc/resolv.conf', content: textOf(asked), mode: 0o644 };
    // NetworkManager would write the file again with the next lease.
    const path = '/etc/NetworkManager/conf.d/90-bootagent-dns.conf';
    const manager: Change = { kind: 'file', path, content: '[main]\ndns=none\n', mode: 0o644 };
    const reload: Change = { kind: 'notify', what: 'reload', unit: 'NetworkManager.service', follows: manager };
    const keeps = facts.paths.includes('/usr/sbin/NetworkManager') ? [manager, reload] : [];
    return [{ at: 'resolv_conf', changes: [...keeps, file] }];
  },
});

type Asked = typeof settings extends Decode<infer T> ? T : never;

function textOf({ nameservers, searchdomains, domain, sortlist, options }: Asked): string {
  const words = (of: readonly { readonly value: string }[]) => of.map(({ value }) => value).join(' ');
  const set = options.flatMap(({ name, value }) =>
    value === false ? [] : [value === true ? name : `${name}:${value}`],
  );
  const lines = [
    ...nameservers.map(({ value }) => `nameserver ${value}`),
    ...(searchdomains.length > 0 ? [`search ${words(searchdomains)}`] : []),
    ...(domain === undefined ? [] : [`domain ${domain}`]),
    ...(sortlist.length > 0 ? [`sortlist ${words(sortlist)}`] : []),
    ...(set.length > 0 ? [`options ${set.join(' ')}`] : []),
  ];
  return `# Written by bootagent (manage_resolv_conf).\n${lines.map((line) => `${line}\n`).join('')}`;
}
