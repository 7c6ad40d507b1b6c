import type { Instance } from '../metadata/datasource.ts';
import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { verifyUserData } from './signed-user-data.ts';
import type { UserDataPolicy } from './user-data-policy.ts';

/** An instance with no more user-data and vendor-data than the image lets count, and what is to be said of it. */
export interface Admitted {
  readonly instance: Instance | undefined;
  readonly findings: readonly Finding[];
  readonly told: readonly string[];
}

/** Leaves out of an instance what is not signed, where the image demands it. Keys and names of the metadata stay. */
export function admittedBy(policy: UserDataPolicy | undefined, instance: Instance | undefined, now: number): Admitted {
  const signers = policy?.signers;
  if (!signers || !instance) return { instance, findings: [], told: [] };
  const findings: Finding[] = [];
  const told: string[] = [];
  const admitted = (bytes: Uint8Array, source: string, level: Finding['level']): Uint8Array | undefined => {
    const verdict = verifyUserData(bytes, signers, now);
    if ('message' in verdict) {
      told.push(`${source} is signed by ${verdict.by}`);
      return verdict.message;
    }
    const place = { source, line: 1, column: 1 };
    findings.push({ level, code: 'unsigned', at: '', place, message: `it is refused: ${verdict.refused}` });
    return undefined;
  };
  const { userData, userDataFile = 'user-data' } = instance;
  const given = userData?.length ? userData : undefined;
  return {
    instance: {
      ...instance,
      userData: given && admitted(given, userDataFile, 'error'),
      // The platform adds it to every machine unasked: that it counts for nothing is no problem of this one.
      vendorData: instance.vendorData.flatMap((bytes) => admitted(bytes, 'vendor-data', 'warning') ?? []),
    },
    findings,
    told,
  };
}

/** What an #include fetched, where it may count: it needs a signature of its own. */
export function admitIncluded(bytes: Uint8Array, { signers }: UserDataPolicy, now: number): Uint8Array {
  if (!signers) return bytes;
  const verdict = verifyUserData(bytes, signers, now);
  if ('message' in verdict) return verdict.message;
  throw new Error(`it is refused: ${verdict.refused}`);
}

/** What a policy limits. */
interface Limitable {
  readonly config: Mapping;
  readonly scripts: readonly Script[];
  readonly findings: readonly Finding[];
}

/** Leaves out the keys and scripts that the image does not let user-data use; each is a finding with its line. */
export function limited<T extends Limitable>(given: T, { only }: UserDataPolicy): T {
  if (!only) return given;
  const refused = [...given.config.entries].filter(([key]) => !only.has(key));
  const scripts = only.has('scripts') ? given.scripts : [];
  const message = 'the image does not let user-data use this key';
  const findings = refused.map(
    ([at, { key: place }]): Finding => ({ level: 'error', code: 'refused-by-image', at, place, message }),
  );
  if (scripts.length < given.scripts.length) {
    const names = given.scripts.map(({ name }) => name).join(', ');
    const text = `the image does not let user-data bring scripts: ${names}`;
    const place = { source: 'user-data', line: 1, column: 1 };
    findings.push({ level: 'error', code: 'refused-by-image', at: '', place, message: text });
  }
  const entries = new Map([...given.config.entries].filter(([key]) => only.has(key)));
  return { ...given, config: { ...given.config, entries }, scripts, findings: [...given.findings, ...findings] };
}
