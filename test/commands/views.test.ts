import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bannerOf } from '../../agent/report/publish.ts';
import { lastLine, type Summary } from '../../agent/report/summary.ts';
import { bootagent } from '../support/command-line.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-views-'));
after(() => rmSync(scratch, { recursive: true }));

/** Returns a machine on which user-data runs, stage by stage and boot by boot. */
function machine(userData: string) {
  const root = mkdtempSync(join(scratch, 'root-'));
  mkdirSync(join(root, 'etc'));
  const run = (...words: readonly string[]) =>
    bootagent(['run', ...words, '--root', root, '--user-data', '-', '--only', 'write_files'], { input: userData });
  return {
    root,
    run,
    /** Powers the machine off: the content of /run is lost. */
    down: () => rmSync(join(root, 'run'), { recursive: true }),
    /** Returns the content of every view: the state, and the modules reported as failed. */
    async views() {
      const asked = async (command: string, as?: 'nobody') => {
        const words = [command, '--root', root, '--format', 'json'];
        const { out, code } = await bootagent(words, as && { as });
        return { ...JSON.parse(out), code };
      };
      const summary = JSON.parse(readFileSync(join(root, 'run/bootagent/status.json'), 'utf8')) as Summary;
      const line = JSON.parse(lastLine(summary));
      const modules = (faults: readonly { module: string }[]) => [...new Set(faults.map(({ module }) => module))];
      const [status, nobody, why] = [await asked('status'), await asked('status', 'nobody'), await asked('why')];
      const banner = bannerOf(summary);
      return {
        status: [status.state, modules(status.failed), status.code],
        nobody: [nobody.state, modules(nobody.failed), nobody.code],
        why: [why.state, modules(why.causes), why.code],
        console: [line.state, line.failed, { done: 0, problems: 2, failed: 1 }[line.state as string]],
        banner: banner === '' ? 'none' : banner,
        notes: status.notes.map(({ text }: { text: string }) => text) as string[],
      };
    },
  };
}

const asRoot = { skip: process.getuid?.() !== 0 && 'only root may look at what is remembered' };
const blocked = '#cloud-config\nwrite_files:\n- {path: /etc/b/c}\n- {path: /etc/d}\n';

describe('every view', { concurrency: 2 }, () => {
  test('calls the same failed, from the boot where it failed until it is repaired', asRoot, async () => {
    const { root, run, down, views } = machine(blocked);
    writeFileSync(join(root, 'etc/b'), 'no directory');
    const agree = async (state: string, failed: readonly string[], code: number) => {
      const { status, nobody, why, console, banner } = await views();
      const expected = [state, failed, code];
      assert.deepEqual(
        { status, nobody, why, console },
        { status: expected, nobody: expected, why: expected, console: expected },
      );
      assert.equal(banner !== 'none', failed.length > 0, banner);
    };
    assert.equal((await run()).code, 1);
    await agree('failed', ['write_files'], 1);
    // Two boots in which nothing is due.
    for (const _ of [1, 2]) {
      down();
      await run('local');
      await agree('failed', ['write_files'], 1);
    }
    rmSync(join(root, 'etc/b'));
    await run('--retry-failed');
    await agree('done', [], 0);
    down();
    await run('local');
    await agree('done', [], 0);
  });

  test('has settings that are ignored, also after a reboot with nothing due', asRoot, async () => {
    const { root, run, down, views } = machine('#cloud-config\ntimezne: UTC\nwrite_files:\n- {path: /etc/a}\n');
    await run();
    const first = await views();
    assert.match(first.notes.join('\n'), /^user-data:2:1: timezne: no such key/m);
    assert.deepEqual(first.status, ['done', [], 0]);
    down();
    await run('local');
    assert.deepEqual((await views()).notes, first.notes);
    const { out } = await bootagent(['status', '--root', root]);
    assert.match(out, /! warning: user-data:2:1: timezne: no such key \(did you mean "timezone"\?\)/);
  });

  test(
    'explains a failure in at most ten lines of 80 columns, with the line of the user-data for root',
    asRoot,
    async () => {
      const { root } = machine('');
      const seed = join(root, 'var/lib/cloud/seed/nocloud');
      mkdirSync(seed, { recursive: true });
      writeFileSync(join(seed, 'meta-data'), 'instance-id: i-1\n');
      writeFileSync(join(seed, 'user-data'), blocked);
      writeFileSync(join(root, 'etc/b'), 'no directory');
      await bootagent(['run', '--root', root, '--only', 'write_files']);
      const { out, code } = await bootagent(['why', '--root', root]);
      const lines = out.trimEnd().split('\n');
      assert.equal(code, 1);
      assert.ok(lines.length <= 10 && lines.every((line) => line.length <= 80), out);
      assert.match(
        out,
        /^bootagent: failed, instance i-1\ncause {4}user-data:3:3: write_files\[0\]: \/etc\/b\/c: b is /,
      );
      assert.match(out, /^user-data:3 {2}- \{path: \/etc\/b\/c\}\n {15}\^\nfix {6}/m);
      const [cause] = JSON.parse((await bootagent(['why', '--root', root, '--format', 'json'])).out).causes;
      assert.deepEqual(cause.source, { source: 'user-data', line: 3, column: 3, text: '- {path: /etc/b/c}' });
    },
  );

  test('hides the secrets of a command in the line of the user-data', asRoot, async () => {
    const { root } = machine('');
    const seed = join(root, 'var/lib/cloud/seed/nocloud');
    mkdirSync(seed, { recursive: true });
    writeFileSync(join(seed, 'meta-data'), 'instance-id: i-1\n');
    const line = (secret: string) => `- {path: /etc/b/c, content: "DB_PASSWORD=${secret} setup"}`;
    writeFileSync(join(seed, 'user-data'), `#cloud-config\nwrite_files:\n${line('S3cr3t-Pa55')}\n`);
    writeFileSync(join(root, 'etc/b'), 'no directory');
    await bootagent(['run', '--root', root, '--only', 'write_files']);
    const { out } = await bootagent(['why', '--root', root]);
    assert.ok(out.includes(`user-data:3  ${line('***********')}\n`), out);
    const json = (await bootagent(['why', '--root', root, '--format', 'json'])).out;
    assert.ok(json.includes('***********') && !json.includes('S3cr3t'), json);
  });

  test('says that nothing failed where all is well', async () => {
    const { root, run } = machine('#cloud-config\nwrite_files:\n- {path: /etc/a}\n');
    await run();
    assert.deepEqual(await bootagent(['why', '--root', root]), { code: 0, out: 'Nothing failed.\n', err: '' });
  });
});
