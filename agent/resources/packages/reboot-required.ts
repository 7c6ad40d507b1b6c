import type { Host } from '../../host/host.ts';

/** Why the machine must be restarted to use what was installed, or undefined where it need not. */
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

/** Of yum-utils; where only dnf's plugin is there, that is asked, whose exit says as much of a plugin that is not. */
async function needsRestarting(host: Host): Promise<boolean> {
  const options = { accept: [0, 1, 2, missing], timeoutMs: 0 };
  const { code } = await host.run(['needs-restarting', '--reboothint'], options);
  if (code !== missing) return code === 1;
  const asked = await host.run(['dnf', 'needs-restarting', '--reboothint'], options);
  return asked.code === 1 && /^Reboot is required/m.test(asked.stdout);
}

/** What a program that is not there ends with. */
const missing = 127;

const newestKernel = (names: readonly string[]): string | undefined =>
  names
    .flatMap((name) => (name.startsWith('vmlinuz-') && !name.includes('rescue') ? [name.slice('vmlinuz-'.length)] : []))
    .sort(inOrder)
    .at(-1);

/** Numbers by their size, the rest by its letters. */
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
