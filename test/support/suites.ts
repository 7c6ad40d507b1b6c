import { globSync } from 'node:fs';
import { join } from 'node:path';

export interface Suite {
  /** What it proves, for CONTRIBUTING.md. */
  readonly shows: string;
  readonly files: string;
  /** Files that run only if they are named. */
  readonly except?: readonly string[];
  /** How many files run at the same time. */
  readonly concurrency: number;
  /** Run in a private mount namespace. */
  readonly ownMounts?: true;
  /** Start many agents: they are bundled once, as in the executable. */
  readonly bundles?: true;
  /** Compare the generated pages first. */
  readonly pages?: true;
  /** Why test/counts.json does not include its files. */
  readonly uncounted?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const cache = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../dist/compile-cache') };

/** Every suite of tests by its name: `npm run test:NAME`, and `npm test` for "unit". */
export const suites: Readonly<Record<string, Suite>> = {
  unit: {
    shows: 'all that needs neither root nor a machine',
    files: 'test/**/*.test.ts',
    concurrency: 3,
    pages: true,
    bundles: true,
    env: cache,
  },
  root: {
    shows: 'runs on this machine, as root',
    files: 'test/root/*.ts',
    concurrency: 1,
    ownMounts: true,
  },
  long: { shows: 'what waits, and many more cases', files: 'test/long/*.ts', concurrency: 2, ownMounts: true },
  // Alone: other tests copy all mounts into namespaces of their own, which keep a disk busy after it is unmounted here.
  growth: { shows: 'growth of every kind of disk', files: 'test/growth/*.ts', concurrency: 1, ownMounts: true },
  kill: {
    shows: 'a run killed at every system call',
    files: 'test/slow/*.ts',
    concurrency: 1,
    ownMounts: true,
    env: { BOOTAGENT_BINARY: 'dist/bootagent' },
    uncounted: 'a test for each system call that a run makes, some more or fewer each time',
  },
  packaging: { shows: 'the binary and the RPM', files: 'test/packaging/*.ts', concurrency: 1 },
  machine: { shows: 'containers that boot', files: 'test/machine/*.ts', concurrency: 1 },
  pool: { shows: 'a pool of HTCondor in containers', files: 'test/pool/*.ts', concurrency: 1 },
  vm: {
    shows: 'virtual machines',
    files: 'test/vm/*.ts',
    except: ['test/vm/given.ts'],
    concurrency: 1,
    ownMounts: true,
  },
};

/** The files of a suite; those named *.test.ts belong to the unit suite, wherever they are. */
export const filesIn = ({ files }: Suite): string[] =>
  globSync(files)
    .filter((path) => files.endsWith('.test.ts') || !path.endsWith('.test.ts'))
    .sort();
