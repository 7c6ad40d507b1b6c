import type { Given, MemoryHost, Program } from '../memory-host.ts';

/** The minimum of shadow-utils, on the tables of a memory host; test/root uses the real programs. */
export const accountPrograms: Readonly<Record<string, Program>> = {
  groupadd: (args, machine) => {
    const { options, name } = read(args);
    append(machine, '/etc/group', `${name}:x:${options.get('--gid') ?? next(machine, '/etc/group')}:`);
  },
  useradd: (args, machine) => {
    const { options, name } = read(args);
    const uid = options.get('--uid') ?? next(machine, '/etc/passwd');
    const group = options.get('--gid');
    if (group === undefined) append(machine, '/etc/group', `${name}:x:${uid}:`);
    const gid = group === undefined ? uid : (lineOf(machine, '/etc/group', group)?.[2] ?? group);
    const home = options.get('--home-dir') ?? `/home/${name}`;
    const fields = [name, 'x', uid, gid, options.get('--comment') ?? '', home, options.get('--shell') ?? '/bin/bash'];
    append(machine, '/etc/passwd', fields.join(':'));
    const dates = `20000:0:99999:7:${options.get('--inactive') ?? ''}:${dayOf(options)}`;
    if (machine.nodes.has('/etc/shadow')) append(machine, '/etc/shadow', `${name}:!:${dates}:`);
    for (const each of options.get('--groups')?.split(',') ?? []) join(machine, each, name);
    if (!args.includes('--no-create-home')) {
      put(machine, home, Number(uid), Number(gid));
    }
  },
  usermod: (args, machine) => {
    const { options, name } = read(args);
    const set = (table: string, field: number, value: string) =>
      edit(machine, table, name, (line) => line.with(field, value));
    const shell = options.get('--shell');
    const comment = options.get('--comment');
    const group = options.get('--gid');
    if (shell !== undefined) set('/etc/passwd', 6, shell);
    if (comment !== undefined) set('/etc/passwd', 4, comment);
    if (group !== undefined) set('/etc/passwd', 3, lineOf(machine, '/etc/group', group)?.[2] ?? group);
    if (options.has('--expiredate')) set('/etc/shadow', 7, dayOf(options));
    if (options.has('--inactive')) set('/etc/shadow', 6, options.get('--inactive') ?? '');
    for (const each of options.get('--groups')?.split(',') ?? []) join(machine, each, name);
    const hash = lineOf(machine, '/etc/shadow', name)?.[1] ?? '';
    if (args.includes('--lock') && !hash.startsWith('!')) set('/etc/shadow', 1, `!${hash}`);
    if (args.includes('--unlock')) set('/etc/shadow', 1, hash.slice(1));
  },
  chpasswd: (args, machine, input) => {
    const [, name = '', password = ''] = /^([^:]+):(.*)\n$/s.exec(input) ?? [];
    if (!lineOf(machine, '/etc/passwd', name)) return { code: 1, stderr: `line 1: user '${name}' does not exist` };
    const hash = args.includes('--encrypted') ? password : `$y$of$${Buffer.from(password).toString('hex')}`;
    if (!lineOf(machine, '/etc/shadow', name)) append(machine, '/etc/shadow', `${name}::20000:::::`);
    edit(machine, '/etc/shadow', name, (line) => line.with(1, hash));
    return undefined;
  },
  userdel: (args, machine) => {
    const { name } = read(args);
    for (const path of ['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow']) {
      write(
        machine,
        path,
        tableOf(machine, path).filter(([first]) => first !== name),
      );
    }
  },
  groupmod: (args, machine) => {
    append(machine, '/etc/gshadow', `${read(args).name}:!::`);
  },
  chage: (args, machine) => {
    const { name } = read(args);
    edit(machine, '/etc/shadow', name, (line) => line.with(2, '0'));
  },
  visudo: () => '',
  dd: () => '',
  systemctl: () => '',
};

/** Returns a machine with root alone, and the programs that create other accounts. */
export const peopled = (own: Given = {}): Given => ({
  ...own,
  files: {
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    '/etc/group': 'root:x:0:\nadm:x:4:\nsystemd-journal:x:190:\n',
    '/etc/shadow': 'root:$6$a$b:20000:0:99999:7:::\n',
    '/etc/sudoers': '#includedir /etc/sudoers.d\n',
    '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\n',
    ...own.files,
  },
  programs: { ...accountPrograms, ...own.programs },
});

const flags = [
  '--system',
  '--no-create-home',
  '--create-home',
  '--no-user-group',
  '--no-log-init',
  '--append',
  '--lock',
  '--unlock',
  '--encrypted',
];

function read(args: readonly string[]): { options: Map<string, string>; name: string } {
  const options = new Map<string, string>();
  for (let at = 0; at < args.length - 1; at++) {
    const word = args[at] ?? '';
    if (!flags.includes(word)) options.set(word, args[++at] ?? '');
  }
  return { options, name: args.at(-1) ?? '' };
}

const tableOf = (machine: MemoryHost, path: string): string[][] =>
  (machine.text(path) ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':'));

const lineOf = (machine: MemoryHost, path: string, name: string) =>
  tableOf(machine, path).find(([first]) => first === name);

const next = (machine: MemoryHost, path: string): string =>
  String(Math.max(999, ...tableOf(machine, path).map((line) => Number(line[2]))) + 1);

function write(machine: MemoryHost, path: string, lines: readonly (readonly string[])[]): void {
  const node = machine.nodes.get(path);
  const bytes = new TextEncoder().encode(lines.map((line) => `${line.join(':')}\n`).join(''));
  if (node) node.bytes = bytes;
}

const append = (machine: MemoryHost, path: string, line: string): void =>
  write(machine, path, [...tableOf(machine, path), line.split(':')]);

const edit = (machine: MemoryHost, path: string, name: string, change: (line: string[]) => string[]): void =>
  write(
    machine,
    path,
    tableOf(machine, path).map((line) => (line[0] === name ? change(line) : line)),
  );

function join(machine: MemoryHost, group: string, user: string): void {
  for (const table of ['/etc/group', '/etc/gshadow']) {
    edit(machine, table, group, (line) => {
      const members = (line[3] ?? '').split(',').filter(Boolean);
      return line.with(3, [...new Set([...members, user])].join(','));
    });
  }
}

function put(machine: MemoryHost, path: string, uid: number, gid: number): void {
  const root = machine.nodes.get('/');
  if (root) machine.nodes.set(path, { ...root, mode: 0o700, uid, gid });
}

const dayOf = (options: ReadonlyMap<string, string>): string => {
  const date = options.get('--expiredate');
  return date === undefined ? '' : String(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
};
