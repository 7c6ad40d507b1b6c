import type { Facts, Platform } from './facts.ts';

/** The platform values of an image or tree, where those of the running machine do not apply. */
const unknownPlatform: Omit<Platform, 'architecture'> = {
  vendor: '',
  product: '',
  serial: '',
  uuid: '',
  chassis: '',
  kernel: '',
  kernelCommandLine: '',
};

/** Returns the facts of a tree without those of the machine that processes it. */
export const withoutMachine = (facts: Facts): Facts => ({
  ...facts,
  hostname: '',
  cpus: 0,
  memoryKiB: 0,
  network: { interface: undefined, address: undefined, interfaces: [], files: facts.network.files ?? [] },
  platform: { ...facts.platform, ...unknownPlatform },
});

/** Returns the facts of a tree combined with those of its target machine. */
export const forMachine = (tree: Facts, machine: Facts): Facts => ({
  ...tree,
  hostname: machine.hostname,
  cpus: machine.cpus,
  memoryKiB: machine.memoryKiB,
  network: { ...machine.network, files: tree.network.files ?? [] },
  platform: machine.platform,
  disks: machine.disks,
  mounts: machine.mounts,
  swaps: machine.swaps,
});

/** Returns the same facts and reports each use of one that only the running machine has, by its display name. */
export function observingMachine(facts: Facts, onUse: (what: string) => void): Facts {
  const observed = <T extends object>(values: T, names: Readonly<Partial<Record<keyof T, string>>>): T =>
    new Proxy(values, {
      get(target, key) {
        const name = names[key as keyof T];
        if (name !== undefined) onUse(name);
        return target[key as keyof T];
      },
    });
  const network = observed(facts.network, { interface: 'interface', address: 'address', interfaces: 'interfaces' });
  const platform = observed(facts.platform, {
    vendor: 'vendor',
    product: 'product',
    serial: 'serial number',
    uuid: 'UUID',
    chassis: 'chassis',
    kernel: 'kernel',
  });
  return observed(
    { ...facts, network, platform },
    { hostname: 'hostname', cpus: 'number of cores', memoryKiB: 'memory' },
  );
}
