import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { cloudConfig } from '../support/cloud-config.ts';
import { faultsIn, type Schema } from '../support/json-schema.ts';
import { fromShared } from '../support/shared.ts';
import { plain, yaml } from '../support/written.ts';

const schema = JSON.parse(readFileSync('docs/schema/cloud-config.json', 'utf8')) as Schema;
const faults = (text: string): readonly string[] => {
  const { written } = yaml(text);
  return faultsIn(written ? plain(written) : undefined, schema);
};

describe('the published schema', () => {
  test('takes what is right', () => {
    const known = cloudConfig.replace(/^defaults:.*\n/m, '').replace('<<: *defaults', 'owner: root:root');
    assert.deepEqual(faults(known), []);
    assert.deepEqual(
      faults('ntp: {enabled: on, servers: [a]}\nspread: 90\npower_state: {mode: reboot, condition: [a]}'),
      [],
    );
    assert.deepEqual(faults('ca_certs: ~\nphone_home: {url: "http://h", post: all}'), []);
  });

  test('marks what is misspelt, of another sort, or missing', () => {
    assert.deepEqual(faults('timezne: UTC'), ['.timezne']);
    assert.deepEqual(faults('ntp: {servrs: [a]}'), ['.ntp']);
    assert.deepEqual(faults('write_files: [{content: a}]'), ['.write_files']);
    assert.deepEqual(faults('timezone: ../x'), ['.timezone']);
  });

  const guide = fromShared('seeds/000_fe066cbeaae0dc3a.txt');
  test("takes the CentOS 6 image's user-data", { skip: guide.skip }, () => {
    const documents = [...guide.text().matchAll(/```yaml\n(#cloud-config\n[\s\S]*?)```/g)];
    assert.equal(documents.length, 4);
    for (const [, document = ''] of documents) assert.deepEqual(faults(document), []);
  });
});
