import { type Container, container } from '../../machine/support/container.ts';
import { cable } from '../../machine/support/network.ts';
import type { Running } from '../../machine/support/nspawn.ts';
import { run } from '../../machine/support/scratch.ts';

/** Where each machine of a pool is found. Nobody has names. */
export const addresses = { manager: '10.161.7.2', first: '10.161.7.25', second: '10.161.7.26' } as const;
export type Name = keyof typeof addresses;

/** A machine of the pool, that runs. */
export interface Member extends Omit<Container, 'boot' | 'start'> {
  sh(text: string): Promise<string>;
  /** Waits until shell text ends well. */
  until(text: string): Promise<void>;
  /** Switches it off and boots it again, with that much memory. */
  reboot(memoryKiB: number): Promise<void>;
}

export interface Pool extends AsyncDisposable {
  /** Boots a machine of the one image on this user-data. */
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

/** What the image of the pool has besides HTCondor. */
async function prepare(machine: Container): Promise<void> {
  // A container must not tune the kernel that it shares; and what a core is worth is nobody's question here.
  const config = 'ENABLE_KERNEL_TUNING = False\nRUNBENCHMARKS = False\n';
  await machine.write('/usr/share/condor/config.d/10-test.config', config);
  await machine.write('/usr/bin/cvmfs_config', '#!/bin/sh\n', 0o755);
  await machine.write('/etc/cvmfs/default.conf', '');
  await machine.write('/etc/sysconfig/network', 'NETWORKING=yes\n');
  const autofs =
    '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\n[Install]\nWantedBy=multi-user.target\n';
  await machine.write('/etc/systemd/system/autofs.service', autofs);
}

/** A container sees the memory of the machine below it: it is told otherwise before anybody looks. */
async function believing(machine: Container, memoryKiB: number): Promise<void> {
  const real = await run('cat', ['/proc/meminfo']);
  await machine.write('/etc/meminfo', real.replace(/^MemTotal:.*/m, `MemTotal: ${memoryKiB} kB`));
  const unit =
    '[Unit]\nDefaultDependencies=no\nBefore=bootagent-local.service\n[Service]\nType=oneshot\nExecStart=mount --bind /etc/meminfo /proc/meminfo\n[Install]\nWantedBy=sysinit.target\n';
  await machine.write('/etc/systemd/system/memory.service', unit);
  await run('systemctl', ['--root', machine.root, 'enable', 'memory.service']);
}

/** What takes longer than this hangs. */
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
