import { getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { version } from '../agent/base/version.ts';
import { writeAll } from '../agent/base/write-all.ts';

/**
 * The entry script of the executable, small so that `version` returns at once. Everything else is the agent, loaded with the
 * code cache of the build: parsing and compiling it would take half of a short run.
 */
const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === 'version' || argv[0] === '--version')) writeAll(1, `bootagent ${version}\n`);
else {
  // Starts with padding that aligns the code cache for V8: see executable.ts.
  const kept = Buffer.from(getRawAsset('agent.cache'));
  const script = new Script(Buffer.from(getRawAsset('agent.cjs')).toString('latin1'), {
    filename: 'bootagent.cjs',
    cachedData: kept.subarray(kept[0]),
  });
  if (script.cachedDataRejected)
    writeAll(2, 'bootagent: what V8 made of it at its build is not taken; it starts slowly\n');
  script.runInThisContext()(require);
}
