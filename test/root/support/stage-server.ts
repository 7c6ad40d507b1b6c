import { serveStages } from '../../../agent/boot/stage-server/stage-server.ts';

/** The agent as systemd/reuse-agent starts it, with stages that only print their names. */
const run = async (argv: readonly string[], { out }: { out(text: string): void }): Promise<number> => {
  out(`did ${argv.join(' ')} as ${process.pid}\n`);
  return argv.includes('early') ? 2 : 0;
};
const out = (text: string): void => void process.stdout.write(text);
const around = {
  version: '0',
  schedule: async () => ({}) as never,
  out,
  err: out,
  readStdin: async () => new Uint8Array(),
  later: () => {},
  env: process.env,
  terminal: false,
};
const first = await run(process.argv.slice(2), around);
process.exit(process.env.BOOTAGENT_STAGE_SERVER === undefined ? first : await serveStages(first, around, run));
