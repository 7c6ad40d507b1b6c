import type { PlanItem } from '../../agent/engine/change.ts';
import { type Context, defineModule } from '../../agent/engine/module.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import type { NetworkInterface } from '../../agent/metadata/datasource.ts';
import { type Decode, decoder } from '../../agent/userdata/schema/decode.ts';
import { keyfile } from './keyfile.ts';
import { networkd } from './networkd.ts';

/** `network: {config: disabled}`, with which images keep their own network configuration; other values have no effect. */
const isDisabled: Decode<boolean> = decoder(
  {
    is: 'optional',
    of: {
      is: 'object',
      fields: { config: { is: 'optional', of: { is: 'scalar', what: 'disabled', words: ['disabled'] } } },
      open: true,
    },
  },
  (written) => {
    const config = written?.is === 'mapping' ? written.entries.get('config')?.value : undefined;
    return config?.is === 'scalar' && config.raw === 'disabled';
  },
);

const reads = { network: isDisabled };

/** Detects a network configuration in the settings, which is ignored: only the datasource configures the network. */
const given: Decode<'disabled' | 'ignored' | undefined> = decoder(isDisabled.shape, (written, at, findings) => {
  if (isDisabled(written, at, findings)) return 'disabled';
  return written === undefined || (written.is === 'scalar' && written.value === null) ? undefined : 'ignored';
});

/** Static addresses of metadata that is available before the network. */
export const network = defineModule({
  name: 'network',
  summary: 'The static addresses that OpenNebula, OpenStack or a NoCloud seed give, by MAC.',
  every: 'boot',
  reads,
  plan: ({ network: disabled }, context): readonly PlanItem[] => (disabled ? [] : plan(context)),
});

/** Static addresses of metadata that was read over an existing network. */
export const lateNetwork = defineModule({
  name: 'network_late',
  summary: 'Static addresses from a metadata service on the network. They are used from the next boot on.',
  every: 'boot',
  reads: { network: given },
  plan: ({ network: settings }, context): readonly PlanItem[] => [
    ...(settings === 'ignored' ? [ignored] : []),
    ...(settings === 'disabled' ? [] : [...leftOut(context), ...plan(context)]),
  ],
});

const ignored: PlanItem = {
  at: 'network',
  changes: [],
  notes: [
    {
      level: 'warning',
      code: 'unsupported',
      text: 'ignored: only the datasource configures the network (network-config of a seed, or the metadata)',
    },
  ],
};

/** Reports the parts of the datasource's configuration that are not applied, at each boot. */
const leftOut = ({ instance: { networkLeftOut = [] } }: Context): readonly PlanItem[] =>
  networkLeftOut.map((text) => left('network-config', `network configuration: ${text}`));

function plan({ facts, instance }: Context): readonly PlanItem[] {
  // An interface with DHCP only needs no file: it is the default of the distributions.
  const wanted = (instance.network ?? []).filter(({ addresses, mtu }) => addresses.length > 0 || mtu !== undefined);
  return wanted.map((one): PlanItem => {
    const at = `network[${one.mac}]`;
    const other = ownFile(one, facts);
    if (other !== undefined) return left(at, `${other} sets up this interface already, and is left as it is`);
    const runs = runsHere(facts);
    if (runs === undefined) {
      const addresses = one.addresses.join(', ');
      return left(at, `neither NetworkManager nor systemd-networkd runs here: ${addresses} is not set`);
    }
    const name = one.mac.replaceAll(':', '-');
    return {
      at,
      changes: [
        runs === 'NetworkManager'
          ? file(`/etc/NetworkManager/system-connections/bootagent-${name}.nmconnection`, keyfile(one), 0o600)
          : file(`/etc/systemd/network/05-bootagent-${name}.network`, networkd(one), 0o644),
      ],
      ...noted(one, facts),
    };
  });
}

const file = (path: string, content: string, mode: number) =>
  ({ kind: 'file', path, content, mode, owner: 'root', group: 'root' }) as const;

const left = (at: string, text: string): PlanItem => ({ at, changes: [], notes: [{ level: 'warning', text }] });

/** Returns an administrator's file for this interface: matched by MAC, or by name if it sets static addresses. */
function ownFile({ mac }: NetworkInterface, { network }: Facts): string | undefined {
  const name = network.interfaces.find((each) => each.mac.toLowerCase() === mac)?.name;
  return network.files?.find((each) => each.mac === mac || (each.static && name !== undefined && each.name === name))
    ?.path;
}

/** Returns the service that configures interfaces at boot: an enabled one, otherwise an installed NetworkManager. */
function runsHere({ paths }: Facts): 'NetworkManager' | 'systemd-networkd' | undefined {
  const enabled = (unit: string): boolean =>
    paths.includes(`/etc/systemd/system/multi-user.target.wants/${unit}.service`);
  if (enabled('NetworkManager')) return 'NetworkManager';
  if (enabled('systemd-networkd')) return 'systemd-networkd';
  if (paths.includes('/usr/sbin/NetworkManager')) return 'NetworkManager';
  return undefined;
}

function noted({ mac, name }: NetworkInterface, { network }: Facts): Pick<PlanItem, 'notes'> {
  const has = network.interfaces.find((each) => each.mac.toLowerCase() === mac)?.name;
  const texts = (network.files ?? []).flatMap(({ unread }) =>
    unread === undefined ? [] : [`whether this interface is set up elsewhere is unknown: ${unread}`],
  );
  if (name !== undefined && has !== undefined && name !== has)
    texts.push(`renaming interfaces is not supported: ${has} is not called ${name}`);
  return texts.length > 0 ? { notes: texts.map((text) => ({ level: 'warning', text })) } : {};
}
