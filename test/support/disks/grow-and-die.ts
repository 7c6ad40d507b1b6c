import { linux } from '../../../agent/host/linux.ts';
import { applied } from '../laws.ts';

/**
 * Grows a target and is killed, as by a power loss, at one of the programs it runs. Arguments: the target, the number of the
 * program from 1, and the moment: "before" it starts, "after" it ended, or "write N" at the program's Nth write. If there is no
 * such moment, it ends normally.
 */
const [target = '', number, when = ''] = process.argv.slice(2);
const write = /^write (\d+)$/.exec(when)?.[1];
const host = linux({ root: '/', offline: false });
const die = () => process.kill(process.pid, 'SIGKILL');
let ran = 0;

await applied([{ at: 'growpart', changes: [{ kind: 'growth', target }] }], {
  ...host,
  run: async (argv, options = {}) => {
    const isIt = ++ran === Number(number);
    if (isIt && when === 'before') die();
    if (isIt && write !== undefined) {
      // Only writes to devices count; output of the program is ignored.
      const words = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=write', '-P', diskIn(argv)];
      const torn = [...words, '-e', `inject=write:signal=SIGKILL:when=${write}`, ...argv];
      const output = await host.run(torn, { ...options, accept: Array.from({ length: 256 }, (_, code) => code) });
      if (output.code === 0) return output;
      die();
    }
    const output = await host.run(argv, options);
    if (isIt && when === 'after') die();
    return output;
  },
});

function diskIn(argv: readonly string[]): string {
  return argv.findLast((word) => word.startsWith('/dev/')) ?? '';
}
