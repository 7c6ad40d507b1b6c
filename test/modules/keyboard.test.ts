import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyboard } from '../../modules/keyboard.ts';
import { context } from '../support/facts.ts';
import { applied, laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan } from '../support/settings.ts';

const debian = context({ os: { id: 'debian', family: 'debian', version: '12', name: 'Debian 12' } });
const swiss = 'keyboard: {layout: ch, variant: fr, options: "ctrl:nocaps"}';

const programs = { systemctl: () => '' };

/** Returns a machine with these files after the plan was applied to it. */
async function after(yaml: string, where: typeof debian, files: Readonly<Record<string, string>>) {
  const host = memoryHost({ files, programs });
  await applied(plan(keyboard, yaml, where), host);
  return host;
}

describe('keyboard', () => {
  test('on Debian is set in /etc/default/keyboard; other lines stay', async () => {
    const path = '/etc/default/keyboard';
    const host = await after(swiss, debian, { [path]: 'XKBLAYOUT="us"\nXKBVARIANT=""\nBACKSPACE="guess"\n' });
    assert.equal(
      await host.readText(path),
      'XKBLAYOUT=ch\nXKBVARIANT=fr\nBACKSPACE="guess"\nXKBMODEL=pc105\nXKBOPTIONS=ctrl:nocaps\n',
    );
    assert.ok(host.did.includes('run systemctl --no-block try-restart console-setup.service'));
  });

  test('elsewhere is a keymap of the console and a section of X', async () => {
    const path = '/etc/vconsole.conf';
    const host = await after(swiss, context(), { [path]: 'KEYMAP="us"\nFONT="eurlatgr"\n' });
    assert.match((await host.readText(path)) ?? '', /^KEYMAP=ch-fr\nFONT="eurlatgr"\nXKBLAYOUT=ch\n/);
    assert.match(
      (await host.readText('/etc/X11/xorg.conf.d/00-keyboard.conf')) ?? '',
      /^Section "InputClass"\n(?: {8}.*\n)* {8}Option "XkbVariant" "fr"\n {8}Option "XkbOptions" "ctrl:nocaps"\nEndSection\n$/,
    );
    assert.ok(host.did.includes('run systemctl --no-block try-restart systemd-vconsole-setup.service'));
  });

  test('of several layouts gives the console the first', async () => {
    const host = await after('keyboard: {layout: "us,ch", variant: ",fr"}', context(), {});
    assert.match((await host.readText('/etc/vconsole.conf')) ?? '', /^KEYMAP=us\nXKBLAYOUT=us,ch\n/);
  });

  test('without a layout, or with one that would end a line, is refused', () => {
    assert.match(foundIn(keyboard, 'keyboard: {model: pc105}').join(), /keyboard.*layout/);
    assert.match(
      foundIn(keyboard, String.raw`keyboard: {layout: "us\nKEYMAP=x"}`).join(),
      /expected a layout such as us/,
    );
    assert.match(foundIn(keyboard, 'keyboard: {layout: "us\\"; reboot"}').join(), /expected a layout such as us/);
  });

  test('that is not asked for stays as it is', () => assert.deepEqual(plan(keyboard, 'a: 1'), []));
});

laws('keyboard, Debian', plan(keyboard, swiss, debian), () => memoryHost({ programs }));
laws('keyboard, elsewhere', plan(keyboard, swiss), () => memoryHost({ programs }));
