import { existsSync, realpathSync, statSync } from 'node:fs';
import { Problem } from '../base/problem.ts';
import type { Io } from '../boot/io.ts';
import type { Host } from '../host/host.ts';
import { thisMachine } from '../host/linux.ts';
import { type Image, readImage } from '../image/image.ts';
import { isRunning } from '../image/seal/in-service.ts';
import type { Sealing } from '../image/seal/plan.ts';
import { sessionPaths } from '../image/seal/session-paths.ts';
import { foreignMounts } from '../image/submounts.ts';
import type { Invocation } from './command.ts';
import { machineOf } from './machine.ts';

/** The image that a command works on, with what "seal" and "doctor" need. */
export interface OpenedImage {
  readonly host: Host;
  readonly image: Image;
  readonly sealing: Sealing;
  /** Whether this is a running machine, as opposed to an image tree or a chroot. */
  readonly running: boolean;
  /** The name in messages: "Rocky Linux 9.4 in /mnt/image". */
  readonly called: string;
}

export async function openImage(given: Invocation, { env }: Io): Promise<OpenedImage> {
  const host = machineOf(given);
  if (host.offline && isOwnRoot(host.root)) {
    throw new Problem('bad-input', `--root ${given.options.root} is the root of this very machine`, {
      hint: 'Leave --root out, if this machine is meant.',
    });
  }
  if (!['etc/passwd', 'etc/os-release', 'usr/lib/os-release'].some((name) => existsSync(`${host.root}/${name}`))) {
    throw new Problem(
      'bad-input',
      `${host.root} holds no system: there is neither /etc/passwd nor /etc/os-release in it`,
    );
  }
  const image = await readImage(host);
  const running = await isRunning(host);
  const mountinfo = (await thisMachine().readText('/proc/self/mountinfo')) ?? '';
  const { SSH_AUTH_SOCK, TMUX, XAUTHORITY, TMPDIR } = env;
  const inUse = [SSH_AUTH_SOCK, TMUX, XAUTHORITY, `${TMPDIR}/`, `${process.cwd()}/`, process.execPath, process.argv[1]];
  return {
    host,
    image,
    running,
    sealing: {
      image,
      foreign: foreignMounts(mountinfo, realpathSync(host.root)),
      session: host.offline ? [] : sessionPaths(inUse),
    },
    called: `${image.os.name}${host.offline ? ` in ${host.root}` : ', this machine'}`,
  };
}

/** Compares device and inode, not the path: through a link, a bind mount or /proc it is still the same directory. */
function isOwnRoot(root: string): boolean {
  const [there, here] = [statSync(root), statSync('/')];
  return there.dev === here.dev && there.ino === here.ino;
}

/** Returns the names in "a,b". */
export const namesIn = (words: string | undefined): string[] =>
  (words ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
