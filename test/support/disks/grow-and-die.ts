import { linux } from '../../../agent/host/linux.ts';
import { applied } from '../laws.ts';

/**
 * Grows a target and is killed, as by a power loss, at one of the programs it runs: `before` it begins or `after` it ended.
 * Its arguments: the target, the number of the program from 1, "before" or "after".
 */
const [target = '', number, when] = process.argv.slice(2);
const host = linux({ root: '/', offline: false });
let ran = 0;
const die = () => process.kill(process.pid, 'SIGKILL');

await applied([{ at: 'growpart', changes: [{ kind: 'growth', target }] }], {
  ...host,
  run: async (argv, options) => {
    ran++;
    if (ran === Number(number) && when === 'before') die();
    const output = await host.run(argv, options);
    if (ran === Number(number) && when === 'after') die();
    return output;
  },
});
