import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { withNetns } from './netns.ts';

/** Runs a guest that waits for its address, which arrives after `seconds`: the next check of the network sends a request. */
export const lateAddress = (seconds: number): Promise<void> =>
  withNetns(1, async (here) => {
    assert.ok(here);
    const service = here.start('serve.ts', { host: '::', port: 80, dialects: ['imdsv1'] });
    await service.line(/^ready/);
    const guest = here.start('guest.ts', { named: ['Ec2'], budgetMs: 120_000 });
    await guest.line(/^began/);
    // The test is about real time that passes.
    await pause(seconds * 1_000);
    const there = Date.now();
    here.ip('addr', 'add', '169.254.169.254/32', 'dev', 'lo');
    const { id, notes } = JSON.parse(await guest.line(/^\{/));
    assert.equal(id, 'i-0abc');
    const first = Number((await service.line(/instance-id/)).split(' ')[0]);
    // It checks every 200 ms; more than ten times that is a hang.
    assert.ok(first - there < 3_000, `${first - there} ms`);
    // No attempt was counted, so no pause has grown.
    assert.doesNotMatch(notes.join('\n'), /attempt 1/);
  });
