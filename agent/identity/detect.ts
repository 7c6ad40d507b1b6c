import { nearest } from '../base/nearest.ts';
import { asProblem } from '../base/problem.ts';
import { datasources } from '../datasources/index.ts';
import type { Facts } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';
import type { Datasource, DatasourceSettings } from '../metadata/datasource.ts';

/** The input of detection. */
export interface DetectContext {
  readonly host: ReadHost;
  readonly facts: Facts;
  /** The names in `datasource_list`, in any spelling; undefined without a list. */
  readonly named: readonly string[] | undefined;
  /** The settings of each datasource (`datasource: {Ec2: {...}}`), by name in any spelling. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The datasource from the command line: only this one is used, whatever is detected or listed. */
  readonly chosen?: string | undefined;
  /** In "local", before there is a network, only datasources on disks are queried. */
  readonly stage: 'local' | 'network';
  /** The seed directory; if it is given, no other place is used. */
  readonly seed?: string | undefined;
}

/** A datasource and the result of its detection. */
export interface Detection {
  readonly source: Datasource;
  /** Why it is queried; undefined if it is not. */
  readonly because: string | undefined;
  /** Whether the machine itself shows it, not only `datasource_list`. */
  readonly found: boolean;
}

/** A longer `datasource_list` is the default of a distribution: it restricts the datasources but selects none. */
export const mostNamed = 5;

/** Returns the detection of each allowed datasource, in query order. */
export async function detection(
  context: Pick<DetectContext, 'host' | 'facts' | 'named' | 'seed' | 'chosen' | 'settings'> & {
    /** Called with a sentence if the detection of a datasource fails; the others are not affected. */
    failed?(sentence: string): void;
  },
): Promise<readonly Detection[]> {
  const { host, facts, seed, chosen } = context;
  if (seed !== undefined) {
    return datasources
      .filter(({ name }) => name === 'nocloud')
      .map((source) => ({ source, because: `the seed ${seed} was named`, found: true }));
  }
  if (chosen !== undefined) {
    return datasources
      .filter((source) => isCalled(source, chosen))
      .map((source) => ({ source, because: `--datasource ${chosen}`, found: true }));
  }
  const named = namedByKernel(facts) ?? context.named;
  const allowed = named ? named.flatMap((name) => datasources.filter((source) => isCalled(source, name))) : datasources;
  const results = await Promise.all(
    allowed.map(async (source) => ({
      source,
      reason: await source.detect(facts, host, settingsFor(context, source)).catch((error) => {
        context.failed?.(`${source.name} cannot be detected: ${asProblem(error).message}`);
        return undefined;
      }),
    })),
  );
  const isFound = results.some(({ reason }) => reason !== undefined);
  return results.map(({ source, reason }) => {
    const probed = source.known === true && !isFound && named !== undefined && named.length <= mostNamed;
    return { source, because: reason ?? (probed ? 'named by the image' : undefined), found: reason !== undefined };
  });
}

/** Returns the name from `ds=nocloud`, `ci.datasource=Ec2` or similar on the kernel command line. */
function namedByKernel({ platform }: Facts): readonly string[] | undefined {
  const [, name] = /(?:^|\s)(?:bootagent\.ds|ds|ci\.ds|ci\.datasource)=([\w-]+)/.exec(platform.kernelCommandLine) ?? [];
  return name === undefined ? undefined : [name.replace(/^nocloud-net$/i, 'NoCloud')];
}

/** Returns warnings about unknown names. The long default list of a distribution contains many, so it is not checked. */
export function unknownNames({ named, stage }: DetectContext): readonly string[] {
  if (named === undefined || named.length > mostNamed || stage === 'local') return [];
  const known = datasources.map(({ alias }) => alias);
  return named
    .filter((name) => !datasources.some((source) => isCalled(source, name)))
    .map((name) => {
      const near = nearest(name, known);
      return `datasource_list names "${name}", which is not supported${near === undefined ? '' : `; did you mean "${near}"?`}`;
    });
}

const isCalled = ({ name, alias }: Datasource, word: string): boolean =>
  [name, alias.toLowerCase()].includes(word.toLowerCase());

/** Returns the settings of a datasource, by its name in any spelling. */
export function settingsFor({ settings }: Pick<DetectContext, 'settings'>, source: Datasource): DatasourceSettings {
  return Object.entries(settings).find(([name]) => isCalled(source, name))?.[1] ?? {};
}
