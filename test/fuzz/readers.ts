import { globMatcher } from '../../agent/base/glob-pattern.ts';
import { openFat } from '../../agent/block/fat.ts';
import type { ImageBytes } from '../../agent/block/image-bytes.ts';
import { openIso } from '../../agent/block/iso9660.ts';
import { unpackedImage } from '../../agent/block/qcow2.ts';
import { filesystemIn } from '../../agent/block/signatures.ts';
import { kernelOptions } from '../../agent/config/kernel-options.ts';
import { readNetworkConfig } from '../../agent/datasources/network-config.ts';
import { readAssignments } from '../../agent/datasources/shell-values.ts';
import { editFstab } from '../../agent/edits/fstab.ts';
import { mountsIn } from '../../agent/host/mountinfo.ts';
import { fieldsOf } from '../../agent/host/passwd.ts';
import { fromJson } from '../../agent/identity/instance-json.ts';
import { layoutOf } from '../../agent/image/doctor/disk-layout.ts';
import { retryAfter } from '../../agent/metadata/backoff.ts';
import { summaryIn } from '../../agent/report/read-summary.ts';
import { keysIn } from '../../agent/resources/ssh/authorized-keys-file.ts';
import { readKeyLine } from '../../agent/resources/ssh/key-line.ts';
import { keysFileOf, sshdDirectives } from '../../agent/resources/ssh/sshd-config.ts';
import { openState } from '../../agent/state/state.ts';
import { memoryStore } from '../../agent/state/store.ts';
import { render } from '../../agent/userdata/jinja/render.ts';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';
import { facts } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';

