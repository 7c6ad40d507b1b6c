import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sandbox, unable } from './support/sandbox.ts';

const skip = unable('useradd', 'visudo', 'su', 'unshare');

describe('names and owners as cloud-init takes them, on a real machine', { skip }, () => {
  test('a user whose name begins with a digit is created, gets sudo, and owns files', async () => {
    using machine = sandbox();
    const asked = `users:
  - {name: 3dlab, sudo: "ALL=(ALL) NOPASSWD:ALL"}
write_files:
  - {path: /opt/own, content: a, owner: "3dlab:3dlab", permissions: 420}
  - {path: /opt/user, content: a, owner: nobody}
  - {path: /opt/group, content: a, owner: ":adm"}
  - {path: /opt/games, content: a, owner: "games:"}
  - {path: /opt/none, content: a, owner: ""}
`;
    const { code, text } = await machine.agent(asked, '--force', '--only', 'users,write_files,write_files_deferred');
    assert.equal(code, 0, text);
    const stat = await machine.sh('stat -c "%n %U %G %a" /opt/own /opt/user /opt/group /opt/games /opt/none');
    assert.deepEqual(stat.text.trim().split('\n'), [
      '/opt/own 3dlab 3dlab 644',
      '/opt/user nobody root 644',
      '/opt/group root adm 644',
      '/opt/games games root 644',
      '/opt/none root root 644',
    ]);
    const sudo = await machine.sh('visudo -c; su 3dlab -c "sudo -n id -un"');
    assert.match(sudo.text, /^root$/m);
  });
});
