import { asProblem, Problem } from '../../base/problem.ts';
import type { Host, Output, ReadHost } from '../../host/host.ts';

/** Fedora and EL install it here; /usr/bin may hold a helper of another kind by the same name. */
export const subscriptionManager = '/usr/sbin/subscription-manager';

/** Registration makes several requests to a server that may be slow. */
const timeoutMs = 300_000;

/**
 * Runs subscription-manager with arguments read from standard input. It takes a password and an activation key only as arguments,
 * and without a terminal it does not prompt. Every user can read its command line, and only root the standard input of this program.
 */
export const argumentsFromInput = [
  'import json, runpy, sys',
  'sys.argv = json.load(sys.stdin)',
  'runpy.run_path(sys.argv[0], run_name="__main__")',
].join('; ');

/** Throws if subscription-manager is not installed. */
export async function requireSubscriptionManager(host: ReadHost): Promise<void> {
  if (await host.stat(subscriptionManager)) return;
  throw new Problem('not-installed', `subscription-manager is not installed (${subscriptionManager} does not exist)`, {
    hint: 'Install the package subscription-manager in the image: "packages" are installed after the registration.',
  });
}

/** Runs subscription-manager; throws a Problem with the reason that it reports. */
export const runSubscriptionManager = (
  args: readonly string[],
  host: Host,
  accept: readonly number[] = [0],
): Promise<Output> => host.run(['subscription-manager', ...args], { timeoutMs, accept });

/** Runs it as `runSubscriptionManager`; the arguments hold secrets, which neither a command line nor a message shows. */
export async function runWithSecrets(args: readonly string[], secrets: readonly string[], host: Host): Promise<void> {
  const interpreter = await interpreterOf(host);
  try {
    const input = JSON.stringify([subscriptionManager, ...args]);
    await host.run([...interpreter, '-I', '-c', argumentsFromInput], { timeoutMs, input });
  } catch (error) {
    const { code, message, stderrTail } = asProblem(error);
    const command = `subscription-manager ${args[0]}`;
    const what = code === 'command-timeout' ? `did not end within ${timeoutMs / 1000} s` : 'failed';
    const known = code === 'command-failed' || code === 'command-timeout';
    const reason = masked(stderrTail ?? (known ? '' : message), secrets);
    // Without `cause`: its message has the whole command.
    throw new Problem(known ? code : 'command-failed', `${command} ${what}`, { stderrTail: reason });
  }
}

/** Returns the Python of the script's first line, with its options: "/usr/libexec/platform-python" on EL8. */
async function interpreterOf(host: ReadHost): Promise<readonly string[]> {
  const [first = ''] = ((await host.readText(subscriptionManager)) ?? '').split('\n', 1);
  const words = /^#!\s*(\/\S*python[\d.]*)((?:\s+-\w+)*)\s*$/.exec(first);
  if (words) return [words[1] ?? '', ...(words[2] ?? '').split(/\s+/).filter(Boolean)];
  throw new Problem(
    'not-possible',
    `${subscriptionManager} is not a Python script: registration would show the secret`,
    {
      hint: 'Its command line is readable by every user. Register in "runcmd" if this is acceptable.',
    },
  );
}

const masked = (text: string, secrets: readonly string[]): string =>
  secrets.filter(Boolean).reduce((left, secret) => left.replaceAll(secret, '********'), text);
