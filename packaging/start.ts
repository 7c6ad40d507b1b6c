import { getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { version } from '../agent/base/version.ts';
import { writeAll } from '../agent/base/write-all.ts';

/**
 * What the executable begins with: small, so that what asks for no more than the version is over at once. All else is
 * the agent, with what V8 made of it when it was built: to read and compile it anew would be half of a short run.
 */
const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === 'version' || argv[0] === '--version')) writeAll(1, `bootagent ${version}\n`);
else {
  // Begins with as many bytes as put the rest where V8 can read it in its place: see executable.ts.
  const kept = Buffer.from(getRawAsset('agent.cache'));
  const script = new Script(Buffer.from(getRawAsset('agent.cjs')).toString('latin1'), {
    filename: 'bootagent.cjs',
    cachedData: kept.subarray(kept[0]),
  });
  if (script.cachedDataRejected)
    writeAll(2, 'bootagent: what V8 made of it at its build is not taken; it starts slowly\n');
  script.runInThisContext()(require);
}
