import { type Decode, decoder, INVALID } from '../../agent/userdata/schema/decode.ts';
import type { Findings, Shape } from '../../agent/userdata/schema/shape.ts';
import type { SourceNode } from '../../agent/userdata/schema/source-node.ts';

/** One requested package. */
export interface Wanted {
  readonly at: string;
  readonly name: string;
  readonly version: string | undefined;
  /** The package manager that the entry is restricted to, if any. */
  readonly manager: string | undefined;
}

const managers = ['apt', 'dnf', 'yum', 'rpm', 'snap', 'zypper'];

function packagesShape(): Shape {
  const name: Shape = { is: 'scalar', what: 'a package' };
  const one: Shape = { is: 'either', of: [name, { is: 'list', of: { is: 'scalar', what: 'its name and version' } }] };
  const many: Shape = { is: 'either', of: [{ is: 'list', of: one }, name] };
  const byManager: Shape = {
    is: 'object',
    fields: Object.fromEntries(managers.map((each) => [each, { is: 'optional', of: many } as const])),
  };
  return {
    is: 'either',
    says: 'a list, each a package, a list of its name and version, or a mapping from a package manager to its packages',
    of: [{ is: 'list', of: { is: 'either', of: [name, one, byManager] } }, name],
  };
}

/** A list of packages in all its forms: a name, a name with a version, or a list for one package manager. */
export const packageList: Decode<readonly Wanted[]> = decoder(packagesShape(), (written, at, findings) => {
  if (written?.is === 'list') return wantedIn(written.items, at, undefined, findings);
  return written?.is === 'scalar' && written.value !== null
    ? wantedIn([written], at, undefined, findings)
    : refused(written, at, findings, 'expected a list of packages');
});

const wantedIn = (
  written: readonly SourceNode[],
  at: string,
  manager: string | undefined,
  findings: Findings,
): readonly Wanted[] => written.flatMap((each, index) => wantedOf(each, `${at}[${index}]`, manager, findings));

function wantedOf(written: SourceNode, at: string, manager: string | undefined, findings: Findings): readonly Wanted[] {
  if (written.is === 'mapping' && manager === undefined) {
    return [...written.entries].flatMap(([name, { key, value }]) => {
      if (managers.includes(name)) {
        return wantedIn(value.is === 'list' ? value.items : [value], `${at}.${name}`, name, findings);
      }
      findings.error(
        `${at}.${name}`,
        key,
        `${JSON.stringify(name)} is not a package manager`,
        `one of ${managers.join(', ')}`,
      );
      return [];
    });
  }
  const words = written.is === 'list' ? written.items : [written];
  const [name, version, ...more] = words.map((each) => (each.is === 'scalar' && each.value !== null ? each.raw : ''));
  if (!name || version === '' || more.length > 0) {
    refused(written, at, findings, 'expected a package, or a list of its name and version');
    return [];
  }
  const wrong = [name, version ?? 'x'].find((word) => !/^[\w@/(*][^\s\0]*$/.test(word) && !hasBlanks.test(word));
  if (wrong !== undefined) {
    refused(written, at, findings, `${JSON.stringify(wrong)} is not a name or version of a package`);
    return [];
  }
  return [{ at, name, version, manager }];
}

/** The name of a group, or a package with a condition on its version: "@Development Tools", "foo >= 1.2". */
const hasBlanks = /^@[\w.+-]+(?: [\w.+()-]+)*$|^[\w.+-]+ (?:<|<=|=|>=|>) [\w.+:~^-]+$/;

function refused(written: SourceNode | undefined, at: string, findings: Findings, message: string): typeof INVALID {
  if (written) findings.error(at, written.place, message);
  return INVALID;
}
