import { nearest } from '../base/nearest.ts';
import { asProblem } from '../base/problem.ts';
import { datasources } from '../datasources/index.ts';
import type { Facts } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';
import type { Datasource, DatasourceSettings } from '../metadata/datasource.ts';

/** What detection looks at. */
export interface DetectContext {
  readonly host: ReadHost;
  readonly facts: Facts;
  /** What `datasource_list` names, in any spelling; undefined where there is no list. */
  readonly named: readonly string[] | undefined;
  /** `datasource: {Ec2: {...}}`, by any spelling of the name. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The one source to ask, by the command line: whatever is detected, and whatever else is named. */
  readonly chosen?: string | undefined;
  /** Before there is a network only what lies on disks is looked at. */
  readonly stage: 'local' | 'network';
  /** A folder that is the seed, whatever else there is. */
  readonly seed?: string | undefined;
}

/** A source and what was detected of it. */
export interface Detection {
  readonly source: Datasource;
  /** Why it would be asked, or undefined: it would not. */
  readonly because: string | undefined;
  /** The machine itself shows it, and not only a list. */
  readonly found: boolean;
}

/** A longer list says what may be there, as distributions ship it, and names nothing. */
export const mostNamed = 5;

/** What speaks for each source that may be asked, in the order of asking. */
export async function detection(
  context: Pick<DetectContext, 'host' | 'facts' | 'named' | 'seed' | 'chosen' | 'settings'> & {
    /** Hears of a source that could not be looked for: it costs no other. */
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
  const seen = await Promise.all(
    allowed.map(async (source) => ({
      source,
      mark: await source.detect(facts, host, settingsFor(context, source)).catch((error) => {
        context.failed?.(`${source.name} cannot be looked for: ${asProblem(error).message}`);
        return undefined;
      }),
    })),
  );
  const isFound = seen.some(({ mark }) => mark !== undefined);
  return seen.map(({ source, mark }) => {
    const probed = source.known === true && !isFound && named !== undefined && named.length <= mostNamed;
    return { source, because: mark ?? (probed ? 'named by the image' : undefined), found: mark !== undefined };
  });
}

/** `ds=nocloud`, `ci.datasource=Ec2` and their like on the kernel command line. */
function namedByKernel({ platform }: Facts): readonly string[] | undefined {
  const [, name] = /(?:^|\s)(?:bootagent\.ds|ds|ci\.ds|ci\.datasource)=([\w-]+)/.exec(platform.kernelCommandLine) ?? [];
  return name === undefined ? undefined : [name.replace(/^nocloud-net$/i, 'NoCloud')];
}

/** Names that are nobody's here. A list as distributions ship it has many: they are no mistake of anybody's. */
export function unknownNames({ named, stage }: DetectContext): readonly string[] {
  if (named === undefined || named.length > mostNamed || stage === 'local') return [];
  const known = datasources.map(({ alias }) => alias);
  return named
    .filter((name) => !datasources.some((source) => isCalled(source, name)))
    .map((name) => {
      const near = nearest(name, known);
      return `datasource_list names "${name}", which is not done${near === undefined ? '' : `; did you mean "${near}"?`}`;
    });
}

const isCalled = ({ name, alias }: Datasource, word: string): boolean =>
  [name, alias.toLowerCase()].includes(word.toLowerCase());

/** What the image's settings say of a source, under any spelling of its name. */
export function settingsFor({ settings }: Pick<DetectContext, 'settings'>, source: Datasource): DatasourceSettings {
  return Object.entries(settings).find(([name]) => isCalled(source, name))?.[1] ?? {};
}
