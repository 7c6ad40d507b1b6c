import { editHosts as edited } from '../agent/edits/hosts.ts';
import type { PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { type Decode, decoder, flag, INVALID } from '../agent/userdata/schema/decode.ts';
import { givenNames, type Names, nameReads, namesFromIp } from './shared/host-names.ts';
import { eachOfOthers } from './shared/lenient-fields.ts';

const path = '/etc/hosts';

/** The three modes of managing /etc/hosts, with cloud-init's names. */
const manage: Decode<'whole' | 'localhost' | 'no'> = decoder(
  { is: 'scalar', what: 'true, false or localhost', words: ['true', 'false', 'localhost', 'template'] },
  (written, at, findings) => {
    if (written === undefined || (written.is === 'scalar' && written.value === null)) return 'no';
    const word = written.is === 'scalar' ? written.raw : '';
    if (word === 'localhost') return 'localhost';
    if (word === 'template') return 'whole';
    const wanted = flag(written, at, findings);
    return wanted === INVALID ? INVALID : wanted ? 'whole' : 'no';
  },
);

const reads = { ...eachOfOthers(nameReads), manage_etc_hosts: manage };

/** The content of /etc/hosts apart from the line of hostname_from_ip. */
export const hosts = defineModule({
  name: 'manage_etc_hosts',
  summary: 'The machine’s name in /etc/hosts: the whole file, or its line for the loopback address.',
  every: 'boot',
  reads,
  plan({ manage_etc_hosts: how, ...settings }, context): readonly PlanItem[] {
    const at = 'manage_etc_hosts';
    if (how === 'no') return [];
    const naming: (Names & { readonly address?: string }) | { readonly none: string } = settings.hostname_from_ip
      ? namesFromIp(settings.hostname_from_ip, context)
      : (givenNames(settings, context) ?? ownNames(context));
    if ('none' in naming)
      return [{ at, changes: [], notes: [{ level: 'warning', text: `left as it is: ${naming.none}` }] }];
    const names = naming.fqdn === naming.short ? [naming.short] : [naming.fqdn, naming.short];
    // Debian uses a separate loopback address for the host name.
    const address = context.facts.os.family === 'debian' ? '127.0.1.1' : '127.0.0.1';
    if (how === 'localhost') {
      return [{ at, changes: [{ kind: 'edit', path, edit: { syntax: 'hosts', address, names } }] }];
    }
    const whole = wholeFile(address, names);
    const own = naming.address;
    const content = own === undefined ? whole : edited(whole, { syntax: 'hosts', address: own, names });
    return [{ at, changes: [{ kind: 'file', path, content, mode: 0o644 }] }];
  },
});

const ownNames = ({ facts }: Context): Names => {
  const [short = facts.hostname] = facts.hostname.split('.');
  return { name: facts.hostname, fqdn: facts.hostname, short };
};

const wholeFile = (address: string, names: readonly string[]): string =>
  [
    '# Written by bootagent at each boot (manage_etc_hosts): lines added here are lost.',
    `${address} ${names.join(' ')}`,
    '127.0.0.1 localhost localhost.localdomain localhost4 localhost4.localdomain4',
    '::1 localhost localhost.localdomain localhost6 localhost6.localdomain6 ip6-localhost ip6-loopback',
    'ff02::1 ip6-allnodes',
    'ff02::2 ip6-allrouters',
    '',
  ].join('\n');
