import type { Host } from '../../host/host.ts';

const mostMs = 10_000;

/** Waits briefly for a time synchronization in progress: certificates are checked against the clock. */
export async function awaitClock(host: Host): Promise<void> {
  const until = host.now() + mostMs;
  while ((await isBeingSet(host)) && host.now() < until) await host.sleep(500);
}

async function isBeingSet(host: Host): Promise<boolean> {
  if (await host.stat('/run/systemd/timesync/synchronized')) return false;
  const argv = ['timedatectl', 'show', '--property=NTP', '--property=NTPSynchronized'];
  const { stdout } = await host.run(argv, { accept: [0, 1, 127], timeoutMs: 5_000 });
  return /^NTP=yes$/m.test(stdout) && /^NTPSynchronized=no$/m.test(stdout);
}
