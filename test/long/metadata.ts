import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lateAddress } from '../support/netns/late.ts';
import { missingNetns, withNetns } from '../support/netns/netns.ts';

const agent = new URL('../../agent/main.ts', import.meta.url).pathname;
const seedTree = new URL('../../examples/seed-tree', import.meta.url);

// The tests mostly wait, so they run concurrently.
describe('metadata that takes its time', { skip: missingNetns() ?? false, concurrency: true }, () => {
  test('an address that comes 60 s late: the next look at the network is a request', () => lateAddress(60));

  for (const [policy, tries] of [
    // Four of seven attempts fit into the stage before sshd.
    ['{attempts: 7, interval: 5}', 7],
    // Half a minute in all: at 0, 6, 12 and 18 s before sshd, and at 18 and 24 s in the last stage.
    ['{max_wait: 30, timeout: 3, interval: 6}', 6],
  ] as const) {
    test(`${policy} is carried on by the last stage, counted across both`, async () => {
      const root = mkdtempSync(join(tmpdir(), 'bootagent-carried-'));
      try {
        cpSync(seedTree, root, { recursive: true });
        for (const folder of ['etc/bootagent', 'var/lib/bootagent']) mkdirSync(join(root, folder), { recursive: true });
        const config = `datasource_list: [Ec2]\ndatasource: {Ec2: ${policy}}\n`;
        writeFileSync(join(root, 'etc/bootagent/bootagent.yaml'), config);
        writeFileSync(join(root, 'var/lib/bootagent/fresh'), '');
        await withNetns(1, async (here) => {
          assert.ok(here);
          here.ip('addr', 'add', '169.254.169.254/32', 'dev', 'lo');
          const faults = [{ does: 'status', status: 503 }];
          const service = here.start('serve.ts', { host: '169.254.169.254', port: 80, dialects: ['imdsv1'], faults });
          await service.line(/^ready/);
          const requests = () => service.lines.filter((line) => / GET /.test(line)).length;
          const run = (...stages: readonly string[]) =>
            here.run([process.execPath, agent, 'run', ...stages, '--root', root]).ended;
          await run('early', 'main');
          const before = requests();
          assert.equal(before, 4);
          const { tries: kept } = JSON.parse(readFileSync(join(root, 'var/lib/bootagent/tries.json'), 'utf8'));
          assert.equal(kept.ec2.failed, before);
          await run('final');
          assert.equal(requests(), tries);
        });
      } finally {
        rmSync(root, { recursive: true });
      }
    });
  }
});
