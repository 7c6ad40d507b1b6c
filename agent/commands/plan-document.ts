import type { Io } from '../boot/io.ts';
import { runSession } from '../boot/run-session.ts';
import { type Schedule, stages } from '../engine/module.ts';
import type { Host } from '../host/host.ts';

/** Returns the plan of a machine as "bootagent plan --format json" prints it. `force`: as if nothing had been applied. */
export async function planDocument(host: Host, schedule: Schedule, io: Io, force = false): Promise<string> {
  let printed = '';
  const out = (text: string): void => {
    printed += text;
  };
  const { BOOTAGENT_UNIT: _, ...env } = io.env;
  const options = {
    host,
    schedule,
    stages,
    dry: true,
    identity: {},
    force,
    retryFailed: false,
    debug: false,
    json: true,
  };
  await runSession(options, { ...io, out, err: () => {}, styled: undefined, env, terminal: false });
  return printed;
}
