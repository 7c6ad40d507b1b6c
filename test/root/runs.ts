import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as passed } from 'node:timers/promises';
import { unable } from '../support/able.ts';
import { bootagent } from '../support/command-line.ts';
import { ownMachine } from '../support/own-machine.ts';
import { traced, writesIn } from '../support/tracing.ts';

const repository = join(import.meta.dirname, '../..');
const worker = readFileSync(join(repository, 'examples/worker-node.yaml'), 'utf8');
const guard = { timeout: 300_000 };

function tree(): { root: string; [Symbol.dispose](): void } {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-runs-'));
  cpSync(join(repository, 'examples/seed-tree'), root, { recursive: true });
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

describe('runs at the same time', { skip: unable('unshare', 'mount') }, () => {
  test('are one: a second is sent away at once, with 75', guard, async () => {
    using machine = ownMachine();
    const input =
      '#cloud-config\nruncmd: ["touch /run/bootagent/on; while [ -e /run/bootagent/on ]; do sleep 0.1; done"]\n';
    const words = ['run', '--user-data', '-', '--only', 'runcmd'];
    const first = machine.run(words, { input });
    while (!machine.list('/run/bootagent').includes('on')) await passed(20);
    const second = await machine.run(words, { input }).ended;
    assert.equal(second.code, 75);
    assert.match(second.err, /^bootagent: Another run \(process \d+\) is at work on this machine\n/);
    const unit = machine.run(words, { input, env: { INVOCATION_ID: 'x', BOOTAGENT_UNIT: '1' } });
    rmSync(join('/proc', String(first.pid), 'root/run/bootagent/on'));
    assert.deepEqual([(await first.ended).code, (await unit.ended).code], [0, 0], 'a unit has waited for its turn');
  });

  test('fifty of them: each runs or is refused, and the lock is free in the end', guard, async () => {
    using own = tree();
    mkdirSync(join(own.root, 'run/bootagent'), { recursive: true });
    writeFileSync(join(own.root, 'run/bootagent/lock'), '999999999 1 another-boot');
    const words = ['run', '--root', own.root, '--user-data', '-', '--only', 'write_files'];
    const input = '#cloud-config\nwrite_files: [{path: /etc/a, content: x}]\n';
    const ends = await Promise.all(Array.from({ length: 50 }, () => bootagent(words, { input })));
    const codes = ends.map(({ code }) => code);
    assert.deepEqual(
      [...new Set(codes)].sort().filter((code) => code !== 0 && code !== 75),
      [],
    );
    assert.ok(codes.includes(0), codes.join(' '));
    assert.equal(ends.filter(({ out }) => out.includes('1 change applied')).length, 1, 'the change was made once');
    assert.deepEqual(readdirSync(join(own.root, 'run/bootagent')), ['status.json']);
  });
});

describe('a run that finds nothing to do', { skip: unable('strace') }, () => {
  test('writes its status and its lock, and nothing else, twenty times over', guard, async () => {
    using own = tree();
    const words = ['run', '--root', own.root, '--user-data', '-'];
    await bootagent(words, { input: worker });
    // The key of a repository cannot be fetched without a network: the failure is reported by each run.
    const nothing = /^(?:Nothing was due|0 changes applied, 1 failed)/m;
    for (let again = 0; again < 20; again++) {
      if (again % 10 !== 9) {
        const { out } = await bootagent(words, { input: worker });
        assert.match(out, nothing);
        continue;
      }
      const { calls, out } = traced(words, ['-e', 'trace=file,desc'], worker);
      assert.match(out, nothing);
      const strange = writesIn(calls).filter((line) => !/\/run\/bootagent\b|<[^>]*\/run\/bootagent\b/.test(line));
      // strace reports names below a held directory relative to its descriptor; the directory's own path is looked up in the
      // calls.
      assert.deepEqual(
        strange.filter((line) => !isBelowRun(line, calls)),
        [],
      );
    }
  });
});

describe('the timeline of a boot', { skip: unable('strace') }, () => {
  test('is kept by one write, and nothing waits for the disk', guard, () => {
    using own = tree();
    mkdirSync(join(own.root, 'var/lib/bootagent'), { recursive: true });
    writeFileSync(join(own.root, 'var/lib/bootagent/fresh'), '');
    const words = ['run', 'local', '--root', own.root, '--user-data', '-'];
    process.env.BOOTAGENT_UNIT = '1';
    const { calls } = traced(words, ['-e', 'trace=write,fsync,fdatasync'], '#cloud-config\n{}\n');
    delete process.env.BOOTAGENT_UNIT;
    const ofFile = calls.flatMap((line) => /^\d+ +(\w+)\(.*boots\.ndjson>/.exec(line)?.[1] ?? []);
    assert.deepEqual(ofFile, ['write']);
  });
});

function isBelowRun(line: string, calls: readonly string[]): boolean {
  const [, fd] = /"\/proc\/self\/fd\/(\d+)\//.exec(line) ?? [];
  if (fd === undefined) return false;
  const before = calls.slice(0, calls.indexOf(line));
  const opened = before.findLast((each) => new RegExp(` = ${fd}<`).test(each));
  return opened !== undefined && /\/run\/bootagent>$|\/run>$/.test(opened);
}
