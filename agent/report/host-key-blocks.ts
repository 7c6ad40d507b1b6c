import type { Host } from '../host/host.ts';
import * as readFs from '../host/read-fs.ts';
import { fingerprintLine } from '../resources/ssh/key-fingerprint.ts';
import { readKeyLine } from '../resources/ssh/key-line.ts';

const folder = '/etc/ssh';

/** Returns the public host keys between the marks that cloud-init prints, by which readers of a console log find them. */
export function hostKeyBlocks({ root }: Host): string[] {
  const names = readFs.listFolder(root, folder).filter((name) => /^ssh_host_\w+_key\.pub$/.test(name));
  const keys = names
    .toSorted()
    .map((name) => readKeyLine(readFs.readText(root, `${folder}/${name}`) ?? ''))
    .filter((line) => typeof line !== 'string');
  if (keys.length === 0) return [];
  return [
    ...block(
      'FINGERPRINTS',
      keys.map(({ key, comment }) => fingerprintLine(key, comment)),
    ),
    ...block(
      'KEYS',
      keys.map(({ text }) => text),
    ),
  ];
}

const block = (what: string, lines: readonly string[]): string[] => [
  `-----BEGIN SSH HOST KEY ${what}-----`,
  ...lines.map((line) => line.replace(/[^ -~]/g, '?')),
  `-----END SSH HOST KEY ${what}-----`,
];
