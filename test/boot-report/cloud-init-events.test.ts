import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cloudInitEvents } from '../../agent/boot-report/cloud-init-events.ts';
import { hostileTimeline, timelineOfBoot } from '../support/timelines.ts';

const bootedAt = Date.UTC(2026, 10, 30, 1, 2, 0);
const events = () => cloudInitEvents(timelineOfBoot(), 'problems', bootedAt);

describe('the events of cloud-init', () => {
  test('name stages and modules as cloud-init does, each with its start and its finish', () => {
    assert.deepEqual(
      events().map(({ name, event_type, result = '' }) => `${name} ${event_type} ${result}`.trim()),
      [
        'init-local start',
        'init-local/config-growpart start',
        'init-local/config-growpart finish SUCCESS',
        'init-local finish SUCCESS',
        'init-network start',
        'init-network/config-users_groups start',
        'init-network/config-users_groups finish SUCCESS',
        'init-network/config-swap start',
        'init-network/config-swap finish SUCCESS',
        'init-network finish SUCCESS',
        'modules-final start',
        'modules-final/config-package_update_upgrade_install start',
        'modules-final/config-package_update_upgrade_install finish SUCCESS',
        'modules-final/config-runcmd start',
        'modules-final/config-runcmd finish WARN',
        'modules-final finish WARN',
      ],
    );
  });

  test('have the members of cloud-init, and the times at which it happened', () => {
    const [start] = events();
    assert.deepEqual(start, {
      name: 'init-local',
      description: 'running stage init-local',
      event_type: 'start',
      origin: 'bootagent',
      timestamp: bootedAt / 1000 + 2.13,
    });
    const finish = events().find(({ name, event_type }) => name === 'init-network' && event_type === 'finish');
    assert.equal(finish?.timestamp, bootedAt / 1000 + 6.595, 'the stages early and main are one stage of cloud-init');
  });

  test('of a boot that failed outside of its modules end with FAIL', () => {
    assert.equal(cloudInitEvents(timelineOfBoot(), 'failed', bootedAt).at(-1)?.result, 'FAIL');
  });

  test('of a boot without stages are none', () => {
    assert.deepEqual(cloudInitEvents(hostileTimeline(), 'done', bootedAt), []);
  });
});
