import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run test:el -- --systemd DIR --policy FILE`: tests that need parts of Enterprise Linux, which the project does not
 * contain. DIR is a tree of files with a release's systemd in it, FILE a policy in binary form
 * (/etc/selinux/targeted/policy/policy.33). A test without its part is skipped, with a message.
 */
const { values } = parseArgs({ options: { systemd: { type: 'string' }, policy: { type: 'string' } } });
const pieces = [
  { option: 'systemd', file: 'systemd.ts', proof: 'usr/lib/systemd/systemd' },
  { option: 'policy', file: 'policy.ts', proof: '' },
] as const;

let status = 0;
for (const { option, file, proof } of pieces) {
  const given = values[option];
  if (given === undefined) {
    console.log(`skipped ${file}: give --${option}`);
    continue;
  }
  if (!existsSync(join(resolve(given), proof))) {
    console.error(`test:el: --${option} ${given}: there is no ${join(given, proof)}`);
    process.exit(2);
  }
  const ended = spawnSync(process.execPath, ['--test', '--test-reporter=./test/support/totals.ts', `test/el/${file}`], {
    stdio: 'inherit',
    env: { ...process.env, [`BOOTAGENT_EL_${option.toUpperCase()}`]: resolve(given) },
  });
  status = Math.max(status, ended.status ?? 1);
}
process.exit(status);
