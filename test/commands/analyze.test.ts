import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ownPaths } from '../../agent/base/own-paths.ts';
import { bootagent } from '../support/command-line.ts';
import { recordsOfBoot } from '../support/timelines.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-analyze-'));
after(() => rmSync(scratch, { recursive: true }));

function tree(name: string): string {
  const root = join(scratch, name);
  mkdirSync(join(root, ownPaths.state), { recursive: true, mode: 0o700 });
  mkdirSync(join(root, 'etc'));
  return root;
}

describe('analyze', { concurrency: 2 }, () => {
  const root = tree('known');
  before(() => {
    const records = [...recordsOfBoot('aaaa-1', 2), ...recordsOfBoot('bbbb-2')];
    writeFileSync(join(root, ownPaths.boots), records.map((each) => `${JSON.stringify(each)}\n`).join(''));
  });
  const analyze = (...words: readonly string[]) => bootagent(['analyze', ...words, '--root', root]);

  test('without a view sums a boot up', async () => {
    const { out, code } = await analyze();
    assert.match(out, /^boot +2026-11-30 01:02:03 UTC, i-0123, problems, bootagent 1\.0\.0$/m);
    assert.match(out, /^login +possible 6\.59 s after the start of the kernel$/m);
    assert.match(out, /^stage final +14\.99 s$/m);
    assert.equal(code, 0);
  });

  test('shows the boot that --boot names, by its number or its ID', async () => {
    const [one, id] = await Promise.all([analyze('blame', '--boot', '1'), analyze('blame', '--boot=aaaa')]);
    assert.match(one.out, /12\.00 s +command +runcmd\[0\] \/opt\/site\/setup --now/);
    assert.equal(one.out, id.out);
    const { code, err } = await analyze('--boot', '7');
    assert.deepEqual([code, /There is no boot "7" among the 2 that are recorded/.test(err)], [4, true]);
  });

  test('compares two boots, and lists all', async () => {
    const compared = await analyze('compare', '1', '0');
    assert.match(compared.out, /-6\.00 s +command +runcmd\[0\] \/opt\/site\/setup --now: 12\.00 s -> 6\.00 s/);
    assert.equal((await analyze('compare', '1')).code, 4);
    const { boots } = JSON.parse((await analyze('list', '--format', 'json')).out);
    assert.deepEqual(
      boots.map(({ number, boot }: { number: number; boot: string }) => [number, boot]),
      [
        [0, 'bbbb-2'],
        [1, 'aaaa-1'],
      ],
    );
  });

  test('prints JSON for each view', async () => {
    for (const [view, key] of [
      [[], 'spans'],
      [['blame'], 'blame'],
      [['critical-chain'], 'login'],
    ] as const)
      assert.ok(key in JSON.parse((await analyze(...view, '--format', 'json')).out), key);
  });

  test('writes the picture, the page and the trace where they are requested', async () => {
    const at = (name: string): string => join(scratch, name);
    const { code, out } = await analyze('--svg', at('b.svg'), '--html', at('b.html'), '--perfetto', at('b.json'));
    assert.deepEqual([code, out], [0, '']);
    assert.match(readFileSync(at('b.svg'), 'utf8'), /^<svg /);
    assert.match(readFileSync(at('b.html'), 'utf8'), /^<!doctype html>/);
    assert.ok(JSON.parse(readFileSync(at('b.json'), 'utf8')).traceEvents.length > 10);
    const failed = await analyze('--svg', at('no/such/folder.svg'));
    assert.deepEqual([failed.code, /--svg .*cannot be written \(ENOENT\)/.test(failed.err)], [4, true]);
  });

  test('says so where no boot is recorded', async () => {
    const { code, err } = await bootagent(['analyze', '--root', tree('new')]);
    assert.deepEqual([code, /No boot is recorded on this machine/.test(err)], [1, true]);
  });
});

describe('a boot', () => {
  test('is recorded with its secrets hidden, and a run by hand is not', async () => {
    const root = tree('boots');
    writeFileSync(join(root, ownPaths.state, 'fresh'), '');
    const input =
      '#cloud-config\nwrite_files: [{path: /etc/a, content: x}]\nchpasswd: {users: [{name: s3cret-word-1, password: s3cret-word-2}]}\n';
    const run = (stages: readonly string[], env: Record<string, string>) =>
      bootagent(['run', ...stages, '--root', root, '--user-data', '-', '--only', 'write_files'], { input, env });
    await run(['early', 'main'], {});
    assert.equal((await bootagent(['analyze', '--root', root])).code, 1);
    await run(['local'], { BOOTAGENT_UNIT: '1' });
    await run(['early', 'main'], { BOOTAGENT_UNIT: '1' });
    const { spans, runs } = JSON.parse((await bootagent(['analyze', '--root', root, '--format', 'json'])).out);
    assert.deepEqual(
      runs.map(({ stages }: { stages: readonly string[] }) => stages),
      [['local'], ['early', 'main']],
    );
    assert.ok(
      spans.some(({ kind, name }: { kind: string; name: string }) => kind === 'module' && name === 'write_files'),
    );
    assert.doesNotMatch(readFileSync(join(root, ownPaths.boots), 'utf8'), /s3cret-word-2/);
  });
});
