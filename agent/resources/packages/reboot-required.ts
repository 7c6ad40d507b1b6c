import type { Host } from '../../host/host.ts';

/** Returns why the machine must restart to use what was installed, or undefined. */
export async function rebootReason(host: Host, running: string): Promise<string | undefined> {
  for (const path of ['/run/reboot-required', '/var/run/reboot-required', '/run/reboot-needed']) {
    if (await host.stat(path)) return `${path} is there`;
  }
  const newest = newestKernel(await host.list('/boot'));
  if (newest !== undefined && newest !== running && inOrder(running, newest) < 0) {
    return `kernel ${newest} is installed and ${running} runs`;
  }
  return (await needsRestarting(host)) ? 'needs-restarting says so' : undefined;
}

/** Runs needs-restarting of yum-utils, or else the plugin of dnf. dnf exits with 1 for a missing plugin as well. */
async function needsRestarting(host: Host): Promise<boolean> {
  const options = { accept: [0, 1, 2, missing], timeoutMs: 0 };
  const { code } = await host.run(['needs-restarting', '--reboothint'], options);
  if (code !== missing) return code === 1;
  const asked = await host.run(['dnf', 'needs-restarting', '--reboothint'], options);
  return asked.code === 1 && /^Reboot is required/m.test(asked.stdout);
}

/** The exit code of a missing program. */
const missing = 127;

const newestKernel = (names: readonly string[]): string | undefined =>
  names
    .flatMap((name) => (name.startsWith('vmlinuz-') && !name.includes('rescue') ? [name.slice('vmlinuz-'.length)] : []))
    .sort(inOrder)
    .at(-1);

/** Compares digits by their value and the rest alphabetically. */
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