/** A reader of external input: for any input, it ends soon and throws no error other than a Problem. */
export interface Reader {
  readonly name: string;
  /** Its inputs per hundred: a reader with few lines of code needs few. */
  readonly share: number;
  read(input: string & Uint8Array): unknown;
  readonly seeds: readonly (string | Uint8Array)[];
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const bob = { name: 'bob', uid: 1000, gid: 1000, home: '/home/bob', shell: '/bin/sh' };
export const image = (bytes: Uint8Array): ImageBytes => ({
  size: bytes.length,
  read: async (from, length) => Buffer.from(bytes.subarray(from, from + Math.max(0, length))),
});

function put(length: number, ...pieces: readonly (readonly [at: number, bytes: string | readonly number[]])[]): Buffer {
  const made = Buffer.alloc(length);
  for (const [at, bytes] of pieces) made.set(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, at);
  return made;
}

export const gptDisk = put(
  40_960,
  [450, [0xee, 0, 0, 0, 1, 0, 0, 0, 79]],
  [510, [0x55, 0xaa]],
  [512, 'EFI PART'],
  [584, [2]],
  [592, [4, 0, 0, 0, 128]],
  [1024, 'type of a partition'],
  [1056, [34, 0, 0, 0, 0, 0, 0, 0, 60]],
);
export const qcow2 = put(
  65_536 * 3,
  [0, 'QFI\xfb'],
  [7, [3]],
  [23, [9]],
  [28, [1]],
  [39, [1]],
  [46, [2]],
  [103, [104]],
  [512, [0, 0, 0, 0, 0, 0, 4]],
);
export const iso = put(
  2048 * 24,
  [16 * 2048, '\x01CD001'],
  [16 * 2048 + 129, [8]],
  [16 * 2048 + 128, [0, 8]],
  [16 * 2048 + 156, [34, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 8]],
  [16 * 2048 + 181, [2]],
  [16 * 2048 + 188, [1]],
  [17 * 2048, '\xffCD001'],
  [20 * 2048, [34, 0, 21, 0, 0, 0, 0, 0, 0, 0, 64]],
  [20 * 2048 + 32, [1, 65]],
);
export const fat = put(
  2048 * 64,
  [0, [0xeb, 0x3c, 0x90]],
  [11, [0, 2, 1, 1, 0, 2, 16, 0, 0, 1, 0xf8, 1]],
  [510, [0x55, 0xaa]],
);

const userData: readonly string[] = [
  '#cloud-config\nusers:\n- {name: a, groups: [b], ssh_authorized_keys: ["ssh-ed25519 AAAA a"]}\nwrite_files: [{path: /a, content: x}]\n',
  '#cloud-config\nruncmd: [[ls, -l], "a && b"]\nmounts: [[vdb, /a]]\nyum_repos: {r: {baseurl: "http://a/"}}\nntp: {servers: [a]}\n',
  '## template: jinja\n#cloud-config\nhostname: {{ v1.a }}\n',
  '#cloud-config-archive\n- {type: text/cloud-config, content: "a: 1"}\n- "#!/bin/sh"\n',
  'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/x-shellscript\n\n#!/bin/sh\n--B--\n',
  '#include\nhttp://h/a\n',
  '#!/bin/sh\necho hi\n',
];

export const readers: readonly Reader[] = [
  {
    name: 'user-data',
    share: 12,
    seeds: userData,
    read: (text) => readUserData(Buffer.from(text), { source: 'user-data', variables: { v1: { a: 1 } } }),
  },
  { name: 'validate', share: 3, seeds: userData, read: (text) => validate(Buffer.from(text), 'user-data', schedule) },
  {
    name: 'jinja',
    share: 10,
    seeds: [
      'a {{ v1.a }} {# c #} {{- b["c"] -}} {% if %}',
      '{% for a in v1.a if a %}{{ loop.index ~ (a|upper) }}{% else %}{% endfor %}{% set x = [1, {}] %}',
    ],
    read: (text) => render(text, { v1: { a: [1, { b: null }] } }),
  },
  {
    name: 'network-config',
    share: 10,
    seeds: [
      JSON.stringify({
        version: 2,
        ethernets: {
          eth0: {
            dhcp4: true,
            match: { name: 'e*' },
            addresses: ['10.0.0.1/8'],
            routes: [{ to: 'default', via: '10.0.0.2' }],
          },
        },
      }),
      JSON.stringify({
        version: 1,
        config: [
          { type: 'physical', name: 'eth0', subnets: [{ type: 'static', address: '10.0.0.1', netmask: '255.0.0.0' }] },
        ],
      }),
    ],
    read: (text) => readNetworkConfig(json(text), facts()),
  },
  {
    name: 'sshd_config',
    share: 8,
    seeds: [
      'PermitRootLogin no\nInclude /etc/ssh/sshd_config.d/*.conf\nMatch User b*,!c\nAuthorizedKeysFile .ssh/a %h/b\n',
    ],
    read: async (text) =>
      keysFileOf(
        bob,
        await sshdDirectives(
          memoryHost({ files: { '/etc/ssh/sshd_config': text, '/etc/ssh/sshd_config.d/a.conf': text } }),
        ),
      ),
  },
  {
    name: 'glob',
    share: 10,
    seeds: ['a[!b-d]*?[[:alpha:]]\\*'],
    read: (text) => globMatcher(text)(text.slice(0, 200)),
  },
  {
    name: 'ssh keys',
    share: 5,
    seeds: ['command="a",no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V a\n'],
    read: (text) => [readKeyLine(text), keysIn(text)],
  },
  {
    name: 'state',
    share: 5,
    seeds: [
      '{"is":"format","version":1}\n{"is":"began","module":"a","scope":"b"}\n{"is":"act","module":"a","scope":"b","key":"c","entry":{"is":"began"}}\n{"is":"turn","module":"a","scope":"b","hash":"c","failed":{}}\n',
    ],
    read: (text) => openState(memoryStore(new Map([['journal.ndjson', text]]))),
  },
  {
    name: 'status',
    share: 3,
    seeds: [
      '{"schema_version":1,"state":"done","stages":["local"],"modules":{"a":{"state":"changed","ms":1,"problems":[],"items":[]}}}',
    ],
    read: (text) => summaryIn(text),
  },
  {
    name: 'instance',
    share: 3,
    seeds: [
      '{"id":"i","datasource":"ec2","publicKeys":["k"],"vendorData":["YQ=="],"secrets":[],"metadata":{},"userData":"YQ=="}',
    ],
    read: (text) => fromJson(json(text)),
  },
  {
    name: 'kernel tables',
    share: 5,
    seeds: [
      '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\nroot=/dev/vda1 bootagent.debug ds=nocloud;s=/a/\n',
    ],
    read: (text) => [mountsIn(text), kernelOptions(text), fieldsOf(text), retryAfter(text, 0)],
  },
  {
    name: 'fstab',
    share: 4,
    seeds: ['UUID=a / ext4 defaults 0 1\n# c\n/dev/b /c xfs nofail\t0 2\n'],
    read: (text) => editFstab(text, { syntax: 'fstab', entries: [], drop: [] } as never),
  },
  { name: 'assignments', share: 4, seeds: ['A=\'b c\'\nB="d\\""\nC=e # f\n'], read: (text) => readAssignments(text) },
  {
    name: 'disk images',
    share: 10,
    seeds: [gptDisk, qcow2],
    read: async (bytes) => layoutOf(await unpackedImage(image(bytes), 'x'), []),
  },
  { name: 'signatures', share: 2, seeds: [gptDisk], read: (bytes) => filesystemIn(bytes) },
  {
    name: 'drives',
    share: 6,
    seeds: [iso, fat],
    read: async (bytes) => {
      const file = { read: async (from: number, length: number) => bytes.subarray(from, from + Math.max(0, length)) };
      for (const volume of [await openIso(file), await openFat(file)]) {
        await volume?.list('/');
        await volume?.read('a');
      }
    },
  },
];
