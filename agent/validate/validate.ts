import type { Schedule } from '../engine/module.ts';
import { redactor } from '../report/redact.ts';
import { readUserData } from '../userdata/read-user-data.ts';
import type { UserData } from '../userdata/reading.ts';
import { collect } from '../userdata/schema/findings.ts';
import { limits } from '../userdata/schema/limits.ts';
import { publicNames, secretTexts, withoutSecretValues } from '../userdata/schema/secret-keys.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { readYaml } from '../userdata/yaml/read-yaml.ts';
import { bashisms } from './bashisms.ts';
import { configFindings } from './config-findings.ts';
import { oldTools } from './old-tools.ts';
import { planFindings } from './plan-findings.ts';
import { suggestTemplate, withoutFilledIn, withoutPlansOfFilledIn } from './template-findings.ts';
import { type MaskedTemplate, maskTemplate } from './template-marks.ts';
import { oddCharacters } from './typography.ts';
import type { Lines } from './walk-scalars.ts';

/** All findings of one file, in the order of its lines. */
export interface ValidationResult {
  readonly findings: readonly Finding[];
  /** The text of each source that a finding names. */
  readonly sources: ReadonlyMap<string, string>;
  /** Replaces the secrets in a line with asterisks of the same length. */
  readonly hide: (line: string) => string;
}

interface ValidationOptions {
  /** Whether Terraform, Ansible or Helm still fills in the file: the marks of their templates are opaque values. */
  readonly template?: boolean;
}

/** Returns all findings about user-data, or about a configuration file of an image, without reading a machine. */
export async function validate(
  bytes: Uint8Array,
  source: string,
  schedule: Schedule,
  what: 'user-data' | 'image' = 'user-data',
  { template: isTemplate = false }: ValidationOptions = {},
): Promise<ValidationResult> {
  const template = isTemplate ? templateOf(bytes) : undefined;
  const given = template ? Buffer.from(template.text) : bytes;
  const read = what === 'image' ? readImageFile(given, source) : await readUserData(given, { source });
  const modules = Object.values(schedule).flat();
  const { config, scripts } = read;
  const texts: Lines = new Map([...read.sources].map(([name, text]) => [name, text.split(/\r?\n/)] as const));
  const planned = planFindings(modules, config, scripts, texts);
  const general = configFindings(config, scripts, modules, texts);
  const found = [
    ...read.findings.filter(({ code }) => code !== 'duplicate-key' || template?.branches !== true),
    ...(template ? withoutFilledIn(planned.settings, config) : planned.settings),
    ...(template ? withoutPlansOfFilledIn(planned.notes, config) : planned.notes),
    ...(template ? withoutFilledIn(general, config) : general),
    ...bashisms(config, scripts, texts),
    ...oldTools(config, texts),
    ...oddCharacters(config, texts),
  ];
  const { add, exempt, clean } = redactor((secret) => '*'.repeat(secret.length));
  exempt(publicNames(config));
  for (const each of [...planned.secrets, ...secretTexts(config)]) add(each);
  const findings = clean(atMost(inOrder(found)));
  const hide = (line: string): string => clean(withoutSecretValues(line));
  if (!template) return { findings: suggestTemplate(findings, read.sources), sources: read.sources, hide };
  const original = new TextDecoder().decode(bytes);
  const sources = new Map([...read.sources].map(([name, text]) => [name, name === source ? original : text]));
  const readable = findings.map((each) => ({
    ...each,
    message: template.unmask(each.message),
    ...(each.hint !== undefined && { hint: template.unmask(each.hint) }),
  }));
  return { findings: readable, sources, hide };
}

/** Masks a text; compressed user-data has no marks. */
function templateOf(bytes: Uint8Array): MaskedTemplate | undefined {
  try {
    return maskTemplate(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function readImageFile(
  bytes: Uint8Array,
  source: string,
): Pick<UserData, 'config' | 'scripts' | 'findings' | 'sources'> {
  const findings = collect('bad-config');
  const text = new TextDecoder().decode(bytes);
  const written = readYaml(text, source, findings);
  const place = { source, line: 1, column: 1 };
  const empty = written?.is === 'scalar' && written.value === null;
  if (written && written.is !== 'mapping' && !empty)
    findings.error('', written.place, 'is not a mapping from keys to values');
  const config: Mapping = written?.is === 'mapping' ? written : { is: 'mapping', entries: new Map(), place };
  return { config, scripts: [], findings: findings.found, sources: new Map([[source, text]]) };
}

/** Cuts the findings at `limits.findings` and adds one that counts the rest. */
function atMost(found: readonly Finding[]): readonly Finding[] {
  const [next] = found.slice(limits.findings);
  if (!next) return found;
  const message = `${found.length - limits.findings} more findings`;
  return [...found.slice(0, limits.findings), { ...next, at: '', message }];
}

/** Sorts by source, in the order of their first findings, then by line and column, and removes duplicates. */
function inOrder(found: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  const once = found.filter(({ place, at, message }) => {
    const key = JSON.stringify([place, at, message]);
    return !seen.has(key) && seen.add(key);
  });
  const sources = [...new Set(once.map(({ place }) => place.source))];
  return once.toSorted(
    (a, b) =>
      sources.indexOf(a.place.source) - sources.indexOf(b.place.source) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column,
  );
}
