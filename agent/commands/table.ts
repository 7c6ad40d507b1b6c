import type { Command, Option } from './command.ts';
import { inspecting } from './inspecting.ts';
import { formatOption as format, rootOption as root } from './options.ts';

const planning: readonly Option[] = [
  root,
  { name: 'user-data', value: 'FILE', summary: 'take the user-data from FILE ("-": standard input) and ask no source' },
  { name: 'seed', value: 'DIR', summary: 'take meta-data and user-data from a NoCloud seed in DIR' },
  { name: 'datasource', value: 'NAME', summary: 'ask this source and no other' },
  { name: 'facts', value: 'FILE', summary: 'plan for the machine whose "bootagent facts" are in FILE' },
  { name: 'only', value: 'MODULE', summary: 'take only these modules (names with commas between)' },
  { name: 'as-new', summary: 'forget what was done before: what would a first boot do now?' },
  { name: 'force', summary: 'go through everything again, scripts too, even where bootagent is disabled' },
  { name: 'detailed-exitcode', summary: 'exit 10 when changes are due (with --dry-run)' },
  { name: 'debug', summary: 'print also the modules that were applied before' },
  format,
];

const showSecrets = { name: 'show-secrets', summary: 'print passwords, keys and tokens too' } as const;

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  {
    name: 'run',
    summary: 'bring this machine to what its metadata and configuration ask',
    takes: '[STAGE...]',
    options: [
      { name: 'dry-run', summary: 'print what is due and change nothing' },
      { name: 'retry-failed', summary: 'only what failed before' },
      ...planning,
    ],
    details:
      'Goes through the stages local, early, main and final, or those named. What matches the configuration stays unchanged, modules that were applied for this instance are not applied again, and scripts are never run again because they failed.',
    examples: ['bootagent run --dry-run', 'bootagent run --root /mnt/image --user-data worker.yaml'],
    load: () => import('./run.ts'),
  },
  {
    name: 'plan',
    summary: 'the same as run --dry-run: print what is due and change nothing',
    takes: '[STAGE...]',
    options: planning,
    details: 'Compares the machine by the same code that a run uses, and cannot write.',
    examples: ['bootagent plan --as-new', 'bootagent plan --user-data - < worker.yaml'],
    load: async () => {
      const { run } = await import('./run.ts');
      return { run: (given, around) => run({ ...given, options: { ...given.options, 'dry-run': '' } }, around) };
    },
  },
  {
    name: 'status',
    summary: 'how the last boot went, what runs now, and what failed',
    options: [
      { name: 'wait', summary: 'wait until the run at work has ended' },
      { name: 'timeout', value: 'SECONDS', summary: 'wait no longer than this (exit 124)' },
      root,
      format,
    ],
    details:
      'Exits 0 when all is done or still going on, 1 when something failed or a stage of the boot never ran, 2 when it is done with problems, 3 when bootagent is disabled or has not run.',
    load: () => import('./status.ts'),
  },
  {
    name: 'why',
    summary: 'why the last boot failed, in at most ten lines',
    options: [root, format],
    details:
      'Prints the cause, the command with the last line of its errors, the line of the user-data for root, the log and what to do about it. The same lines are on the console and above the login prompt while something is wrong. Exits as status does.',
    examples: ['bootagent why', 'bootagent why --format json'],
    load: () => import('./why.ts'),
  },
  ...inspecting,
  {
    name: 'detect',
    summary: 'which datasources there are, and what was detected of each',
    options: [root, format],
    details: 'Looks at seeds, drives, firmware and the kernel command line. It makes no request.',
    load: () => import('./detect.ts'),
  },
  {
    name: 'query',
    summary: 'a value of the metadata of this instance',
    takes: '[PATH]',
    options: [
      { name: 'list-keys', summary: 'print the names of the values at PATH, without the values' },
      { name: 'template', value: 'TEXT', summary: 'print this Jinja template, rendered with the metadata' },
      root,
      format,
    ],
    details:
      'Prints the metadata of the last boot, by the names that templates use; without a path, all of it. Secrets are shown to root only. A value that was not fetched at boot (such as ds.meta_data.public-ipv4) is requested from the metadata service, for root only.',
    examples: [
      'bootagent query v1.instance_id',
      'bootagent query ds.meta_data.local-ipv4',
      "bootagent query --template '{{ v1.region }}-{{ v1.instance_id }}'",
    ],
    load: () => import('./query.ts'),
  },
  {
    name: 'facts',
    summary: 'the facts of this machine, as JSON',
    options: [root, format],
    details:
      'The same facts that plans are made from. Kept in a file, they let "bootagent plan --facts FILE" plan for this machine elsewhere.',
    load: () => import('./facts.ts'),
  },
  {
    name: 'config',
    summary: 'the merged configuration, with the file and line each value comes from',
    options: [root, { name: 'user-data', value: 'FILE', summary: 'lay this user-data over it' }, showSecrets, format],
    details:
      'Secrets are printed as "(hidden)" unless --show-secrets is given. Layers, least important first: /usr/lib/bootagent/conf.d, /etc/bootagent/bootagent.yaml, /etc/bootagent/conf.d, /run/bootagent/conf.d, vendor-data, user-data.',
    load: () => import('./config.ts'),
  },
  {
    name: 'validate',
    summary: 'everything that is wrong with user-data, with line and column, on any machine',
    takes: 'FILE...',
    options: [
      {
        name: 'image-config',
        summary:
          'the files are configuration of an image, as are those below etc/bootagent: they need no #cloud-config line',
      },
      {
        name: 'template',
        summary:
          'Terraform, Ansible or Helm still fills in the files: every mark of their templates counts as a value not yet known',
      },
      { name: 'strict', summary: 'exit 4 for warnings too' },
      {
        name: 'format',
        value: 'FORMAT',
        values: ['text', 'json', 'github', 'sarif'],
        summary: 'text (default), json, github (annotations of a workflow run) or sarif (code scanning)',
      },
    ],
    details:
      'Reads user-data of every form as a boot would, and needs neither root nor a network. Exits 4 when there are errors, and with --strict when there are warnings.',
    examples: [
      'bootagent validate worker.yaml',
      'bootagent validate --template user-data.yaml.tftpl',
      'bootagent validate --strict --format github user-data/*.yaml',
    ],
    load: () => import('./validate.ts'),
  },
  {
    name: 'explain',
    summary: 'what a problem code means and what to do about it',
    takes: '[CODE]',
    options: [format],
    details: 'Without a code: all of them.',
    load: () => import('./explain.ts'),
  },
  {
    name: 'reset',
    summary: 'forget what was done, so that the next boot of this machine is a first boot again',
    options: [{ name: 'yes', summary: 'do it; without this it is only printed' }, root, format],
    details:
      'Keeps the machine as it is: files, users and host keys stay. To make an image of a machine, use "bootagent seal".',
    load: () => import('./reset.ts'),
  },
  {
    name: 'seal',
    summary: 'remove the identity of this machine, or of an image tree, before it is saved as an image',
    options: [
      { name: 'yes', summary: 'do it; without this it is only printed' },
      { name: 'force', summary: 'even a machine in service' },
      { name: 'list', summary: 'the operations, and why there is each of them' },
      { name: 'only', value: 'NAMES', summary: 'only these operations (with commas between)' },
      { name: 'skip', value: 'NAMES', summary: 'all but these' },
      { name: 'poweroff', summary: 'power the machine off when all went well' },
      root,
      format,
    ],
    details:
      'Removes or empties what instances must not share: keys, identities, leases, logs, histories, the default user. Works on a running machine, in an installer’s chroot and on a mounted image, and can be run again and again. Links are not followed and foreign mounts are left alone.',
    examples: [
      'bootagent seal',
      'bootagent seal --yes --poweroff',
      'bootagent seal --root /mnt/image --yes --skip firewall',
    ],
    load: () => import('./seal.ts'),
  },
  {
    name: 'doctor',
    summary: 'check that an image has what it needs, and nothing that belongs to one machine',
    options: [
      { name: 'disk', value: 'FILE', summary: 'look at this disk or disk image (raw or qcow2) too' },
      { name: 'only', value: 'NAMES', summary: 'only these checks (with commas between)' },
      { name: 'skip', value: 'NAMES', summary: 'all but these' },
      { name: 'list', summary: 'the checks, and why there is each of them' },
      { name: 'fix', summary: 'repair what can be repaired without harm' },
      { name: 'dry-run', summary: 'with --fix: print what would be repaired' },
      root,
      { ...format, values: ['text', 'json', 'junit'], summary: 'text (default), json or junit' },
    ],
    details:
      'What cannot be seen is "not checked", never passed: a tree of files shows no partitions, and a disk no files. Exits 1 when there are errors; warnings do not count.',
    examples: [
      'bootagent doctor',
      'bootagent doctor --root /mnt/image --disk image.qcow2',
      'bootagent doctor --root /mnt/image --fix --dry-run',
    ],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'migrate',
    summary: 'the configuration of an image, made from that of cloud-init',
    takes: '[FOLDER]',
    options: [
      { name: 'write', summary: 'install it as /etc/bootagent/conf.d/50-cloud-init.yaml' },
      { name: 'force', summary: 'with --write: replace the file if it exists' },
      showSecrets,
      format,
      root,
    ],
    details:
      'Merges cloud.cfg and cloud.cfg.d/*.cfg of /etc/cloud, or of FOLDER, and prints a comment for each key: taken, or left out and why. Secrets are printed as "(hidden)" unless --show-secrets is given; --write keeps them.',
    load: () => import('./migrate.ts'),
  },
  {
    name: 'version',
    summary: 'the version of bootagent',
    options: [format],
    details: 'Prints "bootagent" and the version.',
    load: () => import('./version.ts'),
  },
];
