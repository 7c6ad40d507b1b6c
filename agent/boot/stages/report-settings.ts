import { asProblem, Problem } from '../../base/problem.ts';
import { noSettings, type Settings } from '../../config/settings.ts';
import type { Stage } from '../../engine/module.ts';
import type { Instance } from '../../metadata/datasource.ts';
import { publicNames, secretTexts } from '../../userdata/schema/secret-keys.ts';
import type { Finding } from '../../userdata/schema/shape.ts';
import { configFindings } from '../../validate/config-findings.ts';
import type { Boot } from './boot.ts';

/** Reads the settings for an instance, registers their secrets and reports their findings. `problem` is called for each problem. */
export async function reportedSettings(
  instance: Instance | undefined,
  boot: Boot,
  wanted: readonly Stage[],
  problem: () => void,
): Promise<Settings> {
  for (const value of instance?.secrets ?? []) boot.secret(value);
  if (instance?.missing) problem();
  const read = await readableSettings(instance, boot, problem);
  // Before any report: a value under a secret key is a secret, whether the key is used or not.
  boot.exempt?.(publicNames(read.config));
  for (const value of secretTexts(read.config)) boot.secret(value);
  const refused = read.findings.filter(isRefusal);
  const others = read.findings.filter((finding) => !isRefusal(finding));
  if (refused.length > 0 || others.some(({ level }) => level === 'error')) problem();
  if (refused.length > 0) reportRefused(refused, boot, wanted[0]);
  for (const finding of others) reportFinding(finding, boot);
  // Reported once a boot and as warnings: everything possible for this machine is applied.
  const modules = Object.values(boot.schedule).flat();
  const doubtful = wanted.includes('main') ? configFindings(read.config, read.scripts, modules) : [];
  for (const finding of doubtful) reportFinding(finding, boot);
  for (const text of read.told) boot.report({ event: 'note', level: 'note', text });
  return read;
}

/**
 * Reads the settings. User-data that breaks its reader is left out; keys of the metadata and the configuration of the image
 * still apply.
 */
async function readableSettings(instance: Instance | undefined, boot: Boot, problem: () => void): Promise<Settings> {
  try {
    return await boot.settingsOf(instance);
  } catch (error) {
    problem();
    const what = instance ? 'The user-data' : 'The configuration of the image';
    const message = `${what} cannot be read, and is left out: ${asProblem(error).message}`;
    boot.report({
      event: 'problem',
      module: 'settings',
      at: instance ? 'user-data' : 'image',
      problem: new Problem('unexpected', message, { cause: error }),
    });
    return instance ? readableSettings(undefined, boot, problem) : noSettings;
  }
}

/** Returns whether a finding is a refusal by the image: unused parts, such as vendor-data, are warnings. */
const isRefusal = ({ level, code }: Finding): boolean =>
  level === 'error' && (code === 'unsigned' || code === 'refused-by-image');

/** Reports what the image refuses as problems, since it is missing from the machine: the console and the status show them. */
function reportRefused(refused: readonly Finding[], { report }: Boot, stage: Stage = 'local'): void {
  const module = 'user-data';
  report({ event: 'module-began', module, stage });
  for (const { at, place, code, message } of refused) {
    const text = `${place.source}:${place.line}:${place.column}: ${at ? `${at}: ` : ''}${message}`;
    const problem = new Problem(code === 'unsigned' ? code : 'refused-by-image', text);
    report({ event: 'problem', module, at: at || module, problem });
  }
  report({ event: 'module-ended', module, result: { state: 'problems', ms: 0 } });
}

function reportFinding({ at, place, message, hint, code }: Finding, { report }: Boot): void {
  const where = place.line === 0 ? place.source : `${place.source}:${place.line}:${place.column}`;
  report({
    event: 'note',
    level: 'warning',
    text: `${where}: ${at ? `${at}: ` : ''}${message}`,
    code,
    ...(hint !== undefined && { hint }),
  });
}
