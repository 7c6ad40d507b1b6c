import { type Container, container } from '../../machine/support/container.ts';
import { cable } from '../../machine/support/network.ts';
import type { Running } from '../../machine/support/nspawn.ts';
import { run } from '../../machine/support/scratch.ts';

/** The addresses of the machines of a pool. There is no DNS. */
export const addresses = { manager: '10.161.7.2', first: '10.161.7.25', second: '10.161.7.26' } as const;
export type Name = keyof typeof addresses;

/** A running machine of the pool. */
export interface Member extends Omit<Container, 'boot' | 'start'> {
  sh(text: string): Promise<string>;
  /** Waits until shell text succeeds. */
  until(text: string): Promise<void>;
  /** Powers it off and boots it again, with this amount of memory. */
  reboot(memoryKiB: number): Promise<void>;
}

export interface Pool extends AsyncDisposable {
  /** Boots a machine of the shared image on this user-data. */
  add(name: Name, userData: string, options?: { readonly memoryKiB?: number; readonly traced?: true }): Promise<Member>;
}

export function pool(): Pool {
  const stack = new AsyncDisposableStack();
  const line = cable().then((made) => stack.use(made));
  return {
    async add(name, userData, { memoryKiB, traced } = {}) {
      const on = { cable: await line, address: addresses[name] };
      const machine = stack.use(await container('trixie', { extra: ['condor'], on, ...(traced && { traced }) }));
      await prepare(machine);
      if (memoryKiB !== undefined) await believing(machine, memoryKiB);
      await machine.write('/var/lib/cloud/seed/nocloud/meta-data', `instance-id: i-${name}\n`);
      await machine.write('/var/lib/cloud/seed/nocloud/user-data', userData, 0o600);
      let running = stack.use(await machine.start());
      const sh = (text: string) => running.sh(text);
      return {
        ...machine,
        sh,
        until: (text) => waited(running, text),
        async reboot(memoryKiB) {
          await sh('systemctl --no-block poweroff');
          await running.ended;
          await believing(machine, memoryKiB);
          running = stack.use(await machine.start());
        },
      };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Adds what the image of the pool needs besides HTCondor. */
async function prepare(machine: Container): Promise<void> {
  // A container must not tune the kernel that it shares, and the benchmarks are not needed.
  const config = 'ENABLE_KERNEL_TUNING = False\nRUNBENCHMARKS = False\n';
  await machine.write('/usr/share/condor/config.d/10-test.config', config);
  await machine.write('/usr/bin/cvmfs_config', '#!/bin/sh\n', 0o755);
  await machine.write('/etc/cvmfs/default.conf', '');
  await machine.write('/etc/sysconfig/network', 'NETWORKING=yes\n');
  const autofs =
    '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\n[Install]\nWantedBy=multi-user.target\n';
  await machine.write('/etc/systemd/system/autofs.service', autofs);
}

/** A container sees the memory of the host: a unit replaces /proc/meminfo before any program reads it. */
async function believing(machine: Container, memoryKiB: number): Promise<void> {
  const real = await run('cat', ['/proc/meminfo']);
  await machine.write('/etc/meminfo', real.replace(/^MemTotal:.*/m, `MemTotal: ${memoryKiB} kB`));
  const unit =
    '[Unit]\nDefaultDependencies=no\nBefore=bootagent-local.service\n[Service]\nType=oneshot\nExecStart=mount --bind /etc/meminfo /proc/meminfo\n[Install]\nWantedBy=sysinit.target\n';
  await machine.write('/etc/systemd/system/memory.service', unit);
  await run('systemctl', ['--root', machine.root, 'enable', 'memory.service']);
}

/** A longer wait is a hang. */
const limitSeconds = 120;

async function waited(running: Running, text: string): Promise<void> {
  const loop = `end=$(($(date +%s) + ${limitSeconds})); until { ${text}; } >/dev/null 2>&1; do [ $(date +%s) -lt $end ] || exit 1; sleep 0.5; done`;
  try {
    await running.sh(loop);
  } catch (cause) {
    const seen = await running.sh(`{ ${text}; } 2>&1; tail -n 8 /var/log/condor/*Log`).catch(String);
    throw new Error(`waited in vain for: ${text}\n${seen}`, { cause });
  }
}
