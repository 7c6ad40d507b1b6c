import type { Instance } from '../metadata/datasource.ts';
import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { verifyUserData } from './signed-user-data.ts';
import type { UserDataPolicy } from './user-data-policy.ts';

/** An instance with only the user-data and vendor-data that the image admits, and the findings and messages to report. */
export interface Admitted {
  readonly instance: Instance | undefined;
  readonly findings: readonly Finding[];
  readonly told: readonly string[];
}

/** Removes unsigned parts from an instance, if the image requires signatures. Keys and names of the metadata stay. */
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
      // The platform adds vendor-data to every machine unasked, so leaving it out is only a warning.
      vendorData: instance.vendorData.flatMap((bytes) => admitted(bytes, 'vendor-data', 'warning') ?? []),
    },
    findings,
    told,
  };
}

/** Returns the content of an #include, or throws if it may not be used: it needs a signature of its own. */
export function admitIncluded(bytes: Uint8Array, { signers }: UserDataPolicy, now: number): Uint8Array {
  if (!signers) return bytes;
  const verdict = verifyUserData(bytes, signers, now);
  if ('message' in verdict) return verdict.message;
  throw new Error(`it is refused: ${verdict.refused}`);
}

/** The parts of settings that a policy limits. */
interface Limitable {
  readonly config: Mapping;
  readonly scripts: readonly Script[];
  readonly findings: readonly Finding[];
}

/** Removes the keys and scripts that the image does not let user-data use; each is a finding with its line. */
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
