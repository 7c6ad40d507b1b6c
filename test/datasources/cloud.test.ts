import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { cloud } from '../../agent/datasources/cloud.ts';
import type { Marks } from '../../agent/datasources/declaration.ts';
import type { Platform } from '../../agent/facts/facts.ts';
import { facts } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';

const never = async (): Promise<never> => assert.fail('detection loads no declaration');

async function detected(marks: Marks, platform: Partial<Platform>, files: Readonly<Record<string, string>> = {}) {
  const host = memoryHost({ files });
  const machine = facts({ platform: { ...facts().platform, ...platform } });
  const because = await cloud('Cloud', marks, never).detect(machine, host, {});
  assert.equal(host.asked.length, 0);
  return because;
}

suite('cloud(): detection by marks, without loading the declaration', () => {
  for (const [marks, platform, because] of [
    [{ vendor: ['Cloud'] }, { vendor: 'Cloud' }, 'DMI vendor is Cloud'],
    [{ vendor: ['Cloud'] }, { vendor: 'Cloudy' }, undefined],
    [{ vendor: ['Cloud'] }, { product: 'Cloud' }, undefined],
    [{ product: ['Cloud*'] }, { product: 'Cloud KVM' }, 'DMI product is Cloud KVM'],
    [{ product: ['A', 'B'] }, { product: 'B' }, 'DMI product is B'],
    [{ serial: ['Cloud-*'] }, { serial: 'Cloud-7' }, 'DMI serial is Cloud-7'],
    [{ chassis: ['cloud.com'] }, { chassis: '' }, undefined],
    [{ kernelWord: 'cloud' }, { kernelCommandLine: 'ro cloud quiet' }, 'the kernel command line has "cloud"'],
    [{ kernelWord: 'cloud' }, { kernelCommandLine: 'ro cloud=1 mycloud' }, undefined],
  ] as const) {
    test(`${JSON.stringify(marks)} on ${JSON.stringify(platform)}: ${because}`, async () => {
      assert.equal(await detected(marks, platform), because);
    });
  }

  test('a file that only this cloud creates', async () => {
    assert.equal(await detected({ paths: ['/etc/cloud'] }, {}, { '/etc/cloud': '' }), 'there is /etc/cloud');
    assert.equal(await detected({ paths: ['/etc/cloud'] }, {}), undefined);
  });

  test('in a container, DMI is that of the machine around it', async () => {
    const files = { '/run/systemd/container': 'lxc', '/etc/cloud': '' };
    assert.equal(await detected({ vendor: ['Cloud'] }, { vendor: 'Cloud' }, files), undefined);
    assert.equal(
      await detected({ vendor: ['Cloud'], paths: ['/etc/cloud'] }, { vendor: 'Cloud' }, files),
      'there is /etc/cloud',
    );
  });
});
