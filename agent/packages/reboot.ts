import type { Host } from '../host/host.ts';

/** Why the machine must be restarted to use what was installed, or undefined where it need not. */
export async function rebootReason(host: Host, running: string): Promise<string | undefined> {
  for (const path of ['/run/reboot-required', '/var/run/reboot-required', '/run/reboot-needed']) {
    if (await host.stat(path)) return `${path} is there`;
  }
  const newest = newestKernel(await host.list('/boot'));
  if (newest !== undefined && newest !== running && inOrder(running, newest) < 0) {
    return `kernel ${newest} is installed and ${running} runs`;
  }
  const { code } = await host.run(['needs-restarting', '--reboothint'], { accept: [0, 1, 2, 127], timeoutMs: 0 });
  return code === 1 ? 'needs-restarting says so' : undefined;
}

const newestKernel = (names: readonly string[]): string | undefined =>
  names
    .flatMap((name) => (name.startsWith('vmlinuz-') && !name.includes('rescue') ? [name.slice('vmlinuz-'.length)] : []))
    .sort(inOrder)
    .at(-1);

/** Numbers by their size, the rest by its letters. */
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
