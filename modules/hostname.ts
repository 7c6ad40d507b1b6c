import type { Change, PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { type FromIp, givenNames, type Names, nameReads, namesFromIp } from './shared/host-names.ts';
import { eachAlone, eachOfOthers } from './shared/lenient-fields.ts';

const { hostname_from_ip: fromAddress, ...given } = nameReads;
const sysconfig = '/etc/sysconfig/network';

/** The host name: from the user-data, from the metadata, or once from the address. */
export const hostname = defineModule({
  name: 'hostname',
  summary: 'The host name: given, from the metadata, or made from the address.',
  every: 'instance',
  reads: { ...eachAlone(given), ...eachOfOthers({ hostname_from_ip: fromAddress }) },
  plan(settings, context): readonly PlanItem[] {
    if (settings.preserve_hostname) return [];
    const { hostname_from_ip: fromIp } = settings;
    if (fromIp) return fromIp.every === 'instance' ? planFromIp(fromIp, context) : [];
    const naming = givenNames(settings, context);
    if (naming === undefined) return [];
    const at = settings.fqdn !== undefined ? 'fqdn' : 'hostname';
    if ('none' in naming) return [{ at, changes: [], notes: [{ level: 'warning', text: `not set: ${naming.none}` }] }];
    return [{ at, changes: changesFor(naming, context) }];
  },
});

/** A host name that follows the address, checked at each boot. */
export const hostnameFromIp = defineModule({
  name: 'hostname_from_ip',
  summary: 'The host name and its line in /etc/hosts, made from the address at each boot.',
  every: 'boot',
  reads: {
    ...eachAlone({ hostname_from_ip: fromAddress }),
    ...eachOfOthers({ preserve_hostname: given.preserve_hostname }),
  },
  plan: ({ preserve_hostname, hostname_from_ip: fromIp }, context): readonly PlanItem[] =>
    fromIp?.every === 'boot' && !preserve_hostname ? planFromIp(fromIp, context) : [],
});

function planFromIp(settings: FromIp, context: Context): PlanItem[] {
  const at = 'hostname_from_ip';
  const naming = namesFromIp(settings, context);
  if ('none' in naming) {
    return [{ at, changes: [], notes: [{ level: 'warning', text: `the name is left as it is: ${naming.none}` }] }];
  }
  const { address, fqdn, short } = naming;
  const names = fqdn === short ? [short] : [fqdn, short];
  const line: Change = { kind: 'edit', path: '/etc/hosts', edit: { syntax: 'hosts', address, names } };
  return [{ at, changes: [...changesFor(naming, context), line] }];
}

function changesFor({ name }: Names, { facts }: Context): Change[] {
  const old: Change = {
    kind: 'edit',
    path: sysconfig,
    edit: { syntax: 'sysconfig', name: 'HOSTNAME', value: name, where: 'in use' },
  };
  return [{ kind: 'hostname', name }, ...(facts.paths.includes(sysconfig) ? [old] : [])];
}
