import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { unable } from '../support/able.ts';
import { durabilityCalls, lossesIn } from '../support/durability.ts';
import { traced } from '../support/tracing.ts';

const userData = `#cloud-config
write_files:
- {path: /etc/a, content: "a\\n", permissions: '0600'}
- {path: /etc/deep/er/b, content: "b\\n"}
- {path: /etc/issue, content: "more", append: true}
hostname: wn-1
timezone: Europe/Zurich
manage_etc_hosts: true
mounts:
- [/dev/vdb, /data, ext4, "defaults,nofail", "0", "2"]
yum_repos:
  one: {name: One, baseurl: "http://repo.example/one", gpgcheck: false}
`;

describe('what a run writes survives a power loss at any point', { skip: unable('strace'), timeout: 120_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-durable-'));
  after(() => rmSync(root, { recursive: true }));
  let calls: readonly string[] = [];
  before(() => {
    cpSync(join(import.meta.dirname, '../../examples/seed-tree'), root, { recursive: true });
    mkdirSync(join(root, 'usr/share/zoneinfo/Europe'), { recursive: true });
    writeFileSync(join(root, 'usr/share/zoneinfo/Europe/Zurich'), 'TZif');
    const run = traced(['run', '--root', root, '--user-data', '-'], ['-e', `trace=${durabilityCalls}`], userData);
    assert.equal(run.status, 0, run.out + run.err);
    calls = run.calls;
  });

  test('no file, folder or journal is counted on before it is on disk', () =>
    assert.deepEqual(lossesIn(calls, root), []));

  test('a run that leaves out one sync is seen', () => {
    const [agent = ''] = calls[0]?.split(' ') ?? [];
    const isOwn = (line: string) =>
      line.startsWith(`${agent} `) &&
      /\bf(?:data)?sync\(\d+</.test(line) &&
      line.includes(`<${root}`) &&
      !line.includes(`${root}/run`);
    const syncs = calls.flatMap((line, index) => (isOwn(line) ? [index] : []));
    assert.ok(syncs.length > 20, `${syncs.length} syncs`);
    const unseen = syncs.filter(
      (sync) =>
        lossesIn(
          calls.filter((_, index) => index !== sync),
          root,
        ).length === 0,
    );
    // Some directories are synced once more before the next journal write; each sync of a file or of the journal is the only one.
    assert.ok(unseen.length < syncs.length / 4, unseen.map((index) => calls[index]).join('\n'));
    assert.deepEqual(
      unseen.filter((index) => /\.bootagent>|journal/.test(calls[index] ?? '')),
      [],
    );
  });

  for (const [what, pattern] of [
    ['files', /fsync\(\d+<[^>]*\.bootagent>/],
    ['folders', /fsync\(\d+<[^>]*\/etc>/],
    ['the journal', /fsync\(\d+<[^>]*journal\.ndjson>/],
  ] as const) {
    test(`a run that does not sync ${what} is seen`, () => {
      const without = calls.filter((line) => !pattern.test(line));
      assert.ok(without.length < calls.length);
      assert.notDeepEqual(lossesIn(without, root), []);
    });
  }
});
