import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { googleKeys } from '../../agent/datasources/google-keys.ts';

const notes: string[] = [];
const keysIn = (own: object, project: object = {}) => {
  notes.length = 0;
  const host = { clock: () => Date.UTC(2026, 5, 1) };
  const note = (_level: string, text: string): void => void notes.push(text);
  // Only the clock of the host is used.
  const ask = { host, note } as unknown as Parameters<typeof googleKeys>[0];
  return googleKeys(ask, { instance: { attributes: own }, project: { attributes: project } });
};

suite('the keys of Compute Engine', () => {
  for (const [claim, own, project, expected] of [
    ['name their users', { 'ssh-keys': 'alice:k1\nbob:k2\nalice:k3' }, {}, { alice: ['k1', 'k3'], bob: ['k2'] }],
    ['of the project come after', { 'ssh-keys': 'alice:k1' }, { 'ssh-keys': 'alice:k2' }, { alice: ['k1', 'k2'] }],
    [
      'of the project can be blocked',
      { 'ssh-keys': 'a:k1', 'block-project-ssh-keys': 'TRUE' },
      { 'ssh-keys': 'a:k2' },
      { a: ['k1'] },
    ],
    ['of the old name replace those of the project', { sshKeys: 'a:k1' }, { 'ssh-keys': 'a:k2' }, { a: ['k1'] }],
    ['are none where nothing is set', {}, {}, undefined],
  ] as const) {
    test(claim, () => assert.deepEqual(keysIn(own, project), { lines: [], ...(expected && { byUser: expected }) }));
  }

  test('of "cloudinit" go to the default user', () => {
    assert.deepEqual(keysIn({ 'ssh-keys': 'cloudinit:k1\nbob:k2' }), { lines: ['k1'], byUser: { bob: ['k2'] } });
  });

  test('without a user are reported', () => {
    assert.deepEqual(keysIn({ 'ssh-keys': 'ssh-rsa AAAA' }), { lines: [] });
    assert.deepEqual(notes, ['a key of the metadata names no user: left out: ssh-rsa AAAA']);
  });

  test('that have expired are left out', () => {
    const key = (time: string) => `a:ssh-rsa AAAA google-ssh {"userName":"a@x","expireOn":"${time}"}`;
    assert.deepEqual(keysIn({ 'ssh-keys': key('2026-05-31T00:00:00+0000') }), { lines: [] });
    assert.deepEqual(notes, ['a key of a in the metadata has expired: left out']);
    for (const time of ['2026-06-02T00:00:00+0000', 'soon']) {
      assert.equal(keysIn({ 'ssh-keys': key(time) }).byUser?.a?.length, 1);
    }
  });

  for (const [own, project] of [
    [{ 'enable-oslogin': 'TRUE' }, {}],
    [{}, { 'enable-oslogin': 'true' }],
  ]) {
    test(`are left out with OS Login, and that is reported: ${JSON.stringify([own, project])}`, () => {
      assert.deepEqual(keysIn({ ...own, 'ssh-keys': 'a:k1' }, project), { lines: [] });
      assert.match(
        notes.join(),
        /^OS Login is enabled, which bootagent does not set up; SSH keys of the metadata left out: 1$/,
      );
    });
  }

  test('are used where the instance turns OS Login off', () => {
    const { byUser } = keysIn({ 'enable-oslogin': 'FALSE', 'ssh-keys': 'a:k1' }, { 'enable-oslogin': 'TRUE' });
    assert.deepEqual(byUser, { a: ['k1'] });
  });
});
